/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for the same answer of control: called once each, when it is there. */
#ifndef FAIRLEAD_API_WAITERS_H
#define FAIRLEAD_API_WAITERS_H

struct waiter;

/* Zeroed before use. Bounded by the connections: each waits for one answer at most. */
struct waiters {
    struct waiter *first;
};

void waiters_add(struct waiters *waiters, void (*on_ready)(void *argument), void *argument);
void waiters_call(struct waiters *waiters);
void waiters_clear(struct waiters *waiters);

#endif
