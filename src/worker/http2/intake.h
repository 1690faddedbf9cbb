/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a body that have come for a stream and are not used yet; its window bounds them. */
#ifndef FAIRLEAD_WORKER_HTTP2_INTAKE_H
#define FAIRLEAD_WORKER_HTTP2_INTAKE_H

#include <stddef.h>
#include <stdint.h>

/* The window of a stream (RFC 9113 6.5.2): so much of a body is kept while nobody takes it. */
#define HTTP2_STREAM_WINDOW 65536

struct http2_intake {
    char *bytes; /* NULL: none */
    size_t start, end, capacity;
};

static inline size_t
http2_intake_length(const struct http2_intake *intake)
{
    return intake->end - intake->start;
}

void http2_intake_add(struct http2_intake *intake, const uint8_t *bytes, size_t length);

/* So many have been used; the memory goes with the last. */
void http2_intake_drop(struct http2_intake *intake, size_t length);

#endif
