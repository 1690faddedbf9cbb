/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/2 connection of a client: accepted, carrying many exchanges at a time, each in a
 * stream of its own (stream.h), said goodbye to, closed. nghttp2 knows the frames; what they
 * mean is noted by its callbacks (frames.c) and done afterwards, in the connection's turn: so
 * no exchange runs inside of nghttp2, and none is torn down by another.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_CONNECTION_H
#define FAIRLEAD_WORKER_HTTP2_CONNECTION_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "net/loop.h"
#include "net/stream.h"
#include "worker/exchange/carrier.h"
#include "worker/http2/guard.h"
#include "worker/http2/output.h"
#include "worker/http2/scan.h"

struct http2_stream;
struct newcomer;

enum http2_end {

#define HTTP2_END(id, label, text) HTTP2_END_##id,
#include "ipc/http2_ends.def"
#undef HTTP2_END
    HTTP2_END_COUNT /* it goes on */
};

/* What its timer stands for; each has a time of its own. */
enum http2_wait {
    HTTP2_WAIT_NOTHING,
    HTTP2_WAIT_REQUEST, /* idle */
    HTTP2_WAIT_HEAD,    /* the rest of a head */
    HTTP2_WAIT_NOTICE,  /* the client knows that it is to go */
    HTTP2_WAIT_END      /* closing: what still comes is thrown away */
};

TAILQ_HEAD(http2_stream_list, http2_stream);

/* Streams that we have reset lately: frames that crossed that are no fault (RFC 9113 5.1). */
#define HTTP2_RESETS_KEPT 32

struct http2_connection {
    uint32_t tag;
    enum http2_end end;   /* why it ends; COUNT: it does not yet */
    enum http2_wait wait; /* what the timer is set for */
    struct carrier model; /* what each stream's carrier begins as */
    struct stream stream;
    nghttp2_session *session;
    struct http2_scan scan;
    struct http2_output output;
    struct http2_stream_list streams, ready;
    unsigned exchanges; /* under way */
    struct guard resets, idle_frames;
    int32_t last_id; /* the highest that the client has begun */
    int32_t reset_ids[HTTP2_RESETS_KEPT];
    unsigned reset_count;
    bool is_limited;   /* counted in client_limits */
    bool is_scheduled; /* its turn comes */
    bool reads_head;   /* of a head there is a part */
    bool is_leaving;   /* no new requests are wanted; the client has been told */
    bool has_left;     /* and they are not taken any more */
    bool is_condemned; /* what is under way ends with it */
    bool is_closing;   /* no exchange is begun or told of anything */
    bool has_eof;      /* the client has sent its end */
    struct loop_place place;
    struct timer timer;
    TAILQ_ENTRY(http2_connection) entry;
};

/* Takes over a connection that has chosen HTTP/2: see listener_accept. */
void http2_accept(struct worker *worker, struct listener *listener,
                  const struct newcomer *newcomer);

/* Something is ready or to be sent: its turn comes when the present callbacks are done. */
void http2_connection_schedule(struct http2_connection *connection);

/* From inside of nghttp2: it ends, with an error for the client. */
void http2_connection_condemn(struct http2_connection *connection, enum http2_end end,
                              uint32_t error_code);

/* No further requests; those under way are finished (RFC 9113 6.8, in two steps). */
void http2_connection_leave(struct http2_connection *connection, enum http2_end end);

/* The client has answered the first step. */
void http2_connection_noticed(struct http2_connection *connection);

/* All of a worker's: for its stop, for the end of the time to stop, and at once. */
void http2_leave_all(struct worker *worker);
void http2_shut_down_all(struct worker *worker);
void http2_close_all(struct worker *worker);

/* nghttp2's half: a session with our settings and limits. */
nghttp2_session *http2_frames_open(struct http2_connection *connection);

/* Bytes that have come; below 0: nghttp2's verdict, behind which nothing goes on. */
ssize_t http2_frames_receive(struct http2_connection *connection, const char *bytes,
                             size_t length);

#endif
