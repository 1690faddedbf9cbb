/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1 on a connection to a target: the codec's half of target_link.h, and the connection
 * that it works on. The connection's life is in target_connection.c.
 */
#ifndef FAIRLEAD_WORKER_TARGET_CODEC_H
#define FAIRLEAD_WORKER_TARGET_CODEC_H

#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "net/stream.h"
#include "worker/http1/backlog.h"
#include "worker/targets/target_table.h"

/* The head of an answer on its way: taken from the pool with its first byte. */
struct http1_answer {
    struct http1_parser parser;
    char *partial; /* head bytes of earlier reads, NULL when the first read held it all */
    size_t partial_length;
    bool is_done;          /* its exchange has it */
    struct http_head head; /* last: its unused fields are never touched */
};

struct target_connection {
    uint32_t tag;
    bool is_connecting; /* or shaking hands */
    bool has_proxy_header;
    bool has_head;        /* of the final answer: its body comes */
    bool keeps_alive;     /* as the answer's head said */
    bool end_is_doubtful; /* the same */
    struct target_link link;
    struct stream stream;
    uint64_t security_key;      /* see target_manner.h */
    struct stream_session *tls; /* until the system has connected it */
    int error;                  /* why it could not be opened; 0: nothing yet */
    uint64_t idle_since_ms;
    struct backlog to_target;
    enum http_framing request_framing; /* UNTIL_CLOSE: a tunnel */
    struct http1_answer *answer; /* NULL: none of its head has come, or all is passed on */
    char *rest;                  /* read already, and behind an interim head */
    size_t rest_length;
    struct http1_body body;
};

static inline struct target_connection *
target_connection_of(struct target_link *link)
{
    return (struct target_connection *)((char *)link -
                                        offsetof(struct target_connection, link));
}

/* As target_link.h says. */
enum target_link_result target_codec_send_request(struct target_link *link,
                                                  struct target_link_request *request,
                                                  enum http_refusal *refusal);
bool target_codec_send_body(struct target_link *link, const struct carrier_body *body);
enum target_link_result target_codec_read(struct target_link *link,
                                          struct target_link_answer *answer);
void target_codec_forget_head(struct target_link *link);
uint64_t target_codec_counted(struct target_link *link);
void target_codec_skip(struct target_link *link, uint64_t bytes);

/* Nothing of an exchange is left in it. */
void target_codec_reset(struct target_connection *connection);

#endif
