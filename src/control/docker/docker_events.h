/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream: a sequence of JSON values in pieces of any size, whatever stands between
 * them (nothing, line ends, the record separator of json-seq). Pure, and bounded in memory.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_EVENTS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/docker/docker_items.h"

/* What an event may mean for a container; which says it for which action is a table. */
enum docker_event_kind {
    DOCKER_EVENT_OTHER,  /* nothing to us: exec_start and the like */
    DOCKER_EVENT_CHANGE, /* the container may have changed: read it again */
    DOCKER_EVENT_KILL,   /* a signal was sent to it */
    DOCKER_EVENT_HEALTH, /* as a change, but some engines send it for every probe */
    DOCKER_EVENT_DIE,    /* a change: its run ended */
    DOCKER_EVENT_OOM,    /* a process of it was killed for lack of memory */
    DOCKER_EVENT_CUT,    /* too long to be read: as a change of its container, "" unknown */
};

/* Texts are valid during on_event only. */
struct docker_event {
    enum docker_event_kind kind;
    const char *action;
    const char *container_id;
    int signal;         /* KILL: the number; 0: not said */
    int exit_code;      /* DIE: -1: not said */
    const char *health; /* HEALTH: "healthy", "unhealthy"; NULL: not said */
    uint64_t time_ns;   /* the engine's clock; 0: not said */
    bool is_ours;       /* the container's labels, which events carry, name a service */
    bool is_managed;    /* they say that fairlead has made it */
};

typedef void docker_event_callback(void *argument, const struct docker_event *event);

/* Zero it before the first use. */
struct docker_events {
    struct docker_items items;
};

/*
 * Takes what came and calls on_event for each whole event that concerns a container. -1: what
 * came is no stream of JSON values; the stream must be opened anew. */
int docker_events_feed(struct docker_events *events, const char *bytes, size_t length,
                       docker_event_callback *on_event, void *argument);

/* Forgets what came so far; allowed inside on_event, which is then not called again. */
void docker_events_clear(struct docker_events *events);

/* What to GET for the stream from that time of the engine's clock on; give back with free(). */
char *docker_events_path(uint64_t since_seconds, bool is_podman);

#endif
