/* SPDX-License-Identifier: Apache-2.0 */
/* ECS's settings of an account: "account-setting/NAME" has a "value" that calls have put. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_ACCOUNT_SETTINGS_H
#define FAIRLEAD_CONTROL_ECS_ECS_ACCOUNT_SETTINGS_H

#include "control/aws/aws_call.h"

/* In force; NULL: there is none of that name. */
const char *ecs_account_setting(const struct aws_call *call, const char *name);

#endif
