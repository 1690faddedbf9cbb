/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request looks like to a target and a response to a client: written anew from the
 * judged head (RFC 9110 7.6; docs/http.md, Fields). Hop-by-hop fields go, framing is made
 * anew, X-Forwarded-*, X-Amzn-Trace-Id and Host are set by attribute. Target requests are
 * HTTP/1.1 with a persistent connection.
 */
#ifndef FAIRLEAD_HTTP_FORWARDING_H
#define FAIRLEAD_HTTP_FORWARDING_H

#include "base/address.h"
#include "base/text.h"
#include "http/head.h"
#include "model/config.h"

/* What a target is told in a field of its own. */
struct forwarding_field {
    struct slice name, value;
};

/* Where a request came in; slices must live during the call only. */
struct forwarding_origin {
    const struct config_attributes *attributes;
    struct slice client; /* printed client address, without port; empty: unix socket */
    uint16_t client_port;
    uint16_t listener_port; /* 0: unix socket */
    bool is_tls;
    const struct forwarding_field *security; /* of the client's TLS */
    size_t security_count;
    bool is_believed;          /* what came in X-Amzn-Mtls-* goes on */
    struct slice default_host; /* for HTTP/1.0 requests without Host; empty: "fairlead" */
};

/* A trace id as it was sent, for the access log: cut at its size. */
struct forwarding_trace {
    char at[256];
    size_t length;
};

/* Whether it may be forwarded at all: FORWARDED_FOR where X-Forwarded-For has more than 30
 * addresses, LOOP where X-Amzn-Trace-Id counts five hops. To be asked before a target is
 * chosen. */
enum http_refusal forwarding_check_request(const struct http_head *request,
                                           const struct config_attributes *attributes);

/*
 * Writes the request head (with the empty line) for a target. Bodies follow as framing says:
 * LENGTH as is, CHUNKED with http1_write_chunk_head. Refused: as forwarding_check_request says;
 * HEAD_TOO_LARGE, it does not fit (out->is_truncated).
 */
enum http_refusal forwarding_write_request(struct text *out, const struct http_head *request,
                                           const struct forwarding_origin *origin,
                                           struct forwarding_trace *trace);

/* What every answer of a listener has in common. */
struct forwarding_shape {
    bool server_header;  /* false: drop Server */
    struct slice fields; /* complete lines, in place of a target's of the same names */
};

/* How an answer goes to this client. */
struct forwarding_answer {
    uint8_t client_minor_version;
    bool keep_alive; /* the client connection goes on */
    bool is_head_request;
    struct forwarding_shape shape;
    struct slice extra_fields; /* complete lines, e.g. Set-Cookie of stickiness; may be empty */
};

/*
 * Writes the response head. UNTIL_CLOSE becomes chunked for HTTP/1.1 clients; CHUNKED becomes
 * close-delimited for HTTP/1.0 ones (then keep_alive must be false). *framing tells how to send
 * the body. False when it does not fit.
 */
bool forwarding_write_response(struct text *out, const struct http_head *response,
                               const struct forwarding_answer *answer,
                               enum http_framing *framing);

/* An interim response (1xx, 101 with its Upgrade fields). */
bool forwarding_write_interim(struct text *out, const struct http_head *response);

/* "1a2b\r\n" in front of chunk data, "\r\n" behind it, and "0\r\n\r\n" at the end. */
#define HTTP1_CHUNK_HEAD_MAX 18
size_t http1_write_chunk_head(char out[HTTP1_CHUNK_HEAD_MAX], uint64_t length);
#define HTTP1_CHUNK_TAIL "\r\n"
#define HTTP1_CHUNK_END "0\r\n\r\n"

/*
 * An answer of fairlead's own: head and short HTML body in the ALB's form.
 * content_type and body NULL: the standard page of the status. extra_fields as above.
 */
struct forwarding_page {
    unsigned status;
    bool keep_alive;
    bool is_head_request;
    struct forwarding_shape shape;
    struct slice content_type, body;
    struct slice extra_fields;
};

bool forwarding_write_page(struct text *out, const struct forwarding_page *page);

const char *http_status_phrase(unsigned status);

#endif
