/* SPDX-License-Identifier: Apache-2.0 */
/* From PROVISIONING to RUNNING: images, containers in their order, targets. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_START_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_START_H

#include "control/scheduler/task_parts.h"

/* The next thing, whatever it is; nothing is done twice. */
void task_start_advance(const struct task_parts *parts, struct scheduled_task *task);

#endif
