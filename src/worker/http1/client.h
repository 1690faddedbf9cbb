/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/1 client connection: accepted, idle between requests, carrying one exchange at a
 * time, lingering while its last answer is taken, closed. It owns its stream, its unconsumed
 * input and its exchange. What an exchange wants of it is in client_carrier.c.
 */
#ifndef FAIRLEAD_WORKER_CLIENT_H
#define FAIRLEAD_WORKER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "net/loop.h"
#include "net/stream.h"
#include "worker/exchange/carrier.h"
#include "worker/http1/backlog.h"
#include "worker/http1/input.h"

struct listener;
struct newcomer;

/* One request on its way through the codecs; the client has it while it has an exchange. */
struct http1_request {
    struct http1_parser parser;
    size_t head_fed; /* bytes of the input that the parser has seen */
    struct http1_body body;
    bool body_has_begun;
    bool is_tunnel;
    size_t held_start, held_length; /* in the input: payload that came with the head */
    struct backlog to_client;
};

/* 328 bytes: what an idle one does not need is elsewhere. */
struct client {
    uint32_t tag;
    bool is_lingering; /* closing: what still comes is thrown away */
    bool is_limited;   /* counted in client_limits */
    struct carrier carrier;
    struct stream stream;
    struct input *input; /* NULL: nothing unconsumed */

    union {
        struct http1_request *request; /* NULL: no exchange has read anything yet */
        uint64_t unread_bytes;         /* lingering: what may still come */
    };
    struct timer timer; /* idle, or lingering */
    TAILQ_ENTRY(client) entry;
};

/* Takes over an accepted descriptor. */
struct client *client_open(struct worker *worker, struct listener *listener,
                           const struct newcomer *newcomer);

/* The same as listeners call it: see listener_accept. */
void client_accept(struct worker *worker, struct listener *listener,
                   const struct newcomer *newcomer);

/* Closes at once and ends its exchange, if any, with the given reason already noted there. */
void client_close(struct client *client);

/*
 * The exchange is over: the next request, waiting for one, or the end of the connection. So
 * much at most has not come of its request, which was answered before.
 */
void client_next_or_close(struct client *client, uint64_t unread_bytes);

/*
 * A client sends as many requests as it likes behind one that is being answered; of these, no
 * more than a small input is read before their turn comes.
 */
static inline bool
client_has_read_ahead(const struct client *client)
{
    return input_slice(client->input).length >= INPUT_SMALL_BYTES;
}

/* Bytes behind the present request's end: the beginning of the next one. */
void client_keep_rest(struct client *client, const char *bytes, size_t length);

/* No further exchange but for a request that has come; an idle one is closed now. For the
 * worker's stop. */
void client_finish_soon(struct client *client);

/* No further exchange but one, which ends with Connection: close, and may come for a while: a
 * close now could meet a request on its way. */
void client_retire(struct client *client);

/* How a client carries an exchange, and the client of a carrier of that kind. */
extern const struct carrier_kind client_carrier;
struct client *client_of(struct carrier *carrier);

#endif
