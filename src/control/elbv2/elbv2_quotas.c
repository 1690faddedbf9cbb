/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_quotas.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/elbv2/elbv2_patterns.h"
#include "control/objects/objects.h"
#include "model/config.h"

#define CONDITION_VALUES_MAX 5
#define CONDITION_WILDCARDS_MAX 5
#define ACTION_GROUPS_MAX 5
#define WEIGHT_MAX 999

static const struct {
    const char *name;
    unsigned most;
} quotas[] = {
    {"application-load-balancers", CONFIG_MOST_ROUTES},
    {"target-groups", CONFIG_MOST_GROUPS},
    {"target-groups-per-application-load-balancer", CONFIG_MOST_GROUPS},
    {"target-groups-per-action-on-application-load-balancer", ACTION_GROUPS_MAX},
    {"listeners-per-application-load-balancer", CONFIG_MOST_ROUTES},
    {"rules-per-application-load-balancer", OBJECTS_MOST},
    {"condition-values-per-alb-rule", CONDITION_VALUES_MAX},
    {"condition-wildcards-per-alb-rule", CONDITION_WILDCARDS_MAX},
    {"targets-per-application-load-balancer", CONFIG_MOST_TARGETS},
    {"certificates-per-application-load-balancer", CONFIG_MOST_CERTIFICATES},
};

json_t *
elbv2_account_limits(struct aws_call *call)
{
    json_t *array = json_array();
    struct aws_page page;

    aws_page_begin(&page, call);
    for (size_t i = 0; i < sizeof(quotas) / sizeof(*quotas); i++) {
        char *most = memory_print("%u", quotas[i].most);
        if (aws_page_takes(&page, quotas[i].name))
            json_array_append_new(array,
                                  json_pack("{s:s, s:s}", "Name", quotas[i].name, "Max", most));
        free(most);
    }
    return aws_page_end(&page, call, "Limits", array);
}

static void
check_groups(struct aws_call *call, const json_t *groups)
{
    const json_t *group;
    size_t index;

    if (json_array_size(groups) > ACTION_GROUPS_MAX)
        aws_fail(call, "TooManyActions", "An action can only forward to '%d' target groups",
                 ACTION_GROUPS_MAX);
    json_array_foreach (groups, index, group) {
        json_int_t weight = json_integer_value(json_object_get(group, "weight"));
        if (weight < 0 || weight > WEIGHT_MAX)
            aws_fail(call, "ValidationError",
                     "The weight for each target group must be between 0 and %d, inclusive",
                     WEIGHT_MAX);
    }
}

bool
elbv2_quota_takes_actions(struct aws_call *call, const json_t *actions)
{
    const json_t *action;
    size_t index;

    json_array_foreach (actions, index, action)
        check_groups(
            call, json_object_get(json_object_get(action, "forward_config"), "target_groups"));
    return call->error_code == NULL;
}

/* Those of query strings may stand for themselves: "\*". */
static unsigned
count_wildcards(const char *pattern, bool has_escapes)
{
    unsigned count = 0;

    for (; pattern != NULL && *pattern != '\0'; pattern++) {
        if (has_escapes && *pattern == '\\' && pattern[1] != '\0')
            pattern++;
        else
            count += *pattern == '*' || *pattern == '?';
    }
    return count;
}

static unsigned
wildcards_of(const json_t *value)
{
    if (json_is_string(value))
        return count_wildcards(json_string_value(value), false);
    return count_wildcards(json_string_value(json_object_get(value, "key")), true) +
           count_wildcards(json_string_value(json_object_get(value, "value")), true);
}

bool
elbv2_quota_takes_conditions(struct aws_call *call, const json_t *conditions)
{
    const json_t *condition, *value;
    size_t index, other, values = 0, wildcards = 0;

    json_array_foreach (conditions, index, condition) {
        const json_t *list = elbv2_condition_values(condition);
        values += json_array_size(list);
        json_array_foreach (list, other, value)
            wildcards += wildcards_of(value);
    }
    if (values > CONDITION_VALUES_MAX)
        aws_fail(call, "ValidationError", "A rule can only have '%d' condition values",
                 CONDITION_VALUES_MAX);
    if (wildcards > CONDITION_WILDCARDS_MAX)
        aws_fail(call, "ValidationError", "A rule can only have '%d' condition wildcards",
                 CONDITION_WILDCARDS_MAX);
    return call->error_code == NULL;
}
