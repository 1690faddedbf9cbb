/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames on their way to the client, of all its streams: gathered, so that many small answers
 * are one record and one write, and never more than a socket takes in a few. Its memory is held
 * only while it holds bytes.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_OUTPUT_H
#define FAIRLEAD_WORKER_HTTP2_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Four records of TLS. */
#define HTTP2_OUTPUT_BYTES 65536

struct http2_connection;

struct http2_output {
    char *bytes; /* NULL: empty */
    size_t start, end;
};

/* Room behind what waits; a frame that does not fit comes later. */
bool http2_output_add(struct http2_connection *connection, const void *bytes, size_t length);
bool http2_output_has_room(const struct http2_connection *connection, size_t length);

/* Takes frames from nghttp2 and writes them, until there are none or the socket is full; false
 * when the connection has failed. Without is_urgent, only a full output is written. */
bool http2_output_pump(struct http2_connection *connection, bool is_urgent);

void http2_output_drop(struct http2_connection *connection);

#endif
