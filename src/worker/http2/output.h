/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames on their way to a peer, of all its streams: gathered, so that many small messages are
 * one record and one write, and never more than a socket takes in a few. Its memory is held
 * only while it holds bytes.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_OUTPUT_H
#define FAIRLEAD_WORKER_HTTP2_OUTPUT_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Four records of TLS. */
#define HTTP2_OUTPUT_BYTES 65536

struct object_pool;
struct stream;

/* Embedded in a connection, beside the stream and the session that it stands between. */
struct http2_output {
    struct stream *stream;
    nghttp2_session *session;
    struct object_pool *pool; /* of HTTP2_OUTPUT_BYTES */
    char *bytes;              /* NULL: empty */
    size_t start, end;
};

/* Room behind what waits; a frame that does not fit comes later. */
bool http2_output_add(struct http2_output *output, const void *bytes, size_t length);
bool http2_output_has_room(const struct http2_output *output, size_t length);

/* Takes frames from nghttp2 and writes them, until there are none or the socket is full; false
 * when the connection has failed. Without is_urgent, only a full output is written. */
bool http2_output_pump(struct http2_output *output, bool is_urgent);

void http2_output_drop(struct http2_output *output);

#endif
