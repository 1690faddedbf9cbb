/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of an HTTP/2 request or answer: its fields as they are decoded, collected within the
 * limits, and then the same parsed head that HTTP/1 gives, for the same judge. What RFC 9113 8
 * forbids is refused here, whatever the decoder thinks of it.
 */
#ifndef FAIRLEAD_HTTP_HTTP2_HEAD_H
#define FAIRLEAD_HTTP_HTTP2_HEAD_H

#include "http/head.h"
#include "model/config.h"

/* What a field costs besides its bytes (RFC 9113 6.5.2): many empty ones are not free. */
#define HTTP2_FIELD_BYTES 32

#define HTTP2_HEAD_SMALL 1024

struct http2_head {
    char *large; /* NULL: small is enough */
    size_t length, capacity;
    size_t size;    /* of all fields, also those that were left out */
    unsigned count; /* of fields, without pseudo-fields and crumbs */
    size_t cookie_bytes;
    enum http_refusal refusal; /* NONE: goes on */
    char small[HTTP2_HEAD_SMALL];
};

void http2_head_init(struct http2_head *head);
void http2_head_free(struct http2_head *head);

/* One more field; past a limit it is only counted, and the head refused. */
void http2_head_add(struct http2_head *head, const struct config_limits *limits,
                    struct slice name, struct slice value);

/* A field behind the body (RFC 9113 8.1): it counts, and is not kept. */
void http2_head_count(struct http2_head *head, const struct config_limits *limits,
                      struct slice name, struct slice value);

/* So far over the limit that no answer is worth its decoding. */
bool http2_head_is_bomb(const struct http2_head *head, const struct config_limits *limits);

/*
 * The parsed head, not judged yet, whose slices live as long as this one. has_body: the request
 * goes on behind it. Also of a refused one as much as logs can use.
 */
enum http_refusal http2_head_read(struct http2_head *head, struct http_head *parsed,
                                  bool has_body);

/* The same of an answer. has_body: bytes that nobody counted follow, to the stream's end. */
enum http_refusal http2_head_read_answer(struct http2_head *head, struct http_head *parsed,
                                         bool has_body);

#endif
