/* SPDX-License-Identifier: Apache-2.0 */
/* What an ARN of ELBv2 looks like, whether or not there is such an object. */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_ARN_FORM_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_ARN_FORM_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

enum elbv2_arn_kind { ELBV2_ARN_BALANCER, ELBV2_ARN_GROUP, ELBV2_ARN_LISTENER, ELBV2_ARN_RULE };

/* Whether it is an ARN of that kind; else the call has failed. */
bool elbv2_arn_check(struct aws_call *call, enum elbv2_arn_kind kind, const char *arn);

/* aws_wanted_begin for ARNs of one kind. */
bool elbv2_arn_wanted_begin(struct aws_wanted *wanted, struct aws_call *call,
                            const char *member, enum elbv2_arn_kind kind);

#endif
