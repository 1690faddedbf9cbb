/* SPDX-License-Identifier: Apache-2.0 */
/* STS: who a caller is. */
#include <stdlib.h>

#include "base/memory.h"
#include "control/aws/aws_call.h"

json_t *
sts_caller_identity(struct aws_call *call)
{
    char *arn = memory_print("arn:aws:iam::" AWS_ACCOUNT ":user/%s", call->caller_name);
    json_t *output = json_pack("{s:s, s:s, s:s}", "UserId", call->caller_name, "Account",
                               AWS_ACCOUNT, "Arn", arn);

    free(arn);
    return output;
}
