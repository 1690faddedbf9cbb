/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_arn_form.h"

#include <string.h>

#include "control/aws/aws_arn.h"

static const struct {
    const char *word, *title;
    unsigned parts; /* behind the word, between slashes */
} kinds[] = {
    [ELBV2_ARN_BALANCER] = {"loadbalancer/", "load balancer", 3},
    [ELBV2_ARN_GROUP] = {"targetgroup/", "target group", 2},
    [ELBV2_ARN_LISTENER] = {"listener/", "listener", 4},
    [ELBV2_ARN_RULE] = {"listener-rule/", "listener rule", 5},
};

/* None of them is empty. */
static bool
has_parts(const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        size_t length = strcspn(text, "/");
        bool is_last = i + 1 == count;
        if (length == 0 || (text[length] == '\0') != is_last)
            return false;
        text += length + 1;
    }
    return true;
}

bool
elbv2_arn_check(struct aws_call *call, enum elbv2_arn_kind kind, const char *arn)
{
    const char *resource = aws_arn_resource(arn);
    size_t length = strlen(kinds[kind].word);

    if (resource != arn && strncmp(resource, kinds[kind].word, length) == 0 &&
        has_parts(resource + length, kinds[kind].parts))
        return true;
    aws_fail(call, "ValidationError", "'%.256s' is not a valid %s ARN", arn, kinds[kind].title);
    return false;
}

bool
elbv2_arn_wanted_begin(struct aws_wanted *wanted, struct aws_call *call, const char *member,
                       enum elbv2_arn_kind kind)
{
    const json_t *arn;
    size_t index;

    if (!aws_wanted_begin(wanted, call, member))
        return false;
    json_array_foreach (wanted->list, index, arn)
        if (!elbv2_arn_check(call, kind, json_string_value(arn)))
            return false;
    return true;
}
