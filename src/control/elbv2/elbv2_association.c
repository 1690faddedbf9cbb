/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_association.h"

#include <string.h>

#include "control/aws/aws_edit.h"
#include "model/config.h"

static bool
names_group(const struct config_listener *listener, const char *group)
{
    for (size_t i = 0; i < listener->rule_count; i++) {
        const struct config_action *action = &listener->rules[i].action;
        for (size_t j = 0; j < action->group_count; j++)
            if (strcmp(action->groups[j].target_group, group) == 0)
                return true;
    }
    return false;
}

bool
elbv2_group_is_of(const struct config *config, const char *group, size_t balancer)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (names_group(&config->listeners[i], group) &&
            config_balancer_index(config, &config->listeners[i]) == balancer)
            return true;
    return false;
}

static bool
is_free(struct aws_call *call, size_t balancer, const char *group)
{
    const struct config *config = call->parts->config;

    for (size_t i = 0; i < config_balancer_count(config) && group != NULL; i++) {
        if (i == balancer || !elbv2_group_is_of(config, group, i))
            continue;
        aws_fail(call, "TargetGroupAssociationLimit",
                 "Target group '%s' is associated with load balancer '%s' already", group,
                 config_balancer(config, i).name);
        return false;
    }
    return true;
}

bool
elbv2_may_forward(struct aws_call *call, size_t balancer, const json_t *actions)
{
    const json_t *action, *group;
    size_t index, other;

    json_array_foreach (actions, index, action) {
        const json_t *groups =
            json_object_get(json_object_get(action, "forward_config"), "target_groups");
        if (!is_free(call, balancer,
                     json_string_value(json_object_get(action, "target_group"))))
            return false;
        json_array_foreach (groups, other, group)
            if (!is_free(call, balancer,
                         json_string_value(json_object_get(group, "target_group"))))
                return false;
    }
    return true;
}
