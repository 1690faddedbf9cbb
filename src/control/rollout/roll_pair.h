/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One container of a roll and the one that replaces it: the runner of roll_steps.def. The old
 * one is drained and stopped only when the new one is served, and removed only when the whole
 * roll has succeeded; until then it can come back. Private to roll*.c.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_ROLL_PAIR_H
#define FAIRLEAD_CONTROL_ROLLOUT_ROLL_PAIR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/loop.h"

struct roll;
struct task_record;

/* Steps, and where a pair rests between them. */
enum roll_step {
    ROLL_WAITING, /* its turn has not come */

#define ROLL_STEP(id, function, next, if_failed) ROLL_##id,
#include "control/rollout/roll_steps.def"
#undef ROLL_STEP
    ROLL_GO_BACK,  /* chooses the way back */
    ROLL_REPLACED, /* the new one serves, the old one is stopped */
    ROLL_DONE,     /* the old one is removed */
    ROLL_BACK,     /* as it was before */
    ROLL_KEPT      /* the old one could not come back: the new one stays */
};

/* Made, run and freed by its roll. */
struct roll_pair {
    TAILQ_ENTRY(roll_pair) entry;
    struct roll *roll;
    char *source, *old_id, *new_id, *name; /* name: of the old one */
    unsigned targets;                      /* the old one's; the new one gets as many */
    enum roll_step step;
    bool is_old_stopped;
    json_t *container, *old_image, *new_image; /* answers of inspect */
    json_t *networks;                          /* still to be joined */
    struct timer timer;
    uint64_t deadline_ms, look_ms; /* of waiting for targets; of the next inspect */
};

struct roll_pair *roll_pair_new(struct roll *roll, const struct task_record *record);
void roll_pair_free(struct roll_pair *pair);

/* Goes on with a step from where it rests; roll_look is called when it rests again. */
void roll_pair_run(struct roll_pair *pair, enum roll_step step);
bool roll_pair_rests(const struct roll_pair *pair);

#endif
