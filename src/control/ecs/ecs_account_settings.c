/* SPDX-License-Identifier: Apache-2.0 */
#include "control/ecs/ecs_account_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/aws/aws_edit.h"
#include "control/ecs/ecs_listing.h"

#define INVALID "InvalidParameterException"
#define ROOT "arn:aws:iam::" AWS_ACCOUNT ":root"

/* Names, what they are unless put, all that they may be, and why no more. */
static const struct row {
    const char *name, *usual, *values, *why;
} rows[] = {
    {"awsvpcTrunking", "disabled", "|disabled|", "tasks have no network interfaces"},
    {"containerInsights", "disabled", "|disabled|enabled|enhanced|", "there is no such value"},
    {"containerInstanceLongArnFormat", "enabled", "|enabled|", "ARNs have the long form"},
    {"defaultLogDriverMode", "blocking", "|blocking|", "log drivers have the engine's mode"},
    {"fargateFIPSMode", "disabled", "|disabled|", "there is no Fargate"},
    {"guardDutyActivate", "off", "|off|", "there is no GuardDuty"},
    {"serviceLongArnFormat", "enabled", "|enabled|", "ARNs have the long form"},
    {"tagResourceAuthorization", "off", "|off|", "keys have no policies"},
    {"taskLongArnFormat", "enabled", "|enabled|", "ARNs have the long form"},
};

static const struct row *
find_row(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static const struct object *
find_object(const struct aws_call *call, const char *name)
{
    char *id = memory_print("account-setting/%s", name);
    const struct object *object = aws_edit_find(call, id);

    free(id);
    return object;
}

const char *
ecs_account_setting(const struct aws_call *call, const char *name)
{
    const struct object *object = find_object(call, name);
    const struct row *row = find_row(name);

    if (object != NULL)
        return json_string_value(json_object_get(object->document, "value"));
    return row == NULL ? NULL : row->usual;
}

static json_t *
setting_to_json(const char *name, const char *value, const char *principal)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "name", name, "value", value, "principalArn",
                     principal == NULL ? ROOT : principal, "type", "user");
}

static bool
is_asked(const struct aws_call *call, const struct row *row)
{
    const char *name = aws_text(call, "name"), *value = aws_text(call, "value");

    return (name == NULL || strcmp(name, row->name) == 0) &&
           (value == NULL || strcmp(value, ecs_account_setting(call, row->name)) == 0);
}

json_t *
ecs_list_account_settings(struct aws_call *call)
{
    struct ecs_listing listing = {.is_of_names = true};
    json_t *settings = json_array(), *name;
    size_t index;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (is_asked(call, &rows[i]))
            ecs_listing_add(&listing, memory_copy_text(rows[i].name));
    json_t *output = ecs_listing_end(&listing, call, "settings", ECS_LISTING_PAGE);
    json_array_foreach (json_object_get(output, "settings"), index, name) {
        const char *text = json_string_value(name);
        json_array_append_new(settings, setting_to_json(text, ecs_account_setting(call, text),
                                                        aws_text(call, "principalArn")));
    }
    if (output != NULL)
        json_object_set(output, "settings", settings);
    json_decref(settings);
    return output;
}

/* The row that a change is about; NULL: the call has failed. */
static const struct row *
find_own(struct aws_call *call)
{
    const struct row *row = find_row(aws_text(call, "name"));

    if (row == NULL)
        aws_fail(call, INVALID, "The account setting '%s' is not supported here",
                 aws_text(call, "name"));
    return row;
}

static bool
has_value(const struct row *row, const char *value)
{
    char *word = memory_print("|%s|", value);
    bool is_there = strstr(row->values, word) != NULL;

    free(word);
    return is_there && strchr(value, '|') == NULL;
}

json_t *
ecs_put_account_setting(struct aws_call *call)
{
    const struct row *row = find_own(call);
    const char *value = aws_text(call, "value");

    if (row == NULL)
        return NULL;
    if (!has_value(row, value))
        return aws_fail(call, INVALID, "The account setting '%s' cannot be '%.64s' here: %s",
                        row->name, value, row->why);
    const struct object *object = find_object(call, row->name);
    json_t *document = json_pack("{s:{}, s:s}", "settings", "value", value);
    char *id = memory_print("account-setting/%s", row->name);
    if (object == NULL)
        object_edit_create(call->edit, OBJECT_ACCOUNT_SETTING, id, call->caller_name, document);
    else
        object_edit_change(call->edit, id, document);
    free(id);
    return json_pack("{s:o}", "setting",
                     setting_to_json(row->name, value, aws_text(call, "principalArn")));
}

json_t *
ecs_delete_account_setting(struct aws_call *call)
{
    const struct row *row = find_own(call);

    if (row == NULL)
        return NULL;
    const struct object *object = find_object(call, row->name);
    if (object != NULL)
        object_edit_delete(call->edit, object->id);
    return json_pack("{s:o}", "setting",
                     setting_to_json(row->name, row->usual, aws_text(call, "principalArn")));
}
