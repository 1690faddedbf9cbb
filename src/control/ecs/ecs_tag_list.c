/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_tag_list.h"

#include <string.h>
#include <strings.h>

#define TAGS_MOST 50
#define INVALID "InvalidParameterException"

static void
read_one(struct aws_call *call, json_t *tags, const json_t *tag)
{
    const char *key = json_string_value(json_object_get(tag, "key"));
    const char *value = json_string_value(json_object_get(tag, "value"));

    if (key == NULL)
        aws_fail(call, INVALID, "A tag must have a key");
    else if (strncasecmp(key, "aws:", 4) == 0)
        aws_fail(call, INVALID, "The tag key '%s' may not begin with 'aws:'", key);
    else if (json_object_get(tags, key) != NULL)
        aws_fail(call, INVALID, "The tag key '%s' is given twice", key);
    else
        json_object_set_new(tags, key, json_string(value == NULL ? "" : value));
}

json_t *
ecs_tag_list_read(struct aws_call *call)
{
    const json_t *tag;
    json_t *tags = json_object();
    size_t index;

    json_array_foreach (json_object_get(call->input, "tags"), index, tag)
        read_one(call, tags, tag);
    if (ecs_tag_list_fits(call, tags))
        return tags;
    json_decref(tags);
    return NULL;
}

bool
ecs_tag_list_fits(struct aws_call *call, const json_t *tags)
{
    if (json_object_size(tags) > TAGS_MOST)
        aws_fail(call, INVALID, "A resource may have %d tags at most", TAGS_MOST);
    return call->error_code == NULL;
}

json_t *
ecs_tag_list_of(const json_t *document)
{
    json_t *list = json_array(), *value;
    const char *key;

    json_object_foreach (json_object_get(document, "tags"), key, value)
        json_array_append_new(list, json_pack("{s:s, s:O}", "key", key, "value", value));
    return list;
}

json_t *
ecs_tag_list_asked(const struct aws_call *call, const json_t *document)
{
    return aws_includes(call, "TAGS") ? ecs_tag_list_of(document) : json_array();
}
