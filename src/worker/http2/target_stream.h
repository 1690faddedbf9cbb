/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of a target's session as the link of an exchange: a request on its way there, and
 * its answer, collected as it comes. It lives until its exchange has given it back and nghttp2
 * has closed it. What has come and is not used yet is bounded by its window.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_TARGET_STREAM_H
#define FAIRLEAD_WORKER_HTTP2_TARGET_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http/http2_head.h"
#include "http/trailers.h"
#include "worker/http2/intake.h"
#include "worker/http2/payload.h"
#include "worker/http2/target_session.h"
#include "worker/targets/target_link.h"

/* The head of an answer: interim ones come before the final one. */
struct target_answer {
    TAILQ_ENTRY(target_answer) entry;
    bool is_complete, is_interim;
    struct http2_head fields;
    struct http_head head; /* last: its unused fields are never touched */
};

TAILQ_HEAD(target_answer_list, target_answer);

/* Heads that wait for an exchange, which reads each at once. */
#define TARGET_ANSWERS_MAX 16

struct target_stream {
    uint32_t tag;
    int32_t id; /* 0: not begun */
    struct target_link link;
    struct target_session *session;
    TAILQ_ENTRY(target_stream) entry, ready_entry;

    struct http2_payload output; /* the request's body */

    /* The answer. */
    struct target_answer_list answers;
    unsigned answer_count;
    struct target_answer *read; /* the exchange has it; NULL: none */
    struct http2_intake input;
    struct trailers trailers;

    bool is_ready;       /* in the session's list */
    bool is_connected;   /* to be told to an exchange that waits for it */
    bool is_writable;    /* the same */
    bool is_deferred;    /* see target_frames.c */
    bool has_final_head; /* what follows are trailers */
    bool has_given_head; /* the exchange has it */
    bool has_end;        /* all of the answer has come */
    bool has_given_end;
    bool is_closed;                  /* for nghttp2 it is gone */
    bool is_unprocessed;             /* the target says so */
    bool is_malformed;               /* the answer is */
    struct http2_head trailer_count; /* of what they cost; nothing is kept */
};

static inline struct target_stream *
target_stream_of(struct target_link *link)
{
    return (struct target_stream *)((char *)link - offsetof(struct target_stream, link));
}

/* It has something for its exchange: what, the session's turn will find. */
void target_stream_wake(struct target_stream *stream);

/* Does what can be done now. */
void target_stream_serve(struct target_stream *stream);

/* An exchange that waited for its session goes on to another one that is being opened. */
void target_stream_move(struct target_stream *stream, struct target_session *session);

/* One more head begins; NULL: there are too many. */
struct target_answer *target_stream_begin_answer(struct target_stream *stream);

/* For nghttp2 it is gone. */
void target_stream_closed(struct target_stream *stream, uint32_t error_code);

/* nghttp2 has taken some of the request. */
void target_stream_taken(struct target_stream *stream, size_t length, bool is_complete);

extern const struct target_link_kind target_stream_link;

#endif
