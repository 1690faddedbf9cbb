/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the containers of one engine, Docker's or Podman's, over whatever happens to the
 * connection, and reports them through its roster. discovery_docker.c owns it.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_FOLLOWER_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_FOLLOWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/discovery/discovery.h"
#include "control/docker/docker_engine.h"
#include "control/docker/docker_events.h"
#include "control/docker/docker_roster.h"
#include "net/loop.h"

enum docker_follower_step {
    DOCKER_STEP_WAITING,     /* for the next attempt */
    DOCKER_STEP_PINGING,     /* for the engine's version and clock */
    DOCKER_STEP_VERSIONING,  /* for what it says about versions, after it refused ours */
    DOCKER_STEP_SUBSCRIBING, /* for the stream's head */
    DOCKER_STEP_LISTING,     /* for the first full set */
    DOCKER_STEP_FOLLOWING
};

struct driver;

struct docker_follower {
    /* the owner's */
    struct loop *loop;
    const char *name, *endpoint;
    struct docker_engine *engine;
    struct driver *driver; /* is told when managed containers may have changed */
    struct docker_place place;
    unsigned resync_seconds;
    /* its own */
    uint32_t tag;
    enum docker_follower_step step;
    struct docker_roster *roster;
    struct docker_roster_owner roster_owner;
    struct docker_events events;
    struct api_request *ping, *stream, *version, *self;
    struct timer retry, heartbeat, resync, stream_head;
    unsigned backoff_ms, pings_unanswered, refusals;
    unsigned resync_ms; /* until the next sweep; short after one that found missed events */
    char refusal[512];  /* begin of the stream's bytes: the message where it was refused */
    size_t refusal_length;
    /* of the engine */
    bool has_stream_spoken; /* an event came on it */
    bool is_connected;      /* swept since the connection was made */
    bool is_strange;        /* its network is another one than ours */
    struct docker_greeting greeting;
    uint64_t last_event_ns; /* its clock */
    unsigned events_at_sweep;
    /* for the status */
    uint64_t last_sync_ms, last_event_ms, syncs, event_count, missed_events;
    char *error;
};

/* Starts, once the owner has filled in its part of a zeroed one. */
void docker_follower_begin(struct docker_follower *follower, const struct discovery_sink *sink);

/* Ends everything that is under way, also of one that never began; its error stays. */
void docker_follower_end(struct docker_follower *follower);

#endif
