/* SPDX-License-Identifier: Apache-2.0 */
/* A plain list: people and rolls wait for a few targets at a time. */
#include "control/registry/target_waits.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/memory.h"

struct target_wait {
    uint64_t target_id;
    void (*on_gone)(void *argument);
    void *argument;
    LIST_ENTRY(target_wait) link;
};

struct target_waits {
    LIST_HEAD(, target_wait) all;
};

struct target_waits *
target_waits_new(void)
{
    struct target_waits *waits = memory_take(1, sizeof(*waits));

    LIST_INIT(&waits->all);
    return waits;
}

void
target_waits_free(struct target_waits **waits)
{
    struct target_wait *wait;

    if (*waits == NULL)
        return;
    while ((wait = LIST_FIRST(&(*waits)->all)) != NULL) {
        LIST_REMOVE(wait, link);
        free(wait);
    }
    free(*waits);
    *waits = NULL;
}

void
target_waits_add(struct target_waits *waits, uint64_t target_id,
                 void (*on_gone)(void *argument), void *argument)
{
    struct target_wait *wait = memory_take(1, sizeof(*wait));

    wait->target_id = target_id;
    wait->on_gone = on_gone;
    wait->argument = argument;
    LIST_INSERT_HEAD(&waits->all, wait, link);
}

void
target_waits_forget(struct target_waits *waits, const void *argument)
{
    struct target_wait *wait, *next;

    for (wait = LIST_FIRST(&waits->all); wait != NULL; wait = next) {
        next = LIST_NEXT(wait, link);
        if (wait->argument != argument)
            continue;
        LIST_REMOVE(wait, link);
        free(wait);
    }
}

static struct target_wait *
find(const struct target_waits *waits, uint64_t target_id)
{
    struct target_wait *wait;

    LIST_FOREACH (wait, &waits->all, link) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): note_gone took the freed one off. */
        if (wait->target_id == target_id)
            return wait;
    }
    return NULL;
}

void
target_waits_note_gone(struct target_waits *waits, uint64_t target_id)
{
    struct target_wait *wait;

    /* From the start each time: a call may add or end others. */
    while ((wait = find(waits, target_id)) != NULL) {
        LIST_REMOVE(wait, link);
        wait->on_gone(wait->argument);
        free(wait);
    }
}
