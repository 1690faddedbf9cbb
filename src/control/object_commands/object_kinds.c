/* SPDX-License-Identifier: Apache-2.0 */
#include "control/object_commands/object_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/elbv2/elbv2_deletion.h"
#include "control/aws/aws_edit.h"
#include "control/state_file.h"
#include "model/config.h"

#define PRIORITY_MOST 50000

static void
fail_missing(struct aws_call *call, const char *what, const char *name)
{
    aws_fail(call, "NotFound", "There is no %s %s", what, name);
}

static const struct object *
find_group(struct aws_call *call, const char *name)
{
    const struct config_target_group *group = config_find_group(call->parts->config, name);

    if (group == NULL) {
        fail_missing(call, "target group", name);
        return NULL;
    }
    return aws_edit_own(call, group->places, "The target group");
}

/* Whether a group's name is free; else the call has failed. */
static bool
is_new_group(struct aws_call *call, const char *name)
{
    const struct config_target_group *group = config_find_group(call->parts->config, name);

    if (group != NULL && aws_edit_own(call, group->places, "The target group") != NULL)
        aws_fail(call, "AlreadyExists", "There is a target group %s already", name);
    return group == NULL;
}

static json_t *
make_group(struct aws_call *call, const char *name, char **id)
{
    char number[AWS_ID_SIZE];

    if (!is_new_group(call, name))
        return NULL;
    /* Targets of an earlier group of that name are none of the new one's. */
    if (registry_forget_group(call->parts->registry, name) &&
        !state_file_save(call->parts->state)) {
        aws_fail(call, "ServiceUnavailable",
                 "The state file cannot be written to the disk: see the log");
        return NULL;
    }
    aws_edit_make_id(number);
    *id = memory_print("targetgroup/%s/%s", name, number);
    return json_pack("{s:{s:s}, s:{}}", "settings", "name", name, "tags");
}

static size_t
balancer_index(const struct config *config, const char *name)
{
    size_t index = 0;

    while (index < config_balancer_count(config) &&
           strcmp(config_balancer(config, index).name, name) != 0)
        index++;
    return index;
}

static const struct object *
find_balancer(struct aws_call *call, const char *name)
{
    const struct config *config = call->parts->config;
    size_t index = balancer_index(config, name);

    if (index == config_balancer_count(config)) {
        fail_missing(call, "load balancer", name);
        return NULL;
    }
    return aws_edit_own(call, config_balancer(config, index).places, "The load balancer");
}

static json_t *
make_balancer(struct aws_call *call, const char *name, char **id)
{
    char number[AWS_ID_SIZE];
    json_t *zones = json_array();

    for (size_t i = 0; i < aws_zone_count(call); i++)
        json_array_append_new(zones, json_sprintf("subnet-%s", aws_zone(call, i)));
    aws_edit_make_id(number);
    *id = memory_print("loadbalancer/app/%s/%s", name, number);
    return json_pack("{s:{s:s}, s:s, s:o, s:[s], s:{}}", "settings", "name", name, "scheme",
                     "internet-facing", "subnets", zones, "security_groups", AWS_SECURITY_GROUP,
                     "tags");
}

static const struct config_listener *
named_listener(const struct config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (strncmp(config->listeners[i].name, name, length) == 0 &&
            config->listeners[i].name[length] == '\0')
            return &config->listeners[i];
    return NULL;
}

static const struct object *
find_listener(struct aws_call *call, const char *name)
{
    const struct config_listener *listener =
        named_listener(call->parts->config, name, strlen(name));

    if (listener == NULL) {
        fail_missing(call, "listener", name);
        return NULL;
    }
    return aws_edit_own(call, listener->places, "The listener");
}

/* "load_balancer=NAME" of the settings that are given says whose it is. */
static const char *
given_balancer(const struct aws_call *call)
{
    static const char start[] = "load_balancer=";
    const json_t *list = json_object_get(call->input, "Set"), *one;
    size_t index;

    json_array_foreach (list, index, one)
        if (strncmp(json_string_value(one), start, sizeof(start) - 1) == 0)
            return json_string_value(one) + sizeof(start) - 1;
    return config_balancer(call->parts->config, 0).name;
}

static json_t *
make_listener(struct aws_call *call, const char *name, char **id)
{
    const struct config *config = call->parts->config;
    size_t index = balancer_index(config, given_balancer(call));
    char number[AWS_ID_SIZE];

    if (index == config_balancer_count(config)) {
        fail_missing(call, "load balancer", given_balancer(call));
        return NULL;
    }
    aws_edit_make_id(number);
    *id = elbv2_arn_id_below(elbv2_arn_balancer(call, index), "listener", number);
    return json_pack("{s:{s:s, s:s}, s:{}}", "settings", "name", name, "address",
                     config->api_listener_address, "tags");
}

/* "LISTENER/PRIORITY"; NULL: it is none, or there is no such listener, and the call has failed.
 */
static const struct config_listener *
read_rule(struct aws_call *call, const char *name, uint64_t *priority)
{
    const char *slash = strrchr(name, '/');

    *priority = 0;
    if (slash == NULL || !slice_to_number(slice_of(slash + 1), PRIORITY_MOST, priority)) {
        aws_fail(call, "ValidationError",
                 "A rule is named by its listener and priority: LISTENER/PRIORITY, of 1..%d",
                 PRIORITY_MOST);
        return NULL;
    }
    const struct config_listener *listener =
        named_listener(call->parts->config, name, (size_t)(slash - name));
    if (listener == NULL)
        fail_missing(call, "listener of the rule", name);
    return listener;
}

static const struct object *
find_rule(struct aws_call *call, const char *name)
{
    uint64_t priority;
    const struct config_listener *listener = read_rule(call, name, &priority);

    for (size_t i = 0; listener != NULL && priority > 0 && i < listener->rule_count; i++)
        if (listener->rules[i].priority == priority)
            return aws_edit_own(call, listener->rules[i].places, "The rule");
    if (listener != NULL)
        fail_missing(call, "rule", name);
    return NULL;
}

static json_t *
make_rule(struct aws_call *call, const char *name, char **id)
{
    uint64_t priority;
    const struct config_listener *listener = read_rule(call, name, &priority);
    char number[AWS_ID_SIZE];

    if (listener == NULL)
        return NULL;
    aws_edit_make_id(number);
    *id = elbv2_arn_id_below(elbv2_arn_listener(call, listener), "listener-rule", number);
    return json_pack("{s:{s:I}, s:s, s:{}}", "settings", "priority", (json_int_t)priority,
                     "listener", listener->name, "tags");
}

static void
delete_group(struct aws_call *call, const char *name, const struct object *object)
{
    elbv2_remove_group(call, config_find_group(call->parts->config, name), object, name);
}

static void
delete_balancer(struct aws_call *call, const char *name, const struct object *object)
{
    elbv2_remove_balancer(call, balancer_index(call->parts->config, name), object, name);
}

static void
delete_listener(struct aws_call *call, const char *name, const struct object *object)
{
    elbv2_remove_listener(call, named_listener(call->parts->config, name, strlen(name)),
                          object);
}

static void
delete_rule(struct aws_call *call, const char *name, const struct object *object)
{
    (void)name;
    object_edit_delete(call->edit, object->id);
}

static const struct object_kind_row rows[] = {
    {"load-balancer", "load balancer", OBJECT_LOAD_BALANCER, SCOPE_LOAD_BALANCER, find_balancer,
     make_balancer, delete_balancer},
    {"target-group", "target group", OBJECT_TARGET_GROUP, SCOPE_TARGET_GROUP, find_group,
     make_group, delete_group},
    {"listener", "listener", OBJECT_LISTENER, SCOPE_LISTENER, find_listener, make_listener,
     delete_listener},
    {"rule", "rule", OBJECT_RULE, SCOPE_RULE, find_rule, make_rule, delete_rule},
};

const struct object_kind_row *
object_kind_find(const char *word)
{
    for (size_t i = 0; word != NULL && i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].word, word) == 0)
            return &rows[i];
    return NULL;
}
