/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks of several files on their way to the sink: each id once, and not too many. */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_TASK_SET_H
#define FAIRLEAD_CONTROL_DISCOVERY_TASK_SET_H

#include <stddef.h>

#include "model/task.h"

/* Zeroed before use; the array is the sink's in the end. */
struct task_set {
    struct task **tasks;
    size_t count;
    void *ids; /* tsearch(3) tree of the tasks' own */
};

/* Takes the tasks over, not their array; a reason when not all of them could be added. */
char *task_set_add(struct task_set *set, struct task **tasks, size_t count);

/* No more come. */
void task_set_end(struct task_set *set);

#endif
