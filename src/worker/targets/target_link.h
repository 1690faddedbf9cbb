/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of one exchange to its target: a pooled HTTP/1 connection, or one stream of an HTTP/2
 * connection that others share. An exchange knows its link by this header only; a link tells
 * its exchange of events by exchange_on_connected, exchange_on_target_readable and _writable.
 * It belongs to its target_state; taking or opening it and giving it back is the only way in
 * and out of use, and the outcome at giving back decides whether it is kept.
 */
#ifndef FAIRLEAD_WORKER_TARGET_LINK_H
#define FAIRLEAD_WORKER_TARGET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/head.h"

struct carrier;
struct carrier_body;
struct exchange;
struct forwarding_origin;
struct forwarding_trace;
struct stream;
struct target_state;
struct worker;

/* Embedded in what links. */
struct target_link {
    const struct target_link_kind *kind;
    struct worker *worker;
    struct target_state *target;
    struct exchange *exchange;         /* NULL: idle */
    TAILQ_ENTRY(target_link) entry;    /* among the target's busy, idle or pinned ones */
    struct carrier *pinned_to;         /* whose only it is, to its end; NULL: anybody's */
    LIST_ENTRY(target_link) pin_entry; /* there, while it has no exchange */
    bool is_login;   /* of pinned ones: its target knows who the client is by it */
    bool is_reused;  /* its connection has carried an exchange before this one */
    bool is_blocked; /* bytes wait that the target has not taken yet: no more is sent then */
    bool is_paused;  /* by pause */
};

enum target_link_outcome {
    LINK_REUSABLE, /* the answer was complete, and the target keeps the connection if it likes
                    */
    LINK_DONE,     /* complete, but not to be used again */
    LINK_BROKEN    /* anything else */
};

/* A request and as much of its body as is here. */
struct target_link_request {
    const struct http_head *head;
    const struct forwarding_origin *origin;
    struct forwarding_trace *trace;
    struct slice body;
    bool is_last;          /* nothing of the body follows */
    struct slice trailers; /* as in carrier.h */
    size_t written;        /* set: bytes that it made */
};

enum target_link_result {
    LINK_WAIT, /* nothing now: the exchange is told when that changes */
    LINK_MORE, /* bytes came, but nothing is complete yet */
    LINK_READ,
    LINK_REFUSED,   /* see the refusal; of an answer: it cannot be trusted */
    LINK_FOREIGN,   /* what came is no answer at all: left over, or of another protocol */
    LINK_TOO_LARGE, /* the head of an answer is longer than the limit */
    LINK_ENDED,     /* the target sent its end before the answer's */
    LINK_FAILED,
    LINK_UNPROCESSED /* the target says that it has not looked at the request, whatever it is */
};

/* What a read has found. */
struct target_link_answer {
    struct http_head *head; /* judged; lives until forget_head, the next read or end; the
                               exchange may drop fields */
    char *bytes;            /* payload, to be framed in place as in carrier.h */
    size_t length;
    bool is_last;  /* the answer is complete with this */
    bool is_clean; /* and nothing stands behind it */
    bool has_more; /* read again at once: what follows is in the worker's scratch already */
    struct slice trailers; /* with the last, as in carrier.h */
};

struct target_link_kind {
    /* An idle connection or room on a shared one; NULL: none. For a request that must not be
     * sent twice, one that the target has just closed is looked for and left out. */
    struct target_link *(*take)(struct target_state *target, struct exchange *exchange);

    /* A pinned one goes on with its client's next exchange; false: it was dead, and is closed.
     */
    bool (*resume)(struct target_link *link, struct exchange *exchange);

    /* Closes a pinned one that has no exchange. */
    void (*drop)(struct target_link *link);

    /* A new one, which tells of its connect by exchange_on_connected; NULL with errno. */
    struct target_link *(*open)(struct target_state *target, struct exchange *exchange);

    /* After exchange_on_connected: 0 when connected, else the errno. */
    int (*connect_error)(struct target_link *link);

    /* READ: it is on its way. REFUSED with *refusal: it cannot be written. FAILED. */
    enum target_link_result (*send_request)(struct target_link *link,
                                            struct target_link_request *request,
                                            enum http_refusal *refusal);

    /* More payload, to be framed in place; false when the connection has failed. */
    bool (*send_body)(struct target_link *link, const struct carrier_body *body);

    /* Reads once. *answer is set with READ, and its head also with REFUSED when the head was
     * good and what followed was not. A head of 101 makes a tunnel: see carrier.h. */
    enum target_link_result (*read)(struct target_link *link,
                                    struct target_link_answer *answer);

    /* The head of the answer that was read is not needed any more. */
    void (*forget_head)(struct target_link *link);

    /* Stops and resumes exchange_on_target_readable: see target_link_pause. */
    void (*pause)(struct target_link *link, bool is_paused);

    /* Whether the connection was reset, not ended in order. */
    bool (*was_reset)(struct target_link *link);

    /* The end of its use. */
    void (*give_back)(struct target_link *link, enum target_link_outcome outcome);

    /* As in carrier.h, for the answer's body. */
    struct stream *(*stream)(struct target_link *link);
    uint64_t (*counted)(struct target_link *link);
    void (*skip)(struct target_link *link, uint64_t bytes);

    /* Closes idle ones: all of a target, or those too old to be trusted; and pinned ones that
     * have no exchange. */
    void (*close_idle)(struct target_state *target);
    void (*expire_idle)(struct target_state *target);
    void (*close_pinned)(struct target_state *target);
};

/* Most often nothing changes. */
static inline void
target_link_pause(struct target_link *link, bool is_paused)
{
    if (link->is_paused == is_paused)
        return;
    link->is_paused = is_paused;
    link->kind->pause(link, is_paused);
}

#endif
