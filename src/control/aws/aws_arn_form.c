/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_arn_form.h"

#include <string.h>

#define COLONS 5 /* before the resource */

static const struct {
    const char *word, *title;
    unsigned parts; /* behind the word, between slashes */
} kinds[] = {
    [AWS_ARN_BALANCER] = {"loadbalancer/", "load balancer", 3},
    [AWS_ARN_GROUP] = {"targetgroup/", "target group", 2},
    [AWS_ARN_LISTENER] = {"listener/", "listener", 4},
    [AWS_ARN_RULE] = {"listener-rule/", "listener rule", 5},
};

const char *
aws_arn_resource(const char *arn)
{
    const char *rest = arn;

    if (strncmp(arn, AWS_ARN_PREFIX, strlen(AWS_ARN_PREFIX)) != 0)
        return arn;
    for (unsigned colons = 0; colons < COLONS; colons++) {
        rest = strchr(rest, ':');
        if (rest == NULL)
            return arn;
        rest++;
    }
    return rest;
}

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
aws_arn_check(struct aws_call *call, enum aws_arn_kind kind, const char *arn)
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
aws_arn_wanted_begin(struct aws_wanted *wanted, struct aws_call *call, const char *member,
                     enum aws_arn_kind kind)
{
    const json_t *arn;
    size_t index;

    if (!aws_wanted_begin(wanted, call, member))
        return false;
    json_array_foreach (wanted->list, index, arn)
        if (!aws_arn_check(call, kind, json_string_value(arn)))
            return false;
    return true;
}
