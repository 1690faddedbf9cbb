/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes that ELBv2 has and fairlead has no setting for: stored, and told as they are. */
#ifndef FAIRLEAD_CONTROL_AWS_ELBV2_EXTRAS_H
#define FAIRLEAD_CONTROL_AWS_ELBV2_EXTRAS_H

#include "control/aws/aws_input.h"

/* Each ends with one that has no key. */
extern const struct aws_extra elbv2_group_extras[];
extern const struct aws_extra elbv2_balancer_extras[];
extern const struct aws_extra elbv2_listener_extras[];

#define ELBV2_DELETION_PROTECTION "deletion_protection.enabled"

#endif
