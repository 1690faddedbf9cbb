/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client connection: accepted, idle between requests, carrying one exchange at a time,
 * lingering while its last answer is taken, closed. It owns its stream, its unconsumed input
 * and its exchange. What an exchange wants of it stands below; HTTP/2 streams will offer the
 * same.
 */
#ifndef FAIRLEAD_WORKER_CLIENT_H
#define FAIRLEAD_WORKER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "net/stream.h"
#include "worker/shared/context.h"
#include "worker/http1/input.h"

struct exchange;
struct listener;

struct client {
    uint32_t tag;
    bool is_finished_reading; /* the client sent its end */
    bool is_lingering;        /* closing: what still comes is thrown away */
    bool must_close;          /* no further exchange on this connection */
    bool has_more_to_say;     /* its last request was answered before all of it came */
    bool is_limited;          /* counted in client_limits */
    struct stream stream;
    struct worker *worker;
    struct listener *listener;
    struct exchange *exchange; /* NULL: idle */
    struct input *input;       /* NULL: nothing unconsumed */
    struct timer timer;        /* the one thing that is waited for now */
    TAILQ_ENTRY(client) entry;
    struct address address;
    uint32_t exchanges;
    uint32_t lingered_bytes;
    uint64_t opened_ms;
    uint64_t id;
};

/* Takes over an accepted descriptor. */
struct client *client_open(struct worker *worker, struct listener *listener, int fd,
                           const struct address *address);

/* Closes at once and ends its exchange, if any, with the given reason already noted there. */
void client_close(struct client *client);

/* The exchange is over: the next request, waiting for one, or the end of the connection. */
void client_next_or_close(struct client *client);

/* Bytes behind the present request's end: the beginning of the next one. */
void client_keep_rest(struct client *client, const char *bytes, size_t length);

/* The client's address without port, printed; returns the length. */
size_t client_address_text(const struct client *client, char text[ADDRESS_TEXT_SIZE]);

/* No further exchange but for a request that has come; an idle one is closed now. For the
 * worker's stop. */
void client_finish_soon(struct client *client);

#endif
