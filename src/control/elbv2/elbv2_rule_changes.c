/* SPDX-License-Identifier: Apache-2.0 */
/* Rules are made, changed, ordered anew and deleted, on listeners of the file too. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_arn.h"
#include "control/aws/aws_edit.h"
#include "control/elbv2/elbv2_input.h"
#include "control/elbv2/elbv2_association.h"
#include "control/elbv2/elbv2_patterns.h"
#include "control/elbv2/elbv2_unbuilt.h"

#define PRIORITY_MAX 50000

/* Lists that are given take the place of those that the document has; false: the call has
 * failed. */
static bool
put_lists(struct aws_call *call, json_t *document)
{
    const json_t *actions = json_object_get(call->input, "Actions");
    const json_t *conditions = json_object_get(call->input, "Conditions");
    json_t *rule = aws_edit_settings(document);

    if (!elbv2_is_built(call))
        return false;
    if (actions != NULL) {
        json_object_set_new(rule, "actions", elbv2_input_actions(call, actions));
        elbv2_input_keep_order(document, actions);
    }
    if (conditions != NULL && call->error_code == NULL)
        json_object_set_new(rule, "conditions", elbv2_input_conditions(call, conditions));
    return call->error_code == NULL;
}

static json_t *
answer_with(struct aws_call *call, json_t *arns)
{
    return aws_edit_answer(call, OPERATION_ELBV2_DescribeRules,
                           json_pack("{s:o}", "RuleArns", arns));
}

static json_t *
answer_with_one(struct aws_call *call, const char *id)
{
    return aws_edit_answer_about(call, OPERATION_ELBV2_DescribeRules, "RuleArns", id);
}

static bool
is_free(struct aws_call *call, const struct config_listener *listener, json_int_t priority)
{
    if (priority < 1 || priority > PRIORITY_MAX) {
        aws_fail(call, "ValidationError", "Rule priority '%lld' must be between 1 and %d",
                 (long long)priority, PRIORITY_MAX);
        return false;
    }
    for (size_t i = 0; i < listener->rule_count; i++) {
        if (listener->rules[i].priority != (unsigned)priority)
            continue;
        aws_fail(call, "PriorityInUse", "Priority '%lld' is currently in use",
                 (long long)priority);
        return false;
    }
    return true;
}

static bool
may_act(struct aws_call *call, const struct config_listener *listener, json_t *document)
{
    const json_t *actions = json_object_get(aws_edit_settings(document), "actions");

    return elbv2_takes_redirects(call, listener->protocol == PROTOCOL_HTTPS, actions) &&
           elbv2_may_forward(call, config_balancer_index(call->parts->config, listener),
                             actions);
}

json_t *
elbv2_create_rule(struct aws_call *call)
{
    const struct config_listener *listener =
        elbv2_arn_find_listener(call, aws_text(call, "ListenerArn"));
    json_t *priority = json_object_get(call->input, "Priority");
    char number[AWS_ID_SIZE];

    if (listener == NULL || !is_free(call, listener, json_integer_value(priority)))
        return NULL;
    json_t *document = json_pack("{s:{s:O}, s:s, s:o*}", "settings", "priority", priority,
                                 "listener", listener->name, "tags", aws_edit_tags(call));
    if (call->error_code != NULL || !put_lists(call, document) ||
        !may_act(call, listener, document)) {
        json_decref(document);
        return NULL;
    }
    aws_edit_make_id(number);
    char *id = elbv2_arn_id_below(elbv2_arn_listener(call, listener), "listener-rule", number);
    object_edit_create(call->edit, OBJECT_RULE, id, call->caller_name, document);
    answer_with_one(call, id);
    free(id);
    return NULL;
}

/* The API's rule that an ARN names; NULL: the call has failed. */
static const struct object *
find_own(struct aws_call *call, const char *arn, struct elbv2_rule *found)
{
    if (!elbv2_arn_find_rule(call, arn, found))
        return NULL;
    if (found->rule->priority != 0)
        return aws_edit_own(call, found->rule->places, "The rule");
    aws_fail(call, "OperationNotPermitted",
             "Default rule '%s' goes with its listener: change that (ModifyListener)", arn);
    return NULL;
}

json_t *
elbv2_modify_rule(struct aws_call *call)
{
    struct elbv2_rule found;
    const struct object *object = find_own(call, aws_text(call, "RuleArn"), &found);

    if (object == NULL)
        return NULL;
    json_t *document = aws_edit_document(object);
    if (!put_lists(call, document) || !may_act(call, found.listener, document)) {
        json_decref(document);
        return NULL;
    }
    object_edit_change(call->edit, object->id, document);
    return answer_with_one(call, object->id);
}

json_t *
elbv2_delete_rule(struct aws_call *call)
{
    struct elbv2_rule found;
    const struct object *object = find_own(call, aws_text(call, "RuleArn"), &found);

    if (object == NULL)
        return NULL;
    object_edit_delete(call->edit, object->id);
    return json_object();
}

/* Of all that a call moves, before the first is moved. */
static bool
has_twice(const struct config_listener *listener, const struct elbv2_rule *moved,
          const json_t *pairs, unsigned priority)
{
    size_t count = 0, size = json_array_size(pairs);

    for (size_t i = 0; i < size; i++)
        count += moved[i].listener == listener &&
                 json_integer_value(json_object_get(json_array_get(pairs, i), "Priority")) ==
                     priority;
    for (size_t i = 0; i < listener->rule_count; i++) {
        bool stays = listener->rules[i].priority == priority;
        for (size_t j = 0; j < size && stays; j++)
            stays = moved[j].rule != &listener->rules[i];
        count += stays;
    }
    return count > 1;
}

static void
move_one(struct aws_call *call, const struct elbv2_rule *moved, json_t *priority)
{
    const struct object *object = aws_edit_object(call, moved->rule->places);
    json_t *document = aws_edit_document(object);

    json_object_set(aws_edit_settings(document), "priority", priority);
    object_edit_change(call->edit, object->id, document);
}

static json_t *
move_all(struct aws_call *call, const struct elbv2_rule *moved, const json_t *pairs)
{
    json_t *arns = json_array();

    for (size_t i = 0; i < json_array_size(pairs) && call->error_code == NULL; i++) {
        json_t *pair = json_array_get(pairs, i), *priority = json_object_get(pair, "Priority");
        json_int_t number = json_integer_value(priority);
        if (has_twice(moved[i].listener, moved, pairs, (unsigned)number))
            aws_fail(call, "PriorityInUse", "Priority '%lld' is currently in use",
                     (long long)number);
        else
            move_one(call, &moved[i], priority);
        json_array_append(arns, json_object_get(pair, "RuleArn"));
    }
    return answer_with(call, arns);
}

json_t *
elbv2_set_rule_priorities(struct aws_call *call)
{
    const json_t *pairs = json_object_get(call->input, "RulePriorities");
    size_t count = json_array_size(pairs);
    struct elbv2_rule *moved = memory_take(count + 1, sizeof(*moved));

    if (count > AWS_WANTED_MAX)
        aws_fail(call, "ValidationError", "'RulePriorities' may have %d elements at most",
                 AWS_WANTED_MAX);
    for (size_t i = 0; i < count && call->error_code == NULL; i++) {
        const char *arn =
            json_string_value(json_object_get(json_array_get(pairs, i), "RuleArn"));
        if (arn == NULL || json_object_get(json_array_get(pairs, i), "Priority") == NULL)
            aws_fail(call, "ValidationError", "A rule ARN and a priority must be specified");
        else
            find_own(call, arn, &moved[i]);
        for (size_t j = 0; j < i && call->error_code == NULL; j++)
            if (moved[j].rule == moved[i].rule)
                aws_fail(call, "ValidationError", "The rule '%s' is named twice", arn);
    }
    if (call->error_code == NULL)
        move_all(call, moved, pairs);
    free(moved);
    return NULL;
}
