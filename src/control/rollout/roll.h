/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A roll: every container of a service is replaced by one of another image, new ones first, a
 * batch at a time, so that no request is lost. When one of them fails, all go back to what they
 * were. One roll a service at a time.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_ROLL_H
#define FAIRLEAD_CONTROL_ROLLOUT_ROLL_H

#include <sys/queue.h>

#include "control/rollout/roll_pair.h"
#include "control/rollout/rollout.h"

struct roll_order {
    const char *service;
    const char *image;      /* NULL: the newest of the reference that each container has */
    unsigned batch;         /* containers replaced at the same time */
    unsigned ready_seconds; /* in which a new one must be served */
    unsigned stop_seconds;  /* between SIGTERM and SIGKILL */
};

struct roll_callbacks {
    /* A line for people. */
    void (*on_step)(void *argument, const char *text);
    /* The end, once: NULL, or why it was taken back. */
    void (*on_done)(void *argument, const char *error);
};

/* Why (static text) a service cannot be rolled now; NULL: it can. */
const char *roll_obstacle(struct rollout *rollout, const char *service);

/* Begins a roll that has no obstacle. */
void roll_begin(struct rollout *rollout, const struct roll_order *order,
                const struct roll_callbacks *callbacks, void *argument);

/* Ends one where it is, without a word: for rollout_free. */
void roll_forget(struct roll *roll);

TAILQ_HEAD(roll_pairs, roll_pair);

/* For roll_pair.c. */
struct roll {
    struct rollout *rollout;
    struct roll_callbacks callbacks;
    void *argument;
    char *service, *image; /* image NULL: see the order */
    unsigned batch, ready_seconds, stop_seconds;
    char *error; /* the first one; NULL: none */
    struct roll_pairs pairs;
    struct timer timer; /* looks at the pairs outside of their callbacks */
    LIST_ENTRY(roll) entry;
};

void roll_tell(struct roll *roll, const char *name, const char *what);
void roll_note_failure(struct roll *roll, const char *name, const char *error);

/* A pair rests: what happens next is decided soon. */
void roll_look(struct roll *roll);

#endif
