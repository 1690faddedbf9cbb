/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The borders of frames in what a client sends (RFC 9113 4.1), so that each is looked at before
 * nghttp2 gets it: of those that it ignores it tells nobody.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_SCAN_H
#define FAIRLEAD_WORKER_HTTP2_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP2_PREFACE_BYTES 24
#define HTTP2_FRAME_HEAD_BYTES 9

struct http2_frame_head {
    uint32_t length;
    uint8_t type, flags;
    int32_t stream;
};

/* Begins with rest = HTTP2_PREFACE_BYTES. */
struct http2_scan {
    uint32_t rest; /* of the present frame, behind its head */
    uint8_t head[HTTP2_FRAME_HEAD_BYTES];
    uint8_t head_length;
};

/*
 * How many of the bytes belong to one frame, or to what has come of it. *has_head: a head is
 * complete with them, and stands in *found.
 */
size_t http2_scan_next(struct http2_scan *scan, const uint8_t *bytes, size_t length,
                       struct http2_frame_head *found, bool *has_head);

#endif
