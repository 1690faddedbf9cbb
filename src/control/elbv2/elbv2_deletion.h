/* SPDX-License-Identifier: Apache-2.0 */
/* What is deleted, and what keeps it: the same for calls of ELBv2 and for people. */
#ifndef FAIRLEAD_CONTROL_ELBV2_ELBV2_DELETION_H
#define FAIRLEAD_CONTROL_ELBV2_ELBV2_DELETION_H

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"

/* Deletes an object of the API that stands in the configuration. The call has failed where
 * something uses it, or it is protected; "named" is what that calls it. */
void elbv2_remove_group(struct aws_call *call, const struct config_target_group *group,
                        const struct object *object, const char *named);
/* A listener of the API, with all of its rules. */
void elbv2_remove_listener(struct aws_call *call, const struct config_listener *listener,
                           const struct object *object);
/* Its listeners and their rules go with it; groups stay. */
void elbv2_remove_balancer(struct aws_call *call, size_t index, const struct object *object,
                           const char *named);

#endif
