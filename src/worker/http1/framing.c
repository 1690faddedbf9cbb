/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies gathered and framed in the buffer that they were read into. */
#include "worker/http1/framing.h"

#include <string.h>

#include "http/forwarding.h"

/* Nothing has to be moved. */
static enum http1_body_result
count_off(struct http1_body *body, size_t length, size_t *payload, size_t *used)
{
    size_t taken = body->remaining < length ? (size_t)body->remaining : length;

    http1_body_skip(body, taken);
    *payload = taken;
    *used = taken;
    return body->remaining == 0 ? HTTP1_BODY_DONE : HTTP1_BODY_MORE;
}

enum http1_body_result
framing_gather(struct http1_body *body, char *bytes, size_t length, size_t *payload,
               size_t *used)
{
    enum http1_body_result result = HTTP1_BODY_MORE;
    size_t at = 0;

    if (body->framing == HTTP_BODY_LENGTH)
        return count_off(body, length, payload, used);
    *payload = 0;
    while (at < length || http1_body_is_done(body)) {
        struct slice span = SLICE_NONE;
        size_t taken = 0;
        result = http1_body_next(body, slice_make(bytes + at, length - at), &taken, &span);
        if (result == HTTP1_BODY_SPAN && span.at != bytes + *payload)
            memmove(bytes + *payload, span.at, span.length);
        *payload += result == HTTP1_BODY_SPAN ? span.length : 0;
        at += taken;
        if (result == HTTP1_BODY_DONE || result == HTTP1_BODY_MALFORMED)
            break;
    }
    *used = at;
    return result;
}

size_t
framing_frame(char **bytes, size_t payload, enum http_framing framing, bool is_last)
{
    char head[HTTP1_CHUNK_HEAD_MAX];
    char *end = *bytes + payload;

    if (framing != HTTP_BODY_CHUNKED)
        return payload;
    if (payload > 0) {
        size_t length = http1_write_chunk_head(head, payload);
        *bytes -= length;
        memcpy(*bytes, head, length);
        memcpy(end, HTTP1_CHUNK_TAIL, sizeof(HTTP1_CHUNK_TAIL) - 1);
        end += sizeof(HTTP1_CHUNK_TAIL) - 1;
    }
    if (is_last) {
        memcpy(end, HTTP1_CHUNK_END, sizeof(HTTP1_CHUNK_END) - 1);
        end += sizeof(HTTP1_CHUNK_END) - 1;
    }
    return (size_t)(end - *bytes);
}
