/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine of a few lines behind a real driver: containers as a table, acts that are answered
 * when the test says so, and badly when it says so: refused, or lost before or behind the act.
 * What others do to containers has functions of its own.
 */
#ifndef FAIRLEAD_TESTS_UNIT_CONTROL_SCHEDULER_FAKE_ENGINE_H
#define FAIRLEAD_TESTS_UNIT_CONTROL_SCHEDULER_FAKE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "control/driver/driver_kind.h"

#define FAKE_CONTAINERS 1000
#define FAKE_PENDING 200

/* How an act is answered. */
enum fake_answer {
    FAKE_WELL,
    FAKE_LOST,      /* it is done, and nobody hears of it: a timeout */
    FAKE_CUT_OFF,   /* it is done, and the connection breaks */
    FAKE_UNREACHED, /* it is not done */
    FAKE_REFUSED,
    FAKE_CONFLICT,
    FAKE_SLOW, /* as well as the others, a few rounds later */
};

struct fake_container {
    char id[16], *name;
    json_t *labels;
    const char *state; /* "created", "running", "exited" */
    bool is_removed, is_foreign, is_out_of_memory;
    int exit_code;
    unsigned starts; /* by the driver, of what did not run */
    unsigned stops, removals;
    uint64_t created_s;
};

struct fake_call {
    struct driver_call *call; /* NULL: the place is free */
    enum driver_act act;
    char *object, *name;
    json_t *body;
    unsigned rounds; /* until it is answered */
};

struct fake_engine {
    struct driver *driver;
    struct fake_container containers[FAKE_CONTAINERS];
    size_t count;
    struct fake_call calls[FAKE_PENDING];
    enum fake_answer next[DRIVER_ACTS]; /* of the next one; then it is well again */
    unsigned asked[DRIVER_ACTS];
    bool is_down;
    bool forgets_cancelled; /* what is cancelled is not done; else it is */
};

struct fake_engine *fake_engine_new(struct loop *loop);
void fake_engine_free(struct fake_engine **engine);

/* Who follows it is another one: a new driver. */
void fake_engine_follow(struct fake_engine *engine, struct loop *loop);
void fake_engine_leave(struct fake_engine *engine);

/* Answers what has waited long enough; what comes of that waits for the next time. */
void fake_engine_answer(struct fake_engine *engine);

/* The one that has the name's end and is not removed; NULL: there is none. */
struct fake_container *fake_engine_find(struct fake_engine *engine, const char *end);
bool fake_container_runs(const struct fake_container *container);

/* By other hands. */
void fake_container_end(struct fake_container *container, int code);
void fake_container_start(struct fake_container *container);
/* A copy of its labels runs. */
void fake_engine_copy(struct fake_engine *engine, const struct fake_container *container);

#endif
