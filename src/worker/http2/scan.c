/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/http2/scan.h"

#include <string.h>

static size_t
take_rest(struct http2_scan *scan, size_t length)
{
    size_t taken = scan->rest < length ? scan->rest : length;

    scan->rest -= (uint32_t)taken;
    return taken;
}

static void
read_head(struct http2_scan *scan, struct http2_frame_head *found)
{
    const uint8_t *head = scan->head;

    *found = (struct http2_frame_head){
        .length = (uint32_t)head[0] << 16 | (uint32_t)head[1] << 8 | head[2],
        .type = head[3],
        .flags = head[4],
        .stream = (int32_t)((uint32_t)(head[5] & 0x7f) << 24 | (uint32_t)head[6] << 16 |
                            (uint32_t)head[7] << 8 | head[8]),
    };
    scan->head_length = 0;
    scan->rest = found->length;
}

size_t
http2_scan_next(struct http2_scan *scan, const uint8_t *bytes, size_t length,
                struct http2_frame_head *found, bool *has_head)
{
    *has_head = false;
    if (scan->rest > 0)
        return take_rest(scan, length);
    size_t missing = HTTP2_FRAME_HEAD_BYTES - (size_t)scan->head_length;
    size_t taken = missing < length ? missing : length;
    memcpy(scan->head + scan->head_length, bytes, taken);
    scan->head_length += (uint8_t)taken;
    if (taken < missing)
        return taken;
    read_head(scan, found);
    *has_head = true;
    return taken + take_rest(scan, length - taken);
}
