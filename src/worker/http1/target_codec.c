/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1 towards a target: a head written anew with the body that is here already, and answers
 * read where they came. A usual answer is one read: its head is parsed and judged in the
 * worker's scratch, and its body is decoded in place behind it.
 */
#include "worker/http1/target_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "http/forwarding.h"
#include "http/response_judge.h"
#include "worker/exchange/exchange.h"
#include "worker/http1/framing.h"
#include "worker/shared/context.h"

/*
 * The first read of an answer takes a head and a usual body, but not much of a large one: what
 * is left in the socket then can be spliced.
 */
#define FIRST_ANSWER_READ_BYTES (32 * 1024)

static bool
write_out(struct target_connection *connection, const char *bytes, size_t length)
{
    if (!backlog_write(&connection->to_target, &connection->stream, bytes, length))
        return false;
    connection->link.is_blocked = !backlog_is_empty(&connection->to_target);
    if (connection->link.is_blocked)
        stream_want_writable(&connection->stream, true);
    return true;
}

/* Payload as the framing wants it: as is, or as a chunk; and the end. */
static void
add_body(struct text *out, const struct target_link_request *request)
{
    char head[HTTP1_CHUNK_HEAD_MAX];

    if (request->head->framing != HTTP_BODY_CHUNKED) {
        text_add_slice(out, request->body);
        return;
    }
    if (request->body.length > 0) {
        text_add_bytes(out, head, http1_write_chunk_head(head, request->body.length));
        text_add_slice(out, request->body);
        text_add_literal(out, HTTP1_CHUNK_TAIL);
    }
    if (request->is_last)
        text_add_literal(out, HTTP1_CHUNK_END);
}

enum target_link_result
target_codec_send_request(struct target_link *link, struct target_link_request *request,
                          enum http_refusal *refusal)
{
    struct target_connection *connection = target_connection_of(link);
    struct text out = text_over(link->worker->compose, COMPOSE_BYTES);

    *refusal = forwarding_write_request(&out, request->head, request->origin, request->trace);
    if (*refusal != HTTP_REFUSAL_NONE)
        return LINK_REFUSED;
    add_body(&out, request);
    if (out.is_truncated) {
        *refusal = HTTP_REFUSAL_HEAD_TOO_LARGE;
        return LINK_REFUSED;
    }
    connection->request_framing = request->head->framing;
    request->written = out.length;
    return write_out(connection, out.at, out.length) ? LINK_READ : LINK_FAILED;
}

bool
target_codec_send_body(struct target_link *link, const struct carrier_body *body)
{
    struct target_connection *connection = target_connection_of(link);
    char *bytes = body->bytes;

    if (connection->request_framing == HTTP_BODY_UNTIL_CLOSE && body->is_last)
        stream_finish_writing(&connection->stream);
    size_t framed =
        framing_frame(&bytes, body->length, connection->request_framing, body->is_last);
    return write_out(connection, bytes, framed);
}

void
target_codec_forget_head(struct target_link *link)
{
    struct target_connection *connection = target_connection_of(link);
    struct http1_answer *answer = connection->answer;

    if (answer == NULL)
        return;
    free(answer->partial);
    object_pool_give_back(&link->worker->response_pool, answer);
    connection->answer = NULL;
}

static void
begin_answer(struct target_connection *connection)
{
    struct worker *worker = connection->link.worker;
    struct http1_answer *answer = object_pool_take(&worker->response_pool);

    answer->partial = NULL;
    answer->partial_length = 0;
    answer->is_done = false;
    http_head_reset(&answer->head);
    http1_parser_start_response(&answer->parser, &answer->head,
                                &connection->link.exchange->view->settings->limits);
    connection->answer = answer;
}

void
target_codec_reset(struct target_connection *connection)
{
    target_codec_forget_head(&connection->link);
    backlog_clear(&connection->to_target);
    connection->link.is_blocked = false;
    connection->has_head = false;
    connection->keeps_alive = false;
    connection->end_is_doubtful = false;
    connection->rest_length = 0;
}

/* A head that did not come in one piece is put together here. */
static void
keep_partial(struct http1_answer *answer, const char *bytes, size_t length)
{
    char *old = answer->partial;
    char *larger = memory_resize(NULL, answer->partial_length + length, 1);

    if (old != NULL)
        memcpy(larger, old, answer->partial_length);
    memcpy(larger + answer->partial_length, bytes, length);
    http_head_rebase(&answer->head, old != NULL ? old : bytes, larger);
    free(old);
    answer->partial = larger;
    answer->partial_length += length;
}

/* Feeds one head; *bytes and *length are left with what stands behind it. */
static enum http1_result
feed_head(struct http1_answer *answer, char **bytes, size_t *length)
{
    size_t used = 0;
    bool is_continued = answer->partial != NULL;

    if (is_continued) {
        size_t before = answer->partial_length;
        keep_partial(answer, *bytes, *length);
        *bytes = answer->partial + before;
    }
    enum http1_result result = http1_parser_feed(&answer->parser, *bytes, *length, &used);
    if (result == HTTP1_MORE && !is_continued)
        keep_partial(answer, *bytes, *length);
    *bytes += used;
    *length -= used;
    return result;
}

/* A target that names its keep-alive time is believed, less a margin for the way. */
static void
note_keep_alive(struct target_connection *connection, const struct http_head *head)
{
    struct target_state *target = connection->link.target;
    uint64_t told_ms = (uint64_t)head->keep_alive_timeout_s * 1000;

    connection->keeps_alive = head->keep_alive;
    connection->end_is_doubtful = head->end_is_doubtful;
    if (told_ms == 0)
        return;
    uint64_t usable_ms = told_ms > 1000 ? told_ms - 500 : told_ms / 2;
    if (usable_ms < target->keep_alive_ms)
        target->keep_alive_ms = (uint32_t)usable_ms;
}

static enum target_link_result
decode(struct target_connection *connection, char *bytes, size_t length,
       struct target_link_answer *answer)
{
    size_t used = 0;

    answer->bytes = bytes;
    if (framing_gather(&connection->body, bytes, length, &answer->length, &used) ==
        HTTP1_BODY_MALFORMED)
        return LINK_REFUSED;
    answer->is_last = http1_body_is_done(&connection->body);
    answer->is_clean = used == length;
    return LINK_READ;
}

/* The final head: what stands behind it belongs to the body, or to a tunnel. */
static enum target_link_result
begin_body(struct target_connection *connection, char *bytes, size_t length,
           struct target_link_answer *answer)
{
    const struct http_head *head = &connection->answer->head;

    connection->has_head = true;
    if (head->status == 101) {
        connection->request_framing = HTTP_BODY_UNTIL_CLOSE;
        http1_body_start(&connection->body, HTTP_BODY_UNTIL_CLOSE, 0);
    } else {
        note_keep_alive(connection, head);
        http1_body_start(&connection->body, head->framing, head->content_length);
        connection->body.is_lenient = true;
    }
    return decode(connection, bytes, length, answer);
}

/* Bytes behind a head that was put together are moved to where they can be framed. */
static char *
move_rest(struct target_connection *connection, char *bytes, size_t length)
{
    char *scratch = connection->link.worker->scratch;

    if (connection->answer->partial == NULL)
        return bytes;
    memmove(scratch, bytes, length);
    return scratch;
}

static enum target_link_result
read_head(struct target_connection *connection, char *bytes, size_t length,
          struct target_link_answer *answer)
{
    if (connection->answer != NULL && connection->answer->is_done)
        target_codec_forget_head(&connection->link);
    if (connection->answer == NULL)
        begin_answer(connection);
    struct http1_answer *read = connection->answer;
    enum http1_result result = feed_head(read, &bytes, &length);
    if (result == HTTP1_MORE)
        return LINK_MORE;
    if (result == HTTP1_REFUSED && read->parser.is_foreign)
        return LINK_FOREIGN;
    if (result == HTTP1_REFUSED)
        return read->parser.refusal == HTTP_REFUSAL_MALFORMED ? LINK_REFUSED : LINK_TOO_LARGE;
    if (response_judge(&read->head, &connection->link.exchange->request) != HTTP_REFUSAL_NONE)
        return LINK_REFUSED;
    read->is_done = true;
    answer->head = &read->head;
    bytes = move_rest(connection, bytes, length);
    if (!response_is_interim(&read->head))
        return begin_body(connection, bytes, length, answer);
    connection->rest = bytes;
    connection->rest_length = length;
    answer->has_more = length > 0;
    return LINK_READ;
}

/* The target sent its end: the proper one of a body until close, or too early. */
static enum target_link_result
ended(struct target_connection *connection, struct target_link_answer *answer)
{
    if (!connection->has_head || !http1_body_may_end_here(&connection->body))
        return LINK_ENDED;
    answer->bytes = connection->link.worker->scratch;
    answer->is_last = true;
    return LINK_READ;
}

enum target_link_result
target_codec_read(struct target_link *link, struct target_link_answer *answer)
{
    struct target_connection *connection = target_connection_of(link);
    char *bytes = link->worker->scratch;
    size_t length = connection->rest_length;

    if (length > 0) {
        bytes = connection->rest;
        connection->rest_length = 0;
        return read_head(connection, bytes, length, answer);
    }
    size_t most =
        connection->has_head ? link->exchange->carrier->answer_bytes : FIRST_ANSWER_READ_BYTES;
    ssize_t got = stream_read(&connection->stream, bytes, most);
    if (got == STREAM_WAIT)
        return LINK_WAIT;
    if (got <= 0)
        return got == 0 ? ended(connection, answer) : LINK_FAILED;
    return connection->has_head ? decode(connection, bytes, (size_t)got, answer)
                                : read_head(connection, bytes, (size_t)got, answer);
}

uint64_t
target_codec_counted(struct target_link *link)
{
    const struct target_connection *connection = target_connection_of(link);

    return connection->has_head && connection->body.framing == HTTP_BODY_LENGTH
               ? connection->body.remaining
               : 0;
}

void
target_codec_skip(struct target_link *link, uint64_t bytes)
{
    http1_body_skip(&target_connection_of(link)->body, bytes);
}
