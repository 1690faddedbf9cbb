/* SPDX-License-Identifier: Apache-2.0 */
/* The volumes of a task: made before its containers, and those of its own removed after them.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_VOLUMES_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_VOLUMES_H

#include <stdbool.h>

#include "control/scheduler/task_parts.h"

/* Whether all are there; else the next one is being made. A task whose volumes cannot be made
 * is not wanted any more. */
bool task_volumes_make(const struct task_parts *parts, struct scheduled_task *task);

/* Whether none of its own is left; else the next one is being removed. */
bool task_volumes_remove(const struct task_parts *parts, struct scheduled_task *task);

#endif
