/* SPDX-License-Identifier: Apache-2.0 */
/* The task definitions that other calls name. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_DEFINITION_H
#define FAIRLEAD_CONTROL_ECS_ECS_DEFINITION_H

#include "control/aws/aws_call.h"

/* The ACTIVE one that a family (its newest), "family:revision" or ARN names: what the API calls
 * taskDefinition. NULL: there is none, and the call has failed. */
const json_t *ecs_definition_find(struct aws_call *call, const char *given);

/* "family:revision", to free(). */
char *ecs_definition_id(const json_t *definition);

/* Its container of that name; NULL: none. */
const json_t *ecs_definition_container(const json_t *definition, const char *name);

/* To free(). */
char *ecs_definition_arn(const struct aws_call *call, const char *definition_id);

#endif
