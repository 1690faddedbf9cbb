/* SPDX-License-Identifier: Apache-2.0 */
/* ELBv2: RuleCondition and Action, in the forms that DescribeRules returns. */
#include "control/admin/rule_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static json_t *
text_to_json(const struct config_value *value)
{
    return json_string(value->value);
}

static json_t *
pair_to_json(const struct config_value *value)
{
    return json_pack("{s:s*, s:s}", "Key", value->key, "Value", value->value);
}

static const struct {
    const char *field, *member;
    json_t *(*value_to_json)(const struct config_value *value);
} condition_fields[] = {

#define CONDITION(id, field, group, object, allowed, length, single, check, pattern, holds,    \
                  json)                                                                        \
    [CONDITION_##id] = {field, object, json##_to_json},
#include "model/conditions.def"
#undef CONDITION
};

const char *
rule_condition_field(enum config_condition_field field)
{
    return condition_fields[field].field;
}

json_t *
rule_conditions_to_json(const struct config_rule *rule)
{
    json_t *conditions = json_array();

    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct config_condition *condition = &rule->conditions[i];
        json_t *values = json_array();
        for (size_t j = 0; j < condition->value_count; j++)
            json_array_append_new(values, condition_fields[condition->field].value_to_json(
                                              &condition->values[j]));
        json_t *settings = json_pack("{s:s*, s:o}", "HttpHeaderName",
                                     condition->http_header_name, "Values", values);
        json_array_append_new(
            conditions, json_pack("{s:s, s:o}", "Field", rule_condition_field(condition->field),
                                  condition_fields[condition->field].member, settings));
    }
    return conditions;
}

static json_t *
forward_to_json(const struct config_action *action)
{
    json_t *groups = json_array();

    for (size_t i = 0; i < action->group_count; i++)
        json_array_append_new(groups, json_pack("{s:s, s:i}", "TargetGroupName",
                                                action->groups[i].target_group, "Weight",
                                                (int)action->groups[i].weight));
    json_t *stickiness = json_pack("{s:b, s:i}", "Enabled", action->stickiness_enabled,
                                   "DurationSeconds", (int)action->stickiness_seconds);
    return json_pack("{s:s, s:{s:o, s:o}}", "Type", "forward", "ForwardConfig", "TargetGroups",
                     groups, "TargetGroupStickinessConfig", stickiness);
}

static json_t *
redirect_to_json(const struct config_action *action)
{
    char code[16];

    snprintf(code, sizeof(code), "HTTP_%u", action->status_code);
    return json_pack("{s:s, s:{s:s*, s:s*, s:s*, s:s*, s:s*, s:s}}", "Type", "redirect",
                     "RedirectConfig", "Protocol", action->redirect_protocol, "Host",
                     action->redirect_host, "Port", action->redirect_port, "Path",
                     action->redirect_path, "Query", action->redirect_query, "StatusCode",
                     code);
}

static json_t *
fixed_response_to_json(const struct config_action *action)
{
    char code[16];

    snprintf(code, sizeof(code), "%u", action->status_code);
    return json_pack("{s:s, s:{s:s, s:s*, s:s*}}", "Type", "fixed-response",
                     "FixedResponseConfig", "StatusCode", code, "ContentType",
                     action->content_type, "MessageBody", action->message_body);
}

/* Appends to a text that is taken and given back. */
static char *
append(char *text, const char *separator, const char *more)
{
    char *longer =
        *text == '\0' ? memory_copy_text(more) : memory_print("%s%s%s", text, separator, more);

    free(text);
    return longer;
}

static char *
condition_text(const struct config_condition *condition)
{
    char *values = memory_copy_text("");

    for (size_t i = 0; i < condition->value_count; i++) {
        const struct config_value *value = &condition->values[i];
        char *one = value->key == NULL ? memory_copy_text(value->value)
                                       : memory_print("%s=%s", value->key, value->value);
        values = append(values, ", ", one);
        free(one);
    }
    char *text = memory_print(
        "%s%s%s is %s", rule_condition_field(condition->field),
        condition->http_header_name == NULL ? "" : " ",
        condition->http_header_name == NULL ? "" : condition->http_header_name, values);
    free(values);
    return text;
}

char *
rule_conditions_text(const struct config_rule *rule)
{
    char *text = memory_copy_text(rule->priority == 0 ? "any request" : "");

    for (size_t i = 0; i < rule->condition_count; i++) {
        char *one = condition_text(&rule->conditions[i]);
        text = append(text, " and ", one);
        free(one);
    }
    return text;
}

static char *
forward_text(const struct config_action *action)
{
    char *text = memory_copy_text("");

    for (size_t i = 0; i < action->group_count; i++) {
        const struct config_weighted_group *group = &action->groups[i];
        char *one = action->group_count == 1
                        ? memory_copy_text(group->target_group)
                        : memory_print("%s (weight %u)", group->target_group, group->weight);
        text = append(text, ", ", one);
        free(one);
    }
    char *whole = memory_print("forward to %s", text);
    free(text);
    return whole;
}

static char *
redirect_text(const struct config_action *action)
{
    return memory_print("redirect %u to %s://%s:%s%s?%s", action->status_code,
                        action->redirect_protocol, action->redirect_host, action->redirect_port,
                        action->redirect_path, action->redirect_query);
}

static char *
fixed_response_text(const struct config_action *action)
{
    return memory_print("answer %u", action->status_code);
}

static const struct {
    json_t *(*to_json)(const struct config_action *action);
    char *(*text)(const struct config_action *action);
} action_kinds[] = {

#define ACTION(id, type, group, handle) [ACTION_##id] = {handle##_to_json, handle##_text},
#include "model/actions.def"
#undef ACTION
};

json_t *
rule_actions_to_json(const struct config_action *action)
{
    return json_pack("[o]", action_kinds[action->type].to_json(action));
}

char *
rule_action_text(const struct config_action *action)
{
    return action_kinds[action->type].text(action);
}
