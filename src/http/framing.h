/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Content-Length, Transfer-Encoding and Connection of a head say, for both judges. They
 * only read; what follows from it differs between requests and answers.
 */
#ifndef FAIRLEAD_HTTP_FRAMING_H
#define FAIRLEAD_HTTP_FRAMING_H

#include "http/head.h"

enum framing_length {
    FRAMING_LENGTH_NONE,
    FRAMING_LENGTH_ONE,
    FRAMING_LENGTH_REPEATED,  /* more than once, all equal */
    FRAMING_LENGTH_DIFFERING, /* more than once, and not equal */
    FRAMING_LENGTH_BAD        /* not digits only, a list, or more than 2^63-1 */
};

/* Sets head->content_length and has_content_length for ONE and REPEATED. */
enum framing_length framing_read_length(struct http_head *head);

enum framing_codings {
    FRAMING_CODINGS_NONE,
    FRAMING_CODINGS_CHUNKED,  /* chunked and nothing else */
    FRAMING_CODINGS_UNKNOWN,  /* something else, with or without chunked behind it */
    FRAMING_CODINGS_TWICE,    /* chunked more than once */
    FRAMING_CODINGS_NOT_LAST, /* something behind chunked */
    FRAMING_CODINGS_BAD       /* empty, or no list of tokens */
};

/* All Transfer-Encoding lines together (RFC 9112 6.1). */
enum framing_codings framing_read_codings(const struct http_head *head);

/* What Connection asks for. */
struct framing_options {
    bool closes, keeps_alive, upgrades;
    unsigned named; /* other options; more than FRAMING_NAMED_MAX are not looked at */
};

/* Each costs a walk over the fields, so what one head may ask for is bounded. */
#define FRAMING_NAMED_MAX 32

/*
 * Reads all Connection lines, and marks as dropped every hop-by-hop field and every field that
 * Connection names (RFC 9110 7.6.1), but none that is written anew anyway: Host or
 * X-Forwarded-For cannot be taken away so.
 */
struct framing_options framing_read_connection(struct http_head *head);

/*
 * Whether a careless reader could take the name for Content-Length or Transfer-Encoding:
 * Content_Length, Transfer.Encoding and the like.
 */
bool framing_is_hidden_in(struct slice name);

#endif
