/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_patterns.h"

#include <ctype.h>
#include <string.h>

/* What is wrong with a value, or NULL. */
typedef const char *pattern_fault(const char *value);

/* A name of the Internet: what follows its last dot is letters, or a wildcard for them. */
static const char *
host_fault(const char *value)
{
    const char *last = strrchr(value, '.');

    if (last == NULL)
        return "must have a '.'";
    for (last++; *last != '\0'; last++)
        if (!isalpha((unsigned char)*last) && *last != '*' && *last != '?')
            return "may have letters only behind its last '.'";
    return NULL;
}

static const char *
source_fault(const char *value)
{
    return strchr(value, '/') == NULL ? "must be a CIDR block, like 192.0.2.0/24" : NULL;
}

static const struct {
    const char *field;
    pattern_fault *fault;
} narrower[] = {
    {"host-header", host_fault},
    {"source-ip", source_fault},
};

const json_t *
elbv2_condition_values(const json_t *condition)
{
    const json_t *values = json_object_get(condition, "values"), *member;
    const char *name;

    json_object_foreach ((json_t *)(uintptr_t)condition, name, member)
        if (json_object_get(member, "values") != NULL)
            values = json_object_get(member, "values");
    return values;
}

static void
check_values(struct aws_call *call, const json_t *condition, pattern_fault *fault)
{
    const json_t *value;
    size_t index;

    json_array_foreach (elbv2_condition_values(condition), index, value) {
        const char *text = json_string_value(value);
        const char *reason = text == NULL ? NULL : fault(text);
        if (reason != NULL)
            aws_fail(call, "ValidationError", "Condition value '%.128s' %s", text, reason);
    }
}

bool
elbv2_takes_redirects(struct aws_call *call, bool is_secure, const json_t *actions)
{
    const json_t *action;
    size_t index;

    json_array_foreach (actions, index, action) {
        const char *protocol = json_string_value(
            json_object_get(json_object_get(action, "redirect_config"), "protocol"));
        if (is_secure && protocol != NULL && strcmp(protocol, "HTTP") == 0)
            aws_fail(call, "ValidationError",
                     "A redirect action cannot redirect from HTTPS to HTTP");
    }
    return call->error_code == NULL;
}

bool
elbv2_takes_patterns(struct aws_call *call, const json_t *conditions)
{
    const json_t *condition;
    size_t index;

    json_array_foreach (conditions, index, condition) {
        const char *field = json_string_value(json_object_get(condition, "field"));
        for (size_t i = 0; field != NULL && i < sizeof(narrower) / sizeof(*narrower); i++)
            if (strcmp(narrower[i].field, field) == 0)
                check_values(call, condition, narrower[i].fault);
    }
    return call->error_code == NULL;
}
