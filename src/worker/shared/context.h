/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all files of the worker share: the worker itself, with its memory, counters and the
 * newest view of the snapshot. worker.c owns it.
 */
#ifndef FAIRLEAD_WORKER_CONTEXT_H
#define FAIRLEAD_WORKER_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/object_pool.h"
#include "ipc/channel.h"
#include "ipc/counters.h"
#include "net/loop.h"

struct certificate_book;
struct client_limits;
struct http2_connection;
struct client;
struct listener;
struct pipe_pool;
struct record_channel;
struct target_security;
struct target_link_kind;
struct target_table;
struct tls_identities;
struct tls_tickets;
struct view;

/*
 * One read may fill SCRATCH_BYTES. In front of it is room for a rewritten head, behind it for
 * the end of a chunk, so that what was read can be framed anew in place and sent with one call.
 */
#define SCRATCH_HEADROOM 16384
#define SCRATCH_BYTES 262144
#define SCRATCH_TAILROOM 16

/* A request's first read; its head and the body bytes that came along are kept for a replay. */
#define FIRST_READ_BYTES 16384

/*
 * Composed heads: the largest head that the limits allow, what forwarding adds (a client may
 * have shown certificates of 64 KiB), and either the
 * early body of a request (one read, which may have followed a pipelined request, and its
 * input's room) or what stood behind the head of an upgrade's answer. What nobody needs of it
 * is never touched, and takes no memory.
 */
#define COMPOSE_ADDED_BYTES 262144
#define COMPOSE_BYTES                                                                          \
    (CONFIG_HEAD_MOST_BYTES + COMPOSE_ADDED_BYTES + SCRATCH_BYTES + FIRST_READ_BYTES)

/* Exchanges that wait for the same thing, oldest first. */
struct exchange_line {
    TAILQ_HEAD(, exchange) exchanges;
    unsigned count;
    uint64_t bytes; /* that they said they keep */
    /* Counters that show both; NULL: none. */
    uint64_t *gauge, *bytes_gauge;
};

/* Connections whose PROXY header is awaited: see arrival.h. */
struct arrivals {
    TAILQ_HEAD(, arrival) waiting;
    unsigned count;
    unsigned untold; /* that were refused since the last line that told it */
    uint64_t told_ms;
};

/* TLS handshakes under way, the oldest first: see handshake.h. */
struct handshakes {
    TAILQ_HEAD(, handshake) waiting;
    unsigned count;
};

/* What all HTTPS listeners share: see certificates.h. */
struct worker_tls {
    struct certificate_book *book; /* NULL: none has come yet */
    uint64_t number;               /* of files that wait for the one that belongs to them */
    int fd, keys_fd;               /* -1: has not come */
    struct tls_identities *identities;
    struct tls_tickets *tickets;
    struct target_security *targets;
};

struct worker {
    struct loop *loop;
    struct channel *channel;
    unsigned slot, worker_count;
    bool is_tracing;                         /* at level debug: exchanges log their steps */
    struct counters *counters;               /* own, writable */
    struct counters *others[COUNTERS_SLOTS]; /* by slot, read-only; NULL: not known */
    struct snapshot_base *base;              /* of the snapshots to come */
    struct view *view;                       /* newest; NULL before the first snapshot */
    struct target_table *targets;            /* runtime state, over all views */
    /* How targets are spoken to, by enum config_protocol_version. */
    const struct target_link_kind *link_kinds[PROTOCOL_VERSION_COUNT];
    LIST_HEAD(, listener) listeners;
    /* All, for an orderly stop. */
    TAILQ_HEAD(client_list, client) clients;
    TAILQ_HEAD(http2_connection_list, http2_connection) http2_connections;
    unsigned client_count; /* of both */
    struct arrivals arrivals;
    struct handshakes handshakes;
    struct worker_tls tls;
    struct exchange_line doubted;     /* see doubt.h */
    struct alarm_clock release_alarm; /* see waiting.h */
    struct client_limits *limits;
    struct record_channel *access, *connections; /* for the logs */
    struct record_channel *failures;             /* answers of our own */
    struct pipe_pool *pipes;
    struct object_pool client_pool, request_pool, exchange_pool, response_pool, connection_pool,
        input_pool, http2_stream_pool, http2_output_pool, target_stream_pool,
        target_answer_pool;
    char *scratch;             /* SCRATCH_BYTES; its headroom stands before it */
    char *compose;             /* COMPOSE_BYTES */
    struct timer second_timer; /* housekeeping: pool expiry, failure reports */
    struct timer shutdown_timer;
    struct watch terminate; /* SIGTERM */
    struct watch retire;    /* SIGUSR2 */
    bool is_shutting_down;
    bool is_retired;  /* it is, without a limit: others have the listeners now */
    unsigned seconds; /* of housekeeping, counted */
    uint64_t next_connection_id;
};

/* A worker without channel, counters or view; the loop becomes its own. */
struct worker *worker_new(struct loop *loop);

/* Closes its clients and listeners and frees it all, the loop included. */
void worker_free(struct worker **freed);

/* Ends the loop of one that is shutting down and has nobody left. */
void worker_stop_if_idle(struct worker *worker);

#define WORKER_COUNT(worker, counter_id)                                                       \
    counter_add(&(worker)->counters->values[COUNTER_##counter_id], 1)

#define WORKER_COUNT_MANY(worker, counter_id, amount)                                          \
    counter_add(&(worker)->counters->values[COUNTER_##counter_id], (uint64_t)(amount))

#endif
