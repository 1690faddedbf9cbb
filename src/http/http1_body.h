/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows a body through the bytes that carry it: payload spans out, framing checked strictly
 * (RFC 9112 7.1: chunk size bounds, CRLF after data, extensions bounded and dropped, trailers
 * bounded, checked and dropped). Holds no bytes.
 */
#ifndef FAIRLEAD_HTTP_HTTP1_BODY_H
#define FAIRLEAD_HTTP_HTTP1_BODY_H

#include "http/head.h"

/* One chunk line with its extension, the trailer section, and all extensions of one body. */
#define HTTP1_CHUNK_LINE_MAX 512
#define HTTP1_TRAILERS_MAX 8192
#define HTTP1_EXTENSIONS_MAX 16384

enum http1_body_result {
    HTTP1_BODY_MORE,     /* all bytes used, more must come */
    HTTP1_BODY_SPAN,     /* *span holds payload; call again with the rest */
    HTTP1_BODY_DONE,     /* the message ends here */
    HTTP1_BODY_MALFORMED /* the connection cannot be used any more */
};

struct http1_body {
    enum http_framing framing;
    uint64_t remaining; /* LENGTH: of the body; CHUNKED: of the chunk; UNTIL_CLOSE: unused */
    uint64_t payload_bytes;   /* handed out so far */
    uint32_t line_bytes;      /* of a chunk line or the trailer section so far: bounded */
    uint32_t extension_bytes; /* of all chunk extensions so far: bounded */
    uint8_t state;            /* of the chunk decoder */
    uint8_t digits;
    bool
        is_lenient; /* set behind start, for a target's chunks: blanks behind a size and control
                       bytes in what is dropped anyway may pass, as other proxies let them */
};

void http1_body_start(struct http1_body *body, enum http_framing framing,
                      uint64_t content_length);

/* Takes bytes from the start of input; *used is always set. A body without bytes is DONE at
 * once. */
enum http1_body_result http1_body_next(struct http1_body *body, struct slice input,
                                       size_t *used, struct slice *span);

/* For LENGTH and UNTIL_CLOSE: bytes went past outside of next (splice). */
void http1_body_skip(struct http1_body *body, uint64_t bytes);
bool http1_body_is_done(const struct http1_body *body);

/* The peer closed: whether that is a proper end (UNTIL_CLOSE, or already done). */
bool http1_body_may_end_here(const struct http1_body *body);

#endif
