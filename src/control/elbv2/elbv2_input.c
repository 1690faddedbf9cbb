/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_input.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_patterns.h"
#include "control/elbv2/elbv2_quotas.h"
#include "model/setting_value.h"

void
elbv2_input_put(json_t *into, const char *way, json_t *value)
{
    const char *dot;

    while ((dot = strchr(way, '.')) != NULL) {
        char *name = memory_copy_bytes(way, (size_t)(dot - way));
        json_t *group = json_object_get(into, name);
        if (group == NULL) {
            group = json_object();
            json_object_set_new(into, name, group);
        }
        free(name);
        into = group;
        way = dot + 1;
    }
    json_object_set_new(into, way, value);
}

json_t *
elbv2_input_typed(const struct setting *row, const char *text)
{
    unsigned forms = setting_kind_forms(row->kind);
    uint64_t number;

    if ((forms & WRITTEN_AS_BOOL) != 0 &&
        (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        return json_boolean(strcmp(text, "true") == 0);
    if ((forms & WRITTEN_AS_NUMBER) != 0 && slice_to_number(slice_of(text), INT64_MAX, &number))
        return json_integer((json_int_t)number);
    return json_string(text);
}

json_t *
elbv2_input_find(const json_t *object, const char *way)
{
    const char *dot = strchr(way, '.');

    if (dot == NULL)
        return json_object_get(object, way);
    char *name = memory_copy_bytes(way, (size_t)(dot - way));
    const json_t *below = json_object_get(object, name);
    free(name);
    return elbv2_input_find(below, dot + 1);
}

void
elbv2_input_drop(json_t *object, const char *way)
{
    const char *dot = strchr(way, '.');

    if (dot == NULL) {
        json_object_del(object, way);
        return;
    }
    char *name = memory_copy_bytes(way, (size_t)(dot - way));
    json_t *below = json_object_get(object, name);
    free(name);
    if (below != NULL)
        elbv2_input_drop(below, dot + 1);
}

void
elbv2_input_members(const struct aws_call *call, enum setting_scope scope, json_t *into)
{
    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        bool is_simple = (*row)->kind != SETTING_LIST && (*row)->kind != SETTING_ONE;
        json_t *value = (*row)->attribute == NULL || !is_simple
                            ? NULL
                            : elbv2_input_find(call->input, (*row)->attribute);
        if (value == NULL || json_is_object(value))
            continue;
        elbv2_input_put(into, (*row)->path,
                        json_is_string(value)
                            ? elbv2_input_typed(*row, json_string_value(value))
                            : json_incref(value));
    }
}

/* "TargetGroupStickinessConfig" as "target_group_stickiness_config". */
static char *
snake(const char *name)
{
    char *text = memory_take(2 * strlen(name) + 1, 1), *out = text;

    for (const char *at = name; *at != '\0'; at++) {
        if (isupper((unsigned char)*at) && at > name)
            *out++ = '_';
        *out++ = (char)tolower((unsigned char)*at);
    }
    *out = '\0';
    return text;
}

static json_t *rename_all(struct aws_call *call, const json_t *value);

static json_t *
rename_group(struct aws_call *call, const json_t *value)
{
    const struct config_target_group *group =
        elbv2_arn_find_group(call, json_string_value(value));

    return json_string(group == NULL ? "" : group->name);
}

static json_t *
rename_object(struct aws_call *call, const json_t *object)
{
    json_t *renamed = json_object(), *member;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)object, name, member) {
        bool is_group = strcmp(name, "TargetGroupArn") == 0;
        char *own = snake(is_group ? "TargetGroup" : name);
        json_object_set_new(renamed, own,
                            is_group ? rename_group(call, member) : rename_all(call, member));
        free(own);
    }
    return renamed;
}

static json_t *
rename_all(struct aws_call *call, const json_t *value)
{
    const json_t *element;
    size_t index;

    if (json_is_object(value))
        return rename_object(call, value);
    if (!json_is_array(value))
        return json_incref((json_t *)(uintptr_t)value);
    json_t *array = json_array();
    json_array_foreach (value, index, element)
        json_array_append_new(array, rename_all(call, element));
    return array;
}

/* ELBv2 takes and gives one group twice: by itself, and in ForwardConfig. */
static bool
join_forward(struct aws_call *call, json_t *action)
{
    json_t *config = json_object_get(action, "forward_config");
    const json_t *groups = json_object_get(config, "target_groups");
    const json_t *single = json_object_get(action, "target_group");

    if (single == NULL || json_array_size(groups) == 0)
        return true;
    if (json_array_size(groups) > 1 ||
        !json_equal(single, json_object_get(json_array_get(groups, 0), "target_group"))) {
        aws_fail(call, "ValidationError",
                 "If you specify both ForwardConfig and TargetGroupArn, you can specify only "
                 "one target group, and it must be the same in both");
        return false;
    }
    json_object_del(action, "target_group");
    return true;
}

json_t *
elbv2_input_actions(struct aws_call *call, const json_t *actions)
{
    json_t *renamed = rename_all(call, actions), *action;
    size_t index;

    json_array_foreach (renamed, index, action) {
        json_object_del(action, "order");
        if (!join_forward(call, action))
            break;
    }
    if (call->error_code == NULL && json_array_size(renamed) != 1)
        aws_fail(call, "InvalidLoadBalancerAction",
                 "A rule has exactly one action here: forward, redirect or fixed-response");
    if (elbv2_quota_takes_actions(call, renamed))
        return renamed;
    json_decref(renamed);
    return NULL;
}

/* An empty list of regular expressions asks for nothing (elbv2_unbuilt.h), and is no setting.
 */
static void
drop_regex(json_t *condition)
{
    json_t *member;
    const char *name;

    json_object_del(condition, "regex_values");
    json_object_foreach (condition, name, member)
        json_object_del(member, "regex_values");
}

/* Values stand beside their group as well, as before there were any: the same ones. */
static void
join_values(struct aws_call *call, json_t *condition)
{
    const json_t *values = json_object_get(condition, "values"), *member;
    const char *name;

    if (values == NULL || json_object_size(condition) <= 2)
        return;
    json_object_foreach (condition, name, member) {
        const json_t *own = json_object_get(member, "values");
        if (own != NULL && !json_equal(own, values))
            aws_fail(call, "ValidationError",
                     "A condition has Values and a config with others: give one of them");
    }
    json_object_del(condition, "values");
}

json_t *
elbv2_input_conditions(struct aws_call *call, const json_t *conditions)
{
    json_t *renamed = rename_all(call, conditions), *condition;
    size_t index;

    json_array_foreach (renamed, index, condition) {
        drop_regex(condition);
        join_values(call, condition);
    }
    if (elbv2_quota_takes_conditions(call, renamed) && elbv2_takes_patterns(call, renamed))
        return renamed;
    json_decref(renamed);
    return NULL;
}

void
elbv2_input_keep_order(json_t *document, const json_t *actions)
{
    json_t *order = json_object_get(json_array_get(actions, 0), "Order");

    if (order == NULL)
        json_object_del(document, "order");
    else
        json_object_set(document, "order", order);
}
