/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS's model has and fairlead has not: to leave it out unsaid would be to promise it. */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_UNBUILT_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_UNBUILT_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

/* Whether the call asks for nothing of it; else it has failed, with the member's name. */
bool elbv2_is_built(struct aws_call *call);

#endif
