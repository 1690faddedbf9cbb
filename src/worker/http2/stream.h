/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of an HTTP/2 connection: one request and its answer, as the carrier of an exchange.
 * It lives until nghttp2 has closed it and its exchange is over. What has come for it and is
 * not consumed yet is bounded by its window, what goes out by what an exchange hands over at
 * once.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_STREAM_H
#define FAIRLEAD_WORKER_HTTP2_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/http2_head.h"
#include "http/trailers.h"
#include "worker/http2/connection.h"
#include "worker/http2/intake.h"
#include "worker/http2/payload.h"

/* Whoever has its answer and sends more than this is told that nobody wants it. */
#define HTTP2_UNWANTED_BYTES 16384

struct http2_stream {
    uint32_t tag;
    int32_t id;
    struct carrier carrier;
    struct http2_connection *connection;
    TAILQ_ENTRY(http2_stream) entry, ready_entry;

    /* The request. */
    struct http2_intake input; /* of its body */
    size_t held;               /* of these, with a target that may lose them */
    uint64_t received;         /* of the body so far */
    size_t unwanted;           /* that came behind the answer's end */
    struct trailers trailers;

    /* The answer. */
    struct http2_payload output;
    bool has_answer; /* its head has gone to nghttp2 */

    bool is_ready;    /* in the connection's list */
    bool has_head;    /* the request's head is complete */
    bool has_begun;   /* its exchange, which may be over */
    bool has_end;     /* all of the request has come */
    bool is_writable; /* to be told to the exchange */
    bool is_closed;   /* for nghttp2 it is gone */
    bool was_reset;   /* and before its time */
    struct http2_head head;
};

/* The client has begun one. */
struct http2_stream *http2_stream_open(struct http2_connection *connection, int32_t id);

/* Without an exchange, and gone for nghttp2 as well. */
void http2_stream_free(struct http2_stream *stream);

/* It has something for its exchange: what, its turn will find. */
void http2_stream_wake(struct http2_stream *stream);

/* Does what can be done now. */
void http2_stream_serve(struct http2_stream *stream);

/* Bytes of the body have come. */
void http2_stream_receive(struct http2_stream *stream, const uint8_t *bytes, size_t length);

/* nghttp2 has taken some of the answer; is_complete: all of it. */
void http2_stream_taken(struct http2_stream *stream, size_t length, bool is_complete);

/* Ends it from our side. */
void http2_stream_reset(struct http2_stream *stream, uint32_t error_code);

/* How a stream carries an exchange. */
extern const struct carrier_kind http2_stream_carrier;

#endif
