/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ELBv2 calls the Id of a target: its address, or in a group of instances also the name of
 * the container instance whose port it is.
 */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_TARGET_ID_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_TARGET_ID_H

#include <stdbool.h>

#include "base/address.h"
#include "control/aws/aws_call.h"
#include "control/registry/registered_target.h"
#include "model/config.h"

/* False: it is neither an address nor, where the group may have them, an instance's name. */
bool elbv2_target_address(const struct aws_call *call, const struct config_target_group *group,
                          const char *id, unsigned port, struct address *address);

/* Of a task that fairlead runs its instance's, of all others the address; to free(). */
char *elbv2_target_id(const struct aws_call *call, const struct config_target_group *group,
                      const struct registered_target *target);

#endif
