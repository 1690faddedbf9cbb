/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capacity providers: "capacity-provider/NAME" has "autoScalingGroupProvider" as it was given,
 * and "tags". Clusters name those that they use.
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_CAPACITY_PROVIDERS_H
#define FAIRLEAD_CONTROL_ECS_ECS_CAPACITY_PROVIDERS_H

#include "control/aws/aws_call.h"

/* Puts the input's "capacityProviders" and "defaultCapacityProviderStrategy", where it has
 * them, into a cluster's document. False: the call has failed. */
bool ecs_capacity_providers_put(struct aws_call *call, json_t *document);

#endif
