/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a task that is not wanted any more to its end: its targets are deregistered and drained
 * first, whoever has asked for the stop, and only then are its containers stopped.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_END_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_END_H

#include "control/scheduler/task_parts.h"

/* The next thing, whatever it is; nothing is done twice. */
void task_end_advance(const struct task_parts *parts, struct scheduled_task *task);

/* Of one that has ended: whether its containers have, too. One that somebody has started again
 * is drained and stopped like any other. */
bool task_end_is_kept(const struct task_parts *parts, struct scheduled_task *task);

/* Of one that has ended: its containers, which were kept for their logs, go. True: none is
 * left.
 */
bool task_end_remove(const struct task_parts *parts, struct scheduled_task *task);

/* Nothing that is under way for it calls back any more. */
void task_end_forget(struct scheduled_task *task);

#endif
