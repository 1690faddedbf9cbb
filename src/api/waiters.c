/* SPDX-License-Identifier: Apache-2.0 */
#include "api/waiters.h"

#include <stdlib.h>

#include "base/memory.h"

struct waiter {
    void (*on_ready)(void *argument);
    void *argument;
    struct waiter *next;
};

void
waiters_add(struct waiters *waiters, void (*on_ready)(void *argument), void *argument)
{
    struct waiter *waiter = memory_take(1, sizeof(*waiter));

    *waiter = (struct waiter){on_ready, argument, waiters->first};
    waiters->first = waiter;
}

void
waiters_call(struct waiters *waiters)
{
    struct waiter *waiter = waiters->first, *next;

    waiters->first = NULL;
    for (; waiter != NULL; waiter = next) {
        next = waiter->next;
        waiter->on_ready(waiter->argument);
        free(waiter);
    }
}

void
waiters_clear(struct waiters *waiters)
{
    struct waiter *waiter;

    while ((waiter = waiters->first) != NULL) {
        waiters->first = waiter->next;
        free(waiter);
    }
}
