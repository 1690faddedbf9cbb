/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtime state of targets and groups, over all generations: idle connections, requests in
 * flight, failures seen, the balancers' places. Keyed by ids that are never reused, so nothing
 * of one target can serve another at the same address. Entries go when no view names them and
 * nothing is in flight.
 */
#ifndef FAIRLEAD_WORKER_TARGET_TABLE_H
#define FAIRLEAD_WORKER_TARGET_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/address.h"
#include "ipc/counters.h"
#include "ipc/snapshot.h"
#include "net/tls/tls_client.h"
#include "worker/shared/context.h"
#include "worker/targets/target_link.h"

struct target_session;

TAILQ_HEAD(target_link_list, target_link);
TAILQ_HEAD(target_session_list, target_session);

struct target_state {
    uint64_t id;
    struct address dial;              /* where it is reached now */
    struct target_counters *counters; /* this worker's row */
    uint32_t counter_row;
    unsigned views;            /* naming it */
    bool is_closed;            /* control said target_close: nothing may use it */
    unsigned in_flight;        /* exchanges of this worker */
    unsigned connection_count; /* idle ones and those in use */
    unsigned idle_count;
    const struct target_link_kind *link_kind;
    struct tls_peer tls;                 /* of an HTTPS target */
    struct target_link_list idle;        /* the last used one first */
    struct target_link_list busy;        /* each has an exchange */
    struct target_link_list pinned;      /* none has: they wait for their clients */
    struct target_session_list sessions; /* of HTTP/2, shared by its links */
    uint32_t streams_told; /* how many a session may have, as the last one said; 0: unknown */
    int64_t smooth_weight; /* of smooth round robin */
    uint64_t identity;     /* what stickiness cookies name: hash of name, task, generation */
    /* Keep-alive calibration: an idle connection older than this is not used again. */
    uint32_t keep_alive_ms;
    /* Seen since the last report to control. */
    uint32_t connect_failures, resets, errors_5xx, requests;
    /* weighted_random: 1..100 % of its share. */
    uint32_t anomaly_share;
    uint32_t window_requests, window_errors;
    UT_hash_handle hh;
};

struct group_state {
    uint32_t id;
    uint64_t round_robin;  /* the next turn: see balancer.h */
    uint64_t second_tries; /* the next turn of requests that another target has failed */
    unsigned views;
    struct exchange_line held; /* waiting for a ready target: see hold.h, waiting.h */
    unsigned released;         /* that were let go and are not over */
    unsigned release_window;   /* how many may be */
    uint64_t released_ms;      /* when one of them ended last, or the window grew */
    uint64_t retry_tokens;     /* in hundredths of a retry: see retry_budget.h */
    UT_hash_handle hh;
};

struct target_table {
    struct target_state *targets; /* uthash by id */
    struct group_state *groups;   /* uthash by id */
};

struct target_table *target_table_new(void);
void target_table_free(struct target_table **table);

/* The state of a target that a snapshot names for the first time. */
struct target_state *target_table_add(struct worker *worker, const struct snapshot_target *row,
                                      uint64_t identity);

/* How it is spoken to from now on; connections of another kind end with what they carry. */
void target_state_speak(struct target_state *target, const struct target_link_kind *kind);

/* The state of a snapshot's group, made on first sight; one more view names it. */
struct group_state *target_table_use_group(struct worker *worker, uint32_t group_id);

/* One view less names it; closes idle connections of a target that none names any more. */
void target_table_release(struct worker *worker, struct target_state **target);
void target_table_release_group(struct worker *worker, struct group_state **group);

/* It is reached there from now on; idle connections to elsewhere are closed. */
void target_table_dial(struct target_state *target, const struct address *dial);

/* Closes every idle connection: their descriptors are needed. */
void target_table_close_idle(struct worker *worker);

struct target_state *target_table_find(struct target_table *table, uint64_t id);

/* An exchange begins and ends at a target: the counts in shared memory follow. */
void target_state_begin(struct target_state *target);
void target_state_end(struct worker *worker, struct target_state **target);

/* What speaks against a target: counted for everybody to see, and for the next report. */
void target_state_note_connect_failure(struct target_state *target);
void target_state_note_reset(struct target_state *target);

/* False when its row was given to another target, though something of it is still open. */
static inline bool
target_state_owns_row(const struct target_state *target)
{
    return counter_read(&target->counters->target_id) == target->id;
}

/* In flight over all workers, as their counters say. */
uint64_t target_state_outstanding(const struct worker *worker,
                                  const struct target_state *target);

#endif
