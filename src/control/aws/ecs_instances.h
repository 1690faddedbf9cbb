/* SPDX-License-Identifier: Apache-2.0 */
/* Container instances: what a cluster's tasks run on. */
#ifndef FAIRLEAD_CONTROL_AWS_ECS_INSTANCES_H
#define FAIRLEAD_CONTROL_AWS_ECS_INSTANCES_H

#include "control/aws/ecs_arn.h"
#include "control/aws/ecs_view.h"

/* Of the one that a task runs on. */
struct ecs_id ecs_instance_id(const struct ecs_task *task);

/* Whether there is one of that ARN. */
bool ecs_instances_has(const struct ecs_view *view, const char *arn);

unsigned ecs_instances_count(const struct ecs_view *view, const char *cluster);

#endif
