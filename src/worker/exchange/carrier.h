/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who brought a request and takes its answer: an HTTP/1 connection, or one stream of an HTTP/2
 * connection. An exchange knows its carrier by this header only. A carrier calls
 * exchange_begin with the first bytes of a head, and afterwards exchange_on_client_readable,
 * _writable and _end; it outlives its exchange, which ends by finish.
 */
#ifndef FAIRLEAD_WORKER_CARRIER_H
#define FAIRLEAD_WORKER_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "http/head.h"

struct exchange;
struct forwarding_page;
struct listener;
struct stream;
struct target_link;
struct tls_facts;
struct worker;

LIST_HEAD(pinned_links, target_link);

/* What few carriers have. */
struct carrier_extras {
    struct address destination; /* as a hop in front tells it; family NONE: the listener's */
    struct pinned_links pinned; /* its own, not in use now: see pin.h */
};

/* Embedded in what carries; its owner fills it in and counts the exchanges. */
struct carrier {
    const struct carrier_kind *kind;
    struct worker *worker;
    struct exchange *exchange; /* NULL: none now */
    struct listener *listener;
    uint64_t id;            /* of the connection, for logs */
    struct address address; /* the client's */
    uint32_t exchanges;
    bool is_secure;                /* the client's connection is one of TLS: see security */
    struct carrier_extras *extras; /* NULL: none */
    uint32_t opened_s;             /* the connection was */
    uint32_t answer_bytes;         /* most of an answer's body that is read for it at once */
    uint32_t stall_ms; /* how long its client may take nothing; 0: the idle timeout */
    bool is_blocked;   /* bytes wait that the client has not taken yet: no more is sent then */
    bool is_paused;    /* by pause */
    bool has_ended;    /* the client has sent its end */
    bool must_close;   /* an HTTP/1 connection ends with this exchange */
    bool is_http2;     /* for logs */
};

enum carrier_result {
    CARRIER_WAIT, /* nothing now: the exchange is told when that changes */
    CARRIER_DONE,
    CARRIER_REFUSED, /* see the refusal */
    CARRIER_ENDED,   /* the client has sent its end, too early unless in a tunnel */
    CARRIER_FAILED   /* the connection or stream has failed */
};

/* Payload of a body. The last of it may be empty. */
struct carrier_body {
    char *bytes;
    size_t length;
    bool is_last;
    bool is_held;          /* read_held gives it once more */
    struct slice trailers; /* with the last: complete lines, its giver's; empty: none */
};

/* The head of an answer: a target's, and complete lines of our own behind it. */
struct carrier_answer {
    const struct http_head *head;
    struct slice extra_fields;
};

/*
 * Bytes that travel are counted by the carrier in the exchange (received_bytes, sent_bytes).
 * Payload "to be framed in place" has SCRATCH_HEADROOM writable bytes in front of it and
 * SCRATCH_TAILROOM behind it.
 */
struct carrier_kind {
    /* DONE: exchange->request holds the head, not judged yet. REFUSED, with *refusal. WAIT. */
    enum carrier_result (*read_head)(struct carrier *carrier, enum http_refusal *refusal);

    /*
     * Body bytes that came with the head, not to be written to: DONE, also when there are none.
     * As often as wanted, for one target after another, until read_body gives some that is not
     * held: what it gave before comes again. REFUSED.
     */
    enum carrier_result (*read_held)(struct carrier *carrier, struct carrier_body *held);

    /* Memory that the request takes while nothing more of it is read. */
    size_t (*kept_bytes)(const struct carrier *carrier);

    /* Further body bytes, to be framed in place: all results. */
    enum carrier_result (*read_body)(struct carrier *carrier, struct carrier_body *body);

    /* A 1xx of a target, or (NULL) a 100 of our own, which is left out when the body comes
     * already. REFUSED: too large to be written. FAILED. */
    enum carrier_result (*send_interim)(struct carrier *carrier, const struct http_head *head);

    /*
     * Sends the answer's head, if given, and payload, to be framed in place; what is not taken
     * now is kept. A 101 makes a tunnel: from then on bytes go both ways as they are, and
     * is_last sends the end. Sets exchange->answer_framing. REFUSED: the head is too large to
     * be written, and nothing was sent. FAILED.
     */
    enum carrier_result (*send)(struct carrier *carrier, const struct carrier_answer *answer,
                                const struct carrier_body *body);

    /* A whole answer of our own; whether the connection goes on is the carrier's to say. */
    enum carrier_result (*send_page)(struct carrier *carrier, struct forwarding_page *page);

    /* Stops and resumes exchange_on_client_readable: see carrier_pause. */
    void (*pause)(struct carrier *carrier, bool is_paused);

    /* Ends it so that the client notices that its answer is not complete. */
    void (*cut)(struct carrier *carrier);

    /* The exchange is over and gone from the carrier, which may begin the next one. */
    void (*finish)(struct carrier *carrier, bool request_was_read);

    /* The address that the client has connected to; false: nobody knows. */
    bool (*local_address)(struct carrier *carrier, struct address *address);

    /* What the TLS handshake of the client's connection came to; false: it has none. */
    bool (*security)(struct carrier *carrier, struct tls_facts *facts);

    /* Where payload may go past the carrier as it is (splice); NULL: nowhere. */
    struct stream *(*stream)(struct carrier *carrier);

    /* Bytes of the request's body that come next on that stream as they are; 0: not so. */
    uint64_t (*counted)(struct carrier *carrier);

    /* So many of them have been taken there. */
    void (*skip)(struct carrier *carrier, uint64_t bytes);
};

/* Where the client has connected to, as a hop in front tells it (family NONE: it does not). */
void carrier_note_destination(struct carrier *carrier, const struct address *destination);

/* The same; NULL: the listener's address. */
static inline const struct address *
carrier_destination(const struct carrier *carrier)
{
    const struct carrier_extras *extras = carrier->extras;

    return extras == NULL || extras->destination.family == ADDRESS_NONE ? NULL
                                                                        : &extras->destination;
}

/* A link that is the carrier's own waits for its next exchange. */
void carrier_pin(struct carrier *carrier, struct target_link *link);

/* The first of these; NULL: none. */
static inline struct target_link *
carrier_pinned(const struct carrier *carrier)
{
    return carrier->extras == NULL ? NULL : LIST_FIRST(&carrier->extras->pinned);
}

/* The client is leaving: closes its links. */
void carrier_drop_extras(struct carrier *carrier);

/* Most often nothing changes. */
static inline void
carrier_pause(struct carrier *carrier, bool is_paused)
{
    if (carrier->is_paused == is_paused)
        return;
    carrier->is_paused = is_paused;
    carrier->kind->pause(carrier, is_paused);
}

#endif
