/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rolls and stops stand on: a registry, targets that drain, a Docker provider, and an
 * engine behind it that is a few lines of this program in the same loop. The engine's
 * containers become tasks when they are started, and are gone when they are stopped; the
 * provider itself is never connected.
 */
#ifndef FAIRLEAD_TESTS_UNIT_CONTROL_ROLLOUT_STAND_H
#define FAIRLEAD_TESTS_UNIT_CONTROL_ROLLOUT_STAND_H

#include "../world.h"

#include "control/discovery/providers.h"
#include "control/registry/drain.h"
#include "control/registry/target_waits.h"
#include "control/rollout/rollout.h"
#include "net/http_service.h"

struct rollout_stand {
    struct world *world;
    struct loop *loop;
    struct target_waits *waits;
    struct drain *drain;
    struct problems *problems;
    struct counters *counters;
    struct providers *providers;
    struct rollout *rollout;
    struct config_provider provider;
    char folder[32], endpoint[64];
    struct http_service *engine;
    uint64_t in_flight; /* at every target */
    uint64_t generation;
    unsigned changes; /* told to the workers */
    unsigned last_port;
    char refused[64]; /* the engine answers calls that begin so with 500 */
    bool is_sick;     /* new containers never become targets */
    char calls[2048]; /* what the engine was asked for: "POST /containers/a/stop?t=5\n" */
    char steps[2048]; /* what people were told, a line each */
    char *error;      /* of the end; "" when there was none; NULL: not yet */
};

struct rollout_stand *rollout_stand_new(void);
void rollout_stand_free(struct rollout_stand *stand);

/* A running container of the service srvweb, in service. */
void rollout_stand_run(struct rollout_stand *stand, const char *id);

/* Turns the loop, with the workers' part done, until the end was told; it must be told. */
void rollout_stand_wait(struct rollout_stand *stand);

/* The same, but until the engine was asked for that. */
void rollout_stand_wait_for_call(struct rollout_stand *stand, const char *call);

/* One turn. */
void rollout_stand_turn(struct rollout_stand *stand);

/* For the callbacks of rolls and stops. */
void rollout_stand_on_step(void *argument, const char *text);
void rollout_stand_on_done(void *argument, const char *error);

#endif
