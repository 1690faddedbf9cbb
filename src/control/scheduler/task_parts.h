/* SPDX-License-Identifier: Apache-2.0 */
/* What moving a task on may reach; lives longer than any call that is under way for one. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_PARTS_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_PARTS_H

#include "control/registry/registry.h"
#include "control/scheduler/scheduled_task.h"
#include "model/config.h"

struct task_parts {
    struct registry *registry;
    const struct config *config;
    /* Something has happened: tasks are to be looked at again, soon. */
    void (*on_change)(void *argument);
    void *argument;
};

#endif
