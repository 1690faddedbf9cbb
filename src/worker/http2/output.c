/* SPDX-License-Identifier: Apache-2.0 */
/* Between nghttp2, which gives a frame at a time, and the stream. */
#include "worker/http2/output.h"

#include <string.h>

#include "base/object_pool.h"
#include "net/stream.h"

/* The largest piece that nghttp2 gives. */
#define PIECE_BYTES (16384 + 16)

bool
http2_output_has_room(const struct http2_output *output, size_t length)
{
    return HTTP2_OUTPUT_BYTES - output->end >= length;
}

bool
http2_output_add(struct http2_output *output, const void *bytes, size_t length)
{

    if (!http2_output_has_room(output, length))
        return false;
    if (output->bytes == NULL)
        output->bytes = object_pool_take(output->pool);
    memcpy(output->bytes + output->end, bytes, length);
    output->end += length;
    return true;
}

void
http2_output_drop(struct http2_output *output)
{
    object_pool_give_back(output->pool, output->bytes);
    output->bytes = NULL;
    output->start = output->end = 0;
}

/* Frames until there are none or the output is full. */
static bool
fill(struct http2_output *output)
{
    while (http2_output_has_room(output, PIECE_BYTES)) {
        const uint8_t *piece = NULL;
        ssize_t length = nghttp2_session_mem_send(output->session, &piece);
        if (length < 0)
            return false;
        if (length == 0)
            break;
        http2_output_add(output, piece, (size_t)length);
    }
    return true;
}

/* False when the stream has failed. */
static bool
write_out(struct http2_output *output, bool *is_full)
{
    ssize_t sent = stream_write(output->stream, output->bytes + output->start,
                                output->end - output->start);

    if (sent == STREAM_FAILED)
        return false;
    if (sent > 0)
        output->start += (size_t)sent;
    *is_full = output->start < output->end;
    if (*is_full)
        return true;
    output->start = 0;
    output->end = 0;
    return true;
}

bool
http2_output_pump(struct http2_output *output, bool is_urgent)
{
    bool is_full = false;

    for (;;) {
        if (!fill(output))
            return false;
        if (output->end == output->start ||
            (!is_urgent && http2_output_has_room(output, PIECE_BYTES)))
            break;
        bool was_filled = !http2_output_has_room(output, PIECE_BYTES);
        if (!write_out(output, &is_full))
            return false;
        if (is_full || !was_filled)
            break;
    }
    if (output->bytes != NULL && output->end == 0)
        http2_output_drop(output);
    if (is_urgent || is_full)
        stream_want_writable(output->stream, is_full);
    return true;
}
