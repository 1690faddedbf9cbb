/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A roll: every container of a service is replaced by one of another image, new ones first, a
 * batch at a time, so that no request is lost. When one of them fails, all go back to what they
 * were. One roll a service at a time.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_ROLL_H
#define FAIRLEAD_CONTROL_ROLLOUT_ROLL_H

#include "control/rollout/roll_state.h"
#include "control/rollout/rollout.h"

struct roll_order {
    const char *service;
    const char *image;      /* NULL: the newest of the reference that each container has */
    unsigned batch;         /* containers replaced at the same time */
    unsigned ready_seconds; /* in which a new one must be served */
    unsigned stop_seconds;  /* between SIGTERM and SIGKILL */
};

/* Why (static text) a service cannot be rolled now; NULL: it can. */
const char *roll_obstacle(struct rollout *rollout, const char *service);

/* Begins a roll that has no obstacle. */
void roll_begin(struct rollout *rollout, const struct roll_order *order,
                const struct roll_callbacks *callbacks, void *argument);

/* Ends one where it is, without a word: for rollout_free. */
void roll_forget(struct roll *roll);

#endif
