/*
 * Bytes to a head: llhttp splits, and everything that it lets through too easily is refused
 * here or by the judge. It stops at the end of the head; bodies are http1_body's. Incremental:
 * feed what came, the buffer must stay (or be rebased) until the head is done.
 */
#ifndef FAIRLEAD_HTTP_HTTP1_PARSER_H
#define FAIRLEAD_HTTP_HTTP1_PARSER_H

#include <llhttp.h>

#include "http/head.h"
#include "model/config.h"

enum http1_result { HTTP1_MORE, HTTP1_HEAD_DONE, HTTP1_REFUSED };

struct http1_parser {
    llhttp_t llhttp;
    struct http_head *head;
    const struct config_limits *limits;
    enum http_refusal refusal;
    size_t head_limit; /* bytes of the whole head */
    bool is_in_value;  /* the next name begins a new field */
    bool is_done;
};

/* Begins a message; head and limits must live until it is done. */
void http1_parser_start_request(struct http1_parser *parser, struct http_head *head,
                                const struct config_limits *limits);
void http1_parser_start_response(struct http1_parser *parser, struct http_head *head,
                                 const struct config_limits *limits);

/*
 * Feeds bytes that stand directly behind those fed before. On HEAD_DONE *used tells how many
 * belong to the head. On REFUSED parser->refusal tells why. Empty lines before a request line
 * are skipped (RFC 9112 2.2), at most two.
 */
enum http1_result http1_parser_feed(struct http1_parser *parser, const char *bytes,
                                    size_t length, size_t *used);

#endif
