/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds children that hang: each counts a heartbeat a second in its counters. One that shows
 * none is told of, is not waited for any more, and is replaced; one at a time, so that a fault
 * that meets all of them does not take all of them away at once.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_LIVENESS_H
#define FAIRLEAD_CONTROL_PROCESSES_LIVENESS_H

#include "control/processes/counter_board.h"
#include "control/processes/process.h"
#include "net/loop.h"

struct liveness;

struct liveness_parts {
    struct loop *loop;
    struct processes *processes;
    struct counter_board *board;
};

/* on_hung: is_hung of that child has become true. */
struct liveness *liveness_new(const struct liveness_parts *parts,
                              void (*on_hung)(void *argument, struct process *process),
                              void *argument);
void liveness_free(struct liveness **liveness);

/*
 * Silence of this long is a hang; three times as long before a child's first snapshot, and six
 * times for the logger. It is
 * counted in control's own running time: when the machine was suspended, or control itself got
 * no processor, nobody is blamed for it.
 */
void liveness_set_limit(struct liveness *liveness, unsigned limit_ms);

#endif
