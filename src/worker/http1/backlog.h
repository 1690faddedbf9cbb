/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that a stream did not take yet: while any wait, their source is not read (back
 * pressure), so a backlog never holds more than one read and a composed head.
 */
#ifndef FAIRLEAD_WORKER_BACKLOG_H
#define FAIRLEAD_WORKER_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "net/stream.h"

struct backlog {
    char *bytes; /* NULL: empty */
    size_t start, end, capacity;
};

static inline bool
backlog_is_empty(const struct backlog *backlog)
{
    return backlog->bytes == NULL;
}

/* Writes what the stream takes now and keeps the rest; false when the stream has failed. */
bool backlog_write(struct backlog *backlog, struct stream *stream, const char *bytes,
                   size_t length);

/* Writes on from what waits; false when the stream has failed. */
bool backlog_flush(struct backlog *backlog, struct stream *stream);

void backlog_clear(struct backlog *backlog);

#endif
