/* SPDX-License-Identifier: Apache-2.0 */
/* What an ARN of ELBv2 looks like, whether or not there is such an object. */
#ifndef FAIRLEAD_CONTROL_AWS_AWS_ARN_FORM_H
#define FAIRLEAD_CONTROL_AWS_AWS_ARN_FORM_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

#define AWS_ARN_PREFIX "arn:aws:elasticloadbalancing:"

enum aws_arn_kind { AWS_ARN_BALANCER, AWS_ARN_GROUP, AWS_ARN_LISTENER, AWS_ARN_RULE };

/* What stands behind region and account; all of a text that is no such ARN. */
const char *aws_arn_resource(const char *arn);

/* Whether it is an ARN of that kind; else the call has failed. */
bool aws_arn_check(struct aws_call *call, enum aws_arn_kind kind, const char *arn);

/* aws_wanted_begin for ARNs of one kind. */
bool aws_arn_wanted_begin(struct aws_wanted *wanted, struct aws_call *call, const char *member,
                          enum aws_arn_kind kind);

#endif
