/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers of one engine as last read: an entry each, a bounded number of inspects under
 * way, and sweeps that compare everything with the engine's list. Events only say what to read
 * again. Reports to the sink; discovery_docker.c tells it when there is a connection.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_ROSTER_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_ROSTER_H

#include <stdbool.h>

#include "control/discovery/discovery.h"
#include "control/docker/docker_container.h"
#include "control/docker/docker_engine.h"
#include "control/docker/docker_events.h"

struct docker_roster;

/* What its owner hears about a sweep. */
struct docker_roster_owner {
    /* The full set was handed over; missed: what no event had told of. */
    void (*on_swept)(void *argument, unsigned missed);
    /* The list could not be had; nothing was changed. */
    void (*on_sweep_failed)(void *argument, const struct api_answer *answer);
    void *argument;
};

/* Everything that is passed must outlive the roster. */
struct docker_roster *docker_roster_new(struct loop *loop, struct docker_engine *engine,
                                        const struct docker_place *place,
                                        const struct discovery_sink *sink,
                                        const struct docker_roster_owner *owner);
void docker_roster_free(struct docker_roster **roster);

/* Takes a hint. Events of containers that are not ours are dropped unless is_podman: its events
 * may lack labels. */
void docker_roster_take_event(struct docker_roster *roster, const struct docker_event *event,
                              bool is_podman);

enum docker_sweep {
    DOCKER_SWEEP_FIRST,   /* on a new connection: read everything, report at once */
    DOCKER_SWEEP_CHANGED, /* read what the list shows as changed */
    DOCKER_SWEEP_ALL      /* read everything */
};

/* Begins a sweep; one that runs already is enough. */
void docker_roster_sweep(struct docker_roster *roster, enum docker_sweep sweep);

/* The connection is gone: requests end, what is known stays as it is. */
void docker_roster_suspend(struct docker_roster *roster);

/* That container is being stopped by us, with so much time. */
void docker_roster_expect_stop(struct docker_roster *roster, const char *id,
                               unsigned timeout_seconds);

#endif
