/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps what a full socket refused; its memory lives only while something waits. */
#include "worker/http1/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void
keep(struct backlog *backlog, const char *bytes, size_t length)
{
    if (backlog->capacity - backlog->end < length) {
        size_t waiting = backlog->end - backlog->start;
        char *larger = memory_resize(NULL, waiting + length, 1);
        if (waiting > 0)
            memcpy(larger, backlog->bytes + backlog->start, waiting);
        free(backlog->bytes);
        *backlog = (struct backlog){larger, 0, waiting, waiting + length};
    }
    memcpy(backlog->bytes + backlog->end, bytes, length);
    backlog->end += length;
}

bool
backlog_write(struct backlog *backlog, struct stream *stream, const char *bytes, size_t length)
{
    ssize_t sent = 0;

    if (length == 0)
        return true;
    if (backlog_is_empty(backlog)) {
        sent = stream_write(stream, bytes, length);
        if (sent == STREAM_FAILED)
            return false;
        if (sent == STREAM_WAIT)
            sent = 0;
    }
    if ((size_t)sent < length)
        keep(backlog, bytes + sent, length - (size_t)sent);
    return true;
}

bool
backlog_flush(struct backlog *backlog, struct stream *stream)
{
    if (backlog_is_empty(backlog))
        return true;
    ssize_t sent =
        stream_write(stream, backlog->bytes + backlog->start, backlog->end - backlog->start);
    if (sent == STREAM_FAILED)
        return false;
    if (sent > 0)
        backlog->start += (size_t)sent;
    if (backlog->start == backlog->end)
        backlog_clear(backlog);
    return true;
}

void
backlog_clear(struct backlog *backlog)
{
    free(backlog->bytes);
    *backlog = (struct backlog){0};
}
