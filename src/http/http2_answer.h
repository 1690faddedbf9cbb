/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers for HTTP/2 clients: what forwarding_*.c writes, read once more as fields, so that one
 * place decides what of an answer is passed on.
 */
#ifndef FAIRLEAD_HTTP_HTTP2_ANSWER_H
#define FAIRLEAD_HTTP_HTTP2_ANSWER_H

#include "http/head.h"

/* Those of a target, and ours besides. */
#define HTTP2_ANSWER_FIELDS_MAX (HTTP_FIELDS_MAX + 32)

struct http2_field {
    struct slice name, value;
};

struct http2_answer {
    struct http2_field fields[HTTP2_ANSWER_FIELDS_MAX];
    size_t count;
    size_t head_length; /* of the text, with its empty line */
};

/*
 * Fields of a head in the form of HTTP/1, without those that are its connection's or frame it;
 * names become lower case in place. False: there are too many.
 */
bool http2_answer_read(struct http2_answer *answer, char *text, size_t length);

#endif
