/* SPDX-License-Identifier: Apache-2.0 */
/* Services that fairlead runs, as ECS's calls give them. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_SERVICE_JSON_H
#define FAIRLEAD_CONTROL_ECS_ECS_SERVICE_JSON_H

#include "control/aws/aws_call.h"

/* document: as the store has it (service_document.h); a new object. */
json_t *ecs_service_json(const struct aws_call *call, const json_t *document);

/* The document of the one that a cluster has by that name or ARN; is_past: also one that is
 * INACTIVE. NULL: there is none. */
const json_t *ecs_service_document(const struct aws_call *call, const char *cluster,
                                   const char *given, bool is_past);

/* Whether the configuration file has no service of that name; else the call has failed. */
bool ecs_service_is_free(struct aws_call *call, const char *name);

#endif
