/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of a thing there may be. What AWS raises for nobody holds here as well, so that
 * rules made here can be made there; what it raises on demand is as large as fairlead has room.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_QUOTAS_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_QUOTAS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/aws/aws_call.h"

/* Whether a rule may have these, as a file would give them; else the call has failed. */
bool elbv2_quota_takes_actions(struct aws_call *call, const json_t *actions);
bool elbv2_quota_takes_conditions(struct aws_call *call, const json_t *conditions);

#endif
