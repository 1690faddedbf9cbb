/* SPDX-License-Identifier: Apache-2.0 */
/* What engines and the registry have of a task, noted in it. Calls nothing. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_OBSERVE_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_OBSERVE_H

#include "control/scheduler/task_parts.h"

/* Its containers' states, health, bindings and ends; a task that ends by them is not wanted any
 * more, and says why. */
void task_observe(struct scheduled_task *task);

/* The targets that stand for it. */
struct task_targets {
    unsigned registered, healthy, unhealthy;
    unsigned left; /* also those that drain */
};

struct task_targets task_observe_targets(const struct task_parts *parts,
                                         const struct scheduled_task *task);

/* The group of an unhealthy one, and why it is so in the ALB's words; NULL: there is none. */
const struct registered_target *task_observe_unhealthy(const struct task_parts *parts,
                                                       const struct scheduled_task *task);

#endif
