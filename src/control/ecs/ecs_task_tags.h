/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of tasks that fairlead runs: those of the call that began one, or what its service hands
 * on (propagateTags). */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_TASK_TAGS_H
#define FAIRLEAD_CONTROL_ECS_ECS_TASK_TAGS_H

#include "control/aws/aws_call.h"
#include "control/scheduler/scheduled_task.h"

/* The document that has them ("tags"); NULL: it has none. */
const json_t *ecs_task_tags_document(const struct aws_call *call,
                                     const struct scheduled_task *task);

/* Of a call that begins tasks of that definition, a new object; NULL: the call has failed. */
json_t *ecs_task_tags_read(struct aws_call *call, const char *definition_id);

#endif
