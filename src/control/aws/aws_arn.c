/* SPDX-License-Identifier: Apache-2.0 */
#include "control/aws/aws_arn.h"

#include <string.h>

#include "base/memory.h"

#define COLONS 5 /* before the resource */

char *
aws_arn_of(const struct aws_call *call, const char *id)
{
    return memory_print(AWS_ARN_PREFIX "%s:" AWS_ACCOUNT ":%s", call->region, id);
}

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

bool
aws_arn_is_same(const char *one, const char *other)
{
    return strcmp(aws_arn_resource(one), aws_arn_resource(other)) == 0;
}
