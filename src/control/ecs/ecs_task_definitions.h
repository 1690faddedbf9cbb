/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Task definitions that calls have registered. The document of
 * "task-definition/FAMILY:REVISION" has "definition" (what the API calls so, with "family" and
 * "revision"), "status", "registeredBy", and "deregisteredAt" and "deleteRequestedAt" once
 * these have happened.
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_TASK_DEFINITIONS_H
#define FAIRLEAD_CONTROL_ECS_ECS_TASK_DEFINITIONS_H

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"

#define ECS_TASK_DEFINITION "task-definition"
#define ECS_ACTIVE "ACTIVE"
#define ECS_INACTIVE "INACTIVE"
#define ECS_DELETE_IN_PROGRESS "DELETE_IN_PROGRESS"

/* What an ARN, "family:revision", or a family (its newest ACTIVE one) names, whatever its
 * status. NULL: nothing. */
const struct object *ecs_task_definition_find(const struct aws_call *call, const char *given);

/* Whether a name or ARN says which revision. */
bool ecs_task_definition_is_exact(const char *given);

const char *ecs_task_definition_status(const struct object *object);

/* As answers have it. */
json_t *ecs_task_definition_to_json(const struct aws_call *call, const struct object *object);

#endif
