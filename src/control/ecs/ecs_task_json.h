/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that fairlead runs, as ECS's calls give them. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_TASK_JSON_H
#define FAIRLEAD_CONTROL_ECS_ECS_TASK_JSON_H

#include "control/aws/aws_call.h"
#include "control/scheduler/scheduled_task.h"

json_t *ecs_task_json(const struct aws_call *call, const struct scheduled_task *task);

/* The one that a cluster has by that id or ARN; NULL: there is none. */
const struct scheduled_task *ecs_task_find(const struct aws_call *call, const char *cluster,
                                           const char *given);

#endif
