/* SPDX-License-Identifier: Apache-2.0 */
/* Of two equal ids the first one wins. */
#include "control/discovery/task_set.h"

#include <search.h>
#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"
#include "base/text.h"

#define TASKS_MOST 10000
#define ID_SHOWN_BYTES 200

static int
compare_ids(const void *one, const void *other)
{
    return strcmp(one, other);
}

/* False: the set has that id already, or is full. */
static bool
take_id(struct task_set *set, const struct task *task)
{
    if (set->count == TASKS_MOST)
        return false;
    const char **found = tsearch(task->id, &set->ids, compare_ids);
    CHECK(found != NULL);
    return *found == task->id;
}

char *
task_set_add(struct task_set *set, struct task **tasks, size_t count)
{
    char *reason = NULL;

    set->tasks = memory_resize(set->tasks, set->count + count, sizeof(struct task *));
    for (size_t i = 0; i < count; i++) {
        if (take_id(set, tasks[i])) {
            set->tasks[set->count++] = tasks[i];
            continue;
        }
        if (reason == NULL && set->count == TASKS_MOST)
            reason = memory_print("there are more than %d tasks: give fewer", TASKS_MOST);
        else if (reason == NULL)
            reason =
                memory_print("task %.*s is given before, here or in another file: give it "
                             "another id",
                             (int)text_cut_length(tasks[i]->id, ID_SHOWN_BYTES), tasks[i]->id);
        task_free(&tasks[i]);
    }
    return reason;
}

static void
keep_id(void *id)
{
    (void)id; /* its task's */
}

void
task_set_end(struct task_set *set)
{
    tdestroy(set->ids, keep_id);
    set->ids = NULL;
}
