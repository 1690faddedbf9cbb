/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_effective.h"

#include <string.h>

#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_input.h"

/* A text at a way of names below an object; NULL: there is none. */
static const char *
text_at(const json_t *object, const char *way)
{
    return json_string_value(elbv2_input_find(object, way));
}

/* The default of a row, by the words of other settings of the object; NULL: it has none. */
static const char *
standard_of(enum setting_scope scope, const struct setting *row, const json_t *object)
{
    const char *standard = row->standard;

    for (const struct setting *const *other = setting_rows(scope); *other != NULL; other++) {
        const char *word = setting_chooses(*other) ? text_at(object, (*other)->path) : NULL;
        const char *instead =
            word == NULL ? NULL : setting_standard_of(row, (*other)->path, word);
        if (instead != NULL)
            standard = instead;
    }
    return standard == setting_required ? NULL : standard;
}

static void
complete_row(enum setting_scope scope, const struct setting *row, json_t *object)
{
    json_t *given = elbv2_input_find(object, row->path);
    const char *text =
        given == NULL ? standard_of(scope, row, object) : json_string_value(given);

    if (text != NULL && *text != '=')
        elbv2_input_put(object, row->path, elbv2_input_typed(row, text));
}

/* What is simple of it. */
static void
complete(enum setting_scope scope, json_t *object)
{
    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++)
        if ((*row)->kind != SETTING_LIST && (*row)->kind != SETTING_ONE)
            complete_row(scope, *row, object);
}

/* One group by itself is a list of one; stickiness that is off has no duration. */
static void
complete_forward(json_t *action, json_t *forward)
{
    json_t *single = json_object_get(action, "target_group"), *group;
    json_t *stickiness = json_object_get(forward, "target_group_stickiness_config");
    size_t index;

    if (single != NULL)
        json_object_set_new(forward, "target_groups",
                            json_pack("[{s:O}]", "target_group", single));
    json_object_del(action, "target_group");
    json_array_foreach (json_object_get(forward, "target_groups"), index, group)
        complete(SCOPE_WEIGHTED_GROUP, group);
    if (!json_is_true(json_object_get(stickiness, "enabled")))
        json_object_del(forward, "target_group_stickiness_config");
}

static void
complete_action(json_t *action)
{
    const char *type = text_at(action, "type");
    enum setting_scope scope =
        type == NULL ? SCOPE_COUNT : setting_scope_select(SCOPE_ACTION, type);

    if (scope == SCOPE_COUNT)
        return;
    json_t *config = aws_edit_part(action, setting_scopes[scope].group);
    if (scope == SCOPE_FORWARD)
        complete_forward(action, config);
    else
        complete(scope, config);
}

static json_t *
effective(enum setting_scope scope, const json_t *given)
{
    json_t *object = json_deep_copy(given), *action;
    size_t index;

    complete(scope, object);
    json_array_foreach (json_object_get(object, "default_actions"), index, action)
        complete_action(action);
    return object;
}

bool
elbv2_effective_is_same(enum setting_scope scope, const json_t *one, const json_t *other)
{
    if (one == NULL || other == NULL)
        return false;
    json_t *first = effective(scope, one), *second = effective(scope, other);
    bool is_same = json_equal(first, second);

    json_decref(first);
    json_decref(second);
    return is_same;
}
