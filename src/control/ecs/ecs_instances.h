/* SPDX-License-Identifier: Apache-2.0 */
/* Container instances: what a cluster's tasks run on. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_INSTANCES_H
#define FAIRLEAD_CONTROL_ECS_ECS_INSTANCES_H

#include "control/ecs/ecs_instance.h"

/* Whether there is one of that ARN. */
bool ecs_instances_has(const struct ecs_view *view, const char *arn);

unsigned ecs_instances_count(const struct ecs_view *view, const char *cluster);

#endif
