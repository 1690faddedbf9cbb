/* SPDX-License-Identifier: Apache-2.0 */
/* A container of a task as its engine is to make it. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_TEMPLATE_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_TEMPLATE_H

#include <jansson.h>

#include "control/scheduler/scheduled_task.h"
#include "model/config.h"

/* What to make it of. NULL with *error, to free(): it cannot be made. */
json_t *task_template_body(const struct task_container *container, const struct config *config,
                           char **error);

/* Its name on its engine: always the same of one container. To free(). */
char *task_template_name(const struct task_container *container);

/* The task's volumes: bodies to make them of, and the names of those that go with it; new. */
json_t *task_template_volumes(const struct scheduled_task *task);
json_t *task_template_own_volumes(const struct scheduled_task *task);

/* The task's container that an element of "links" ("name:alias") or "volumesFrom" names. */
const struct task_container *task_template_other(const struct task_container *container,
                                                 const json_t *element);

#endif
