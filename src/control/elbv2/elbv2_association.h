/* SPDX-License-Identifier: Apache-2.0 */
/* Which load balancers use a group. At ELBv2 it is one at most. */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_ASSOCIATION_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "control/aws/aws_call.h"

/* Whether a listener of that balancer names the group. */
bool elbv2_group_is_of(const struct config *config, const char *group, size_t balancer);

/* Looks at the groups of actions as the file has them. False: one of them is another balancer's
 * already, and the call has failed. */
bool elbv2_may_forward(struct aws_call *call, size_t balancer, const json_t *actions);

#endif
