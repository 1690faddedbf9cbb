/* SPDX-License-Identifier: Apache-2.0 */
/* A plain list: people make these one at a time. */
#include "control/registry/exclusions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct exclusions {
    struct exclusion *first;
};

struct exclusions *
exclusions_new(void)
{
    return memory_take(1, sizeof(struct exclusions));
}

static void
forget(struct exclusion **link)
{
    struct exclusion *exclusion = *link;

    *link = exclusion->next;
    free(exclusion->group);
    free(exclusion->source);
    free(exclusion->task_id);
    free(exclusion);
}

void
exclusions_free(struct exclusions **exclusions)
{
    while ((*exclusions)->first != NULL)
        forget(&(*exclusions)->first);
    free(*exclusions);
    *exclusions = NULL;
}

static bool
is_at(const struct exclusion *exclusion, const char *group, const struct address *address)
{
    return address_equal(&exclusion->address, address) && strcmp(exclusion->group, group) == 0;
}

static bool
is_of(const struct exclusion *exclusion, const struct task *task)
{
    if (task == NULL || exclusion->source == NULL)
        return task == NULL && exclusion->source == NULL;
    return exclusion->generation == task->generation &&
           strcmp(exclusion->task_id, task->id) == 0 &&
           strcmp(exclusion->source, task->source) == 0;
}

bool
exclusions_contain(const struct exclusions *exclusions, const char *group,
                   const struct address *address, const struct task *task)
{
    for (const struct exclusion *one = exclusions->first; one != NULL; one = one->next) {
        if (is_at(one, group, address) && is_of(one, task))
            return true;
    }
    return false;
}

void
exclusions_add(struct exclusions *exclusions, const char *group, const struct address *address,
               const struct task *task)
{
    if (exclusions_contain(exclusions, group, address, task))
        return;
    struct exclusion *added = memory_take(1, sizeof(*added));
    added->group = memory_copy_text(group);
    added->address = *address;
    if (task != NULL) {
        added->source = memory_copy_text(task->source);
        added->task_id = memory_copy_text(task->id);
        added->generation = task->generation;
    }
    added->next = exclusions->first;
    exclusions->first = added;
}

const struct exclusion *
exclusions_first(const struct exclusions *exclusions)
{
    return exclusions->first;
}

bool
exclusions_forget_place(struct exclusions *exclusions, const char *group,
                        const struct address *address)
{
    struct exclusion **link = &exclusions->first;
    bool was_excluded = false;

    while (*link != NULL) {
        if (is_at(*link, group, address)) {
            forget(link);
            was_excluded = true;
        } else {
            link = &(*link)->next;
        }
    }
    return was_excluded;
}

void
exclusions_forget_task(struct exclusions *exclusions, const struct task *task)
{
    struct exclusion **link = &exclusions->first;

    while (*link != NULL) {
        if (is_of(*link, task))
            forget(link);
        else
            link = &(*link)->next;
    }
}
