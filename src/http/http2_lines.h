/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages towards HTTP/2: what forwarding_*.c writes, and trailers, read once more as fields,
 * so that one place decides what is passed on.
 */
#ifndef FAIRLEAD_HTTP_HTTP2_LINES_H
#define FAIRLEAD_HTTP_HTTP2_LINES_H

#include "http/head.h"

/* Those of a message, and ours besides. */
#define HTTP2_LINES_MAX (HTTP_FIELDS_MAX + 32)

struct http2_field {
    struct slice name, value;
};

struct http2_lines {
    struct slice start_line; /* without its CRLF; of trailers: empty */
    struct slice host;       /* of a request; empty: none */
    struct http2_field fields[HTTP2_LINES_MAX];
    size_t count;
    size_t head_length; /* of the text, with its empty line */
};

/*
 * Fields of a head in the form of HTTP/1, without those that are its connection's or frame it,
 * and without Host; names become lower case in place. False: there are too many.
 */
bool http2_lines_read_head(struct http2_lines *lines, char *text, size_t length);

/* The same of lines alone, which no empty one follows. */
bool http2_lines_read(struct http2_lines *lines, char *text, size_t length);

/* "GET /path HTTP/1.1" in its parts. */
void http2_lines_split_request(const struct http2_lines *lines, struct slice *method,
                               struct slice *target);

#endif
