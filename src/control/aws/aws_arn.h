/* SPDX-License-Identifier: Apache-2.0 */
/* ARNs of the objects that ELBv2 has: "arn:aws:elasticloadbalancing:REGION:ACCOUNT:RESOURCE".
 */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_ARN_H
#define FAIRLEAD_CONTROL_AWS_AWS_ARN_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

#define AWS_ARN_PREFIX "arn:aws:elasticloadbalancing:"

/* Of an object of the API; to free(). */
char *aws_arn_of(const struct aws_call *call, const char *id);

/* What stands behind region and account; all of a text that is no such ARN. */
const char *aws_arn_resource(const char *arn);

/* Whether two name the same, whatever their regions and accounts; also of names. */
bool aws_arn_is_same(const char *one, const char *other);

#endif
