/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to a head. Start lines are read here, fields are split by llhttp, and everything that
 * it lets through too easily is refused here or by the judges. It stops at the end of the head;
 * bodies are http1_body's. Incremental: feed what came, the buffer must stay (or be rebased)
 * until the head is done.
 */
#ifndef FAIRLEAD_HTTP_HTTP1_PARSER_H
#define FAIRLEAD_HTTP_HTTP1_PARSER_H

#include <llhttp.h>

#include "http/head.h"
#include "model/config.h"

enum http1_result { HTTP1_MORE, HTTP1_HEAD_DONE, HTTP1_REFUSED };

struct http1_parser {
    llhttp_t llhttp; /* first: callbacks find the parser by it */
    struct http_head *head;
    const struct config_limits *limits;
    enum http_refusal refusal;
    size_t head_limit;  /* bytes of the whole head */
    size_t line_limit;  /* of the start line */
    size_t field_limit; /* of one field line */
    size_t line_bytes;  /* of the start line so far */
    uint8_t empty_lines;
    bool is_response;
    bool is_foreign; /* refused: these bytes were never meant as an answer's */
    bool has_start_line;
    bool is_in_name;  /* the open field's name may go on */
    bool is_in_field; /* the last field is open: its end is not known yet */
};

/* Begins a message; head and limits must live until it is done. */
void http1_parser_start_request(struct http1_parser *parser, struct http_head *head,
                                const struct config_limits *limits);
void http1_parser_start_response(struct http1_parser *parser, struct http_head *head,
                                 const struct config_limits *limits);

/*
 * Feeds bytes that stand directly behind those fed before. On HEAD_DONE *used tells how many
 * belong to the head. On REFUSED parser->refusal tells why, and head->desync the ALB's reason
 * where it has one. Empty lines before a request line are skipped (RFC 9112 2.2), at most two.
 */
enum http1_result http1_parser_feed(struct http1_parser *parser, const char *bytes,
                                    size_t length, size_t *used);

#endif
