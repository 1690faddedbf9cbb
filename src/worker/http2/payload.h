/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream sends behind its head: bytes that nghttp2 takes as the peer's windows allow,
 * and trailers behind them. Its owner hands over a piece at a time.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_PAYLOAD_H
#define FAIRLEAD_WORKER_HTTP2_PAYLOAD_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "worker/http2/output.h"

/* An exchange is told that its peer takes something each time that so much was taken. */
#define HTTP2_PROGRESS_BYTES 16384

struct http2_payload {
    const char *at;
    size_t length;     /* not taken yet */
    char *kept;        /* where it is ours; NULL: it is the exchange's */
    struct slice tail; /* lines of trailers, ours; at NULL: none */
    size_t untold;     /* taken since the exchange was told */
    bool is_last;      /* nothing follows but the tail */
    bool is_complete;  /* nghttp2 has taken all, the end too */
};

/* The next piece, when the last one is taken. The trailers' lines are copied. */
void http2_payload_give(struct http2_payload *payload, struct slice bytes, bool is_last,
                        struct slice trailers);

/* What is not taken now is kept: nobody else has it afterwards. */
void http2_payload_keep(struct http2_payload *payload);

/* Whether something waits for the peer. */
static inline bool
http2_payload_waits(const struct http2_payload *payload)
{
    return payload->length > 0 || (payload->is_last && !payload->is_complete);
}

/* Where nghttp2 takes it from; the source is the payload. */
ssize_t http2_payload_read(nghttp2_session *session, int32_t id, uint8_t *bytes, size_t length,
                           uint32_t *flags, nghttp2_data_source *source, void *argument);

/* A frame of it, with its head, goes to the output: nghttp2's verdict. */
int http2_payload_send(struct http2_payload *payload, struct http2_output *output,
                       const uint8_t *head, size_t length);

/* The frame has ended the stream, or not; whether the exchange should be told of progress. */
bool http2_payload_taken(struct http2_payload *payload, size_t length, bool is_complete);

void http2_payload_free(struct http2_payload *payload);

#endif
