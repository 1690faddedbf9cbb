/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What failures of a deployment's tasks lead to: starts that wait longer and longer, and the
 * circuit breaker. Pure: the time is given. A zeroed one has seen nothing.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_BREAKER_H
#define FAIRLEAD_CONTROL_SCHEDULER_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

struct breaker {
    unsigned failures;     /* one after the other */
    bool has_run;          /* a task of the deployment has been RUNNING */
    uint64_t may_start_ms; /* before that nothing is started */
    uint64_t wait_ms;      /* the last pause */
};

/* A task stopped before it was RUNNING, or was found unhealthy. */
void breaker_note_failure(struct breaker *breaker, uint64_t now_ms);
/* A task is RUNNING: what failed before it did not keep the others from that. What fails from
 * then on is counted until all are well. */
void breaker_note_running(struct breaker *breaker);
/* All tasks are well. */
void breaker_note_success(struct breaker *breaker);

bool breaker_may_start(const struct breaker *breaker, uint64_t now_ms);

/* So many failures in a row end a deployment of so many tasks: half of them, 3 to 200. */
unsigned breaker_threshold(unsigned desired);
bool breaker_is_tripped(const struct breaker *breaker, unsigned desired);

#endif
