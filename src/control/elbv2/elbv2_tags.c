/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: objects of the API have them, those of the file have none. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/aws/aws_edit.h"

#define RESOURCES_MAX 20

/* Where a resource is defined; NULL, and the call has failed, where there is none. */
static const struct setting_places *
find_rule_place(struct aws_call *call, const char *arn)
{
    struct elbv2_rule found;

    if (!elbv2_arn_find_rule(call, arn, &found))
        return NULL;
    return found.rule->places != NULL ? found.rule->places : found.listener->places;
}

static const struct setting_places *
find_place(struct aws_call *call, const char *arn)
{
    if (strstr(arn, ":targetgroup/") != NULL) {
        const struct config_target_group *group = elbv2_arn_find_group(call, arn);
        return group == NULL ? NULL : group->places;
    }
    if (strstr(arn, ":listener-rule/") != NULL)
        return find_rule_place(call, arn);
    if (strstr(arn, ":listener/") != NULL) {
        const struct config_listener *listener = elbv2_arn_find_listener(call, arn);
        return listener == NULL ? NULL : listener->places;
    }
    size_t index;
    if (!elbv2_arn_find_balancer(call, arn, &index))
        return NULL;
    return index == 0 ? call->parts->config->places
                      : config_balancer(call->parts->config, index).places;
}

/* False: there are too many, and the call has failed. */
static bool
are_few(struct aws_call *call, const json_t *arns)
{
    if (json_array_size(arns) > RESOURCES_MAX)
        aws_fail(call, "ValidationError", "'ResourceArns' may have %d elements at most",
                 RESOURCES_MAX);
    return call->error_code == NULL;
}

static json_t *
tags_to_json(const struct object *object)
{
    json_t *list = json_array(), *value;
    const char *key;

    if (object == NULL)
        return list;
    json_object_foreach (json_object_get(object->document, "tags"), key, value)
        json_array_append_new(list, json_pack("{s:s, s:O}", "Key", key, "Value", value));
    return list;
}

json_t *
elbv2_tags(struct aws_call *call)
{
    const json_t *arns = json_object_get(call->input, "ResourceArns"), *arn;
    json_t *tags = json_array();
    size_t index;

    if (are_few(call, arns)) {
        json_array_foreach (arns, index, arn) {
            const struct setting_places *places = find_place(call, json_string_value(arn));
            json_array_append_new(tags, json_pack("{s:O, s:o}", "ResourceArn", arn, "Tags",
                                                  tags_to_json(aws_edit_object(call, places))));
        }
    }
    return json_pack("{s:o}", "TagDescriptions", tags);
}

/* Calls on the tags of each resource of the API that the call names. */
static json_t *
change_each(struct aws_call *call, void (*change)(struct aws_call *call, json_t *tags))
{
    const json_t *arns = json_object_get(call->input, "ResourceArns"), *arn;
    size_t index;

    if (!are_few(call, arns))
        return NULL;
    json_array_foreach (arns, index, arn) {
        const struct setting_places *places = find_place(call, json_string_value(arn));
        const struct object *object =
            call->error_code != NULL ? NULL : aws_edit_own(call, places, "The resource");
        if (object == NULL)
            return NULL;
        json_t *document = aws_edit_document(object_edit_find(call->edit, object->id));
        change(call, aws_edit_part(document, "tags"));
        object_edit_change(call->edit, object->id, document);
    }
    return json_object();
}

static void
add(struct aws_call *call, json_t *tags)
{
    json_t *added = aws_edit_tags(call);

    if (added == NULL)
        return;
    json_object_update(tags, added);
    json_decref(added);
    aws_edit_check_tags(call, tags);
}

static void
take_out(struct aws_call *call, json_t *tags)
{
    const json_t *keys = json_object_get(call->input, "TagKeys"), *key;
    size_t index;

    json_array_foreach (keys, index, key)
        json_object_del(tags, json_string_value(key));
}

json_t *
elbv2_add_tags(struct aws_call *call)
{
    return change_each(call, add);
}

json_t *
elbv2_remove_tags(struct aws_call *call)
{
    return change_each(call, take_out);
}
