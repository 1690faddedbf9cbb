/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a roll and its pairs share: the order, what became of it so far, and who is told.
 * Private to roll*.c.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_ROLL_STATE_H
#define FAIRLEAD_CONTROL_ROLLOUT_ROLL_STATE_H

#include <sys/queue.h>

#include "control/rollout/rollout.h"
#include "net/loop.h"

struct roll_pair;

struct roll_callbacks {
    /* A line for people. */
    void (*on_step)(void *argument, const char *text);
    /* The end, once: NULL, or why it was taken back. */
    void (*on_done)(void *argument, const char *error);
};

TAILQ_HEAD(roll_pairs, roll_pair);

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
