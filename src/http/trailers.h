/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields behind a body (RFC 9110 6.5), on their way from one side to the other: those that may
 * stand there at all. What frames or routes a message, says who asks or how to read the body
 * must not come so late; a hop that took it for a field of the head would be misled.
 */
#ifndef FAIRLEAD_HTTP_TRAILERS_H
#define FAIRLEAD_HTTP_TRAILERS_H

#include "http/head.h"

/* Zero it. Its owner bounds what is added (http2_head_count). */
struct trailers {
    char *lines; /* complete ones; NULL: none */
    size_t length, capacity;
};

/* Adds a decoded field, or leaves it out; false: it is malformed, and so is its message. */
bool trailers_add(struct trailers *trailers, struct slice name, struct slice value);

/* The memory of the lines is its own, and may be written to. */
static inline struct slice
trailers_slice(const struct trailers *trailers)
{
    return slice_make(trailers->lines, trailers->length);
}

void trailers_free(struct trailers *trailers);

#endif
