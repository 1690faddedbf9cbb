/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of repositories. */
#include <string.h>
#include <strings.h>

#include "control/ecr/ecr.h"

#define TAGS_MOST 50

bool
ecr_add_tags(struct aws_call *call, json_t *document)
{
    const json_t *list = json_object_get(call->input, "tags"), *tag;
    json_t *tags = aws_edit_part(document, "tags");
    size_t index;

    json_array_foreach (list, index, tag) {
        const char *key = json_string_value(json_object_get(tag, "Key"));
        if (strncasecmp(key, "aws:", 4) == 0)
            aws_fail(call, "InvalidTagParameterException",
                     "The tag key '%s' may not begin with 'aws:'", key);
        json_object_set(tags, key, json_object_get(tag, "Value"));
    }
    if (json_object_size(tags) > TAGS_MOST)
        aws_fail(call, "TooManyTagsException", "A repository may have %d tags at most",
                 TAGS_MOST);
    return call->error_code == NULL;
}

/* The repository whose ARN the call gives; NULL: the call has failed. */
static const struct object *
find_resource(struct aws_call *call)
{
    const char *arn = aws_text(call, "resourceArn");
    const char *name = strstr(arn, ":repository/");

    if (ecr_registry(call) == NULL)
        return NULL;
    if (strncmp(arn, "arn:aws:ecr:", strlen("arn:aws:ecr:")) == 0 && name != NULL)
        return ecr_find_or_fail(call, name + strlen(":repository/"));
    aws_fail(call, "InvalidParameterException", "'%s' is no ARN of a repository", arn);
    return NULL;
}

json_t *
ecr_tags(struct aws_call *call)
{
    const struct object *object = find_resource(call);
    json_t *list = json_array(), *value;
    const char *key;

    if (object != NULL)
        json_object_foreach (json_object_get(object->document, "tags"), key, value)
            json_array_append_new(list, json_pack("{s:s, s:O}", "Key", key, "Value", value));
    return json_pack("{s:o}", "tags", list);
}

json_t *
ecr_tag(struct aws_call *call)
{
    const struct object *object = find_resource(call);

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    if (ecr_add_tags(call, document))
        object_edit_change(call->edit, object->id, document);
    else
        json_decref(document);
    return json_object();
}

json_t *
ecr_untag(struct aws_call *call)
{
    const struct object *object = find_resource(call);
    const json_t *keys = json_object_get(call->input, "tagKeys"), *key;
    size_t index;

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    json_array_foreach (keys, index, key)
        json_object_del(aws_edit_part(document, "tags"), json_string_value(key));
    object_edit_change(call->edit, object->id, document);
    return json_object();
}
