/* SPDX-License-Identifier: Apache-2.0 */
/* What calls may say of a service: read and judged before anything is changed. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_SERVICE_INPUT_H
#define FAIRLEAD_CONTROL_ECS_ECS_SERVICE_INPUT_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

/* Members of the input that a service keeps as they were given, put over those that it had
 * (NULL: it is new); a new object. NULL: the call has failed. */
json_t *ecs_service_input_given(struct aws_call *call, const json_t *before);

/* Whether they go together with each other and with the definition; else the call has failed.
 */
bool ecs_service_input_is_sound(struct aws_call *call, const json_t *given,
                                const json_t *definition);

#endif
