/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/http2/payload.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/http2_lines.h"
#include "worker/http2/scan.h"

void
http2_payload_give(struct http2_payload *payload, struct slice bytes, bool is_last,
                   struct slice trailers)
{
    payload->at = bytes.at;
    payload->length = bytes.length;
    payload->is_last = is_last;
    if (trailers.length > 0)
        payload->tail =
            slice_make(memory_copy_bytes(trailers.at, trailers.length), trailers.length);
}

void
http2_payload_keep(struct http2_payload *payload)
{
    if (payload->length == 0 || payload->kept != NULL)
        return;
    payload->kept = memory_resize(NULL, payload->length, 1);
    memcpy(payload->kept, payload->at, payload->length);
    payload->at = payload->kept;
}

/* False: they do not fit, and are left out. */
static bool
submit_tail(nghttp2_session *session, int32_t id, const struct http2_payload *payload)
{
    struct http2_lines lines;
    nghttp2_nv pairs[HTTP2_LINES_MAX];

    if (payload->tail.length == 0 ||
        !http2_lines_read(&lines, (char *)(uintptr_t)payload->tail.at, payload->tail.length))
        return false;
    for (size_t i = 0; i < lines.count; i++) {
        struct http2_field *field = &lines.fields[i];
        pairs[i] = (nghttp2_nv){(uint8_t *)(uintptr_t)field->name.at,
                                (uint8_t *)(uintptr_t)field->value.at, field->name.length,
                                field->value.length, NGHTTP2_NV_FLAG_NONE};
    }
    return nghttp2_submit_trailer(session, id, pairs, lines.count) == 0;
}

/* NOLINTBEGIN(readability-*): nghttp2's parameters. */
ssize_t
http2_payload_read(nghttp2_session *session, int32_t id, uint8_t *bytes, size_t length,
                   uint32_t *flags, nghttp2_data_source *source, void *argument)
{
    const struct http2_payload *payload = source->ptr;
    size_t waiting = payload->length;

    (void)bytes;
    (void)argument;
    if (waiting == 0 && !payload->is_last)
        return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (waiting > length)
        return (ssize_t)length;
    if (payload->is_last)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (payload->is_last && submit_tail(session, id, payload))
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return (ssize_t)waiting;
}

/* NOLINTEND(readability-*) */

int
http2_payload_send(struct http2_payload *payload, struct http2_output *output,
                   const uint8_t *head, size_t length)
{
    if (!http2_output_has_room(output, HTTP2_FRAME_HEAD_BYTES + length))
        return NGHTTP2_ERR_WOULDBLOCK;
    http2_output_add(output, head, HTTP2_FRAME_HEAD_BYTES);
    if (length > 0)
        http2_output_add(output, payload->at, length);
    return 0;
}

bool
http2_payload_taken(struct http2_payload *payload, size_t length, bool is_complete)
{
    if (length > 0)
        payload->at += length;
    payload->length -= length < payload->length ? length : payload->length;
    payload->untold += length;
    payload->is_complete = is_complete;
    if (payload->length == 0) {
        free(payload->kept);
        payload->kept = NULL;
    }
    if (payload->length > 0 && payload->untold < HTTP2_PROGRESS_BYTES)
        return false;
    payload->untold = 0;
    return true;
}

void
http2_payload_free(struct http2_payload *payload)
{
    free(payload->kept);
    free((char *)(uintptr_t)payload->tail.at);
    *payload = (struct http2_payload){0};
}
