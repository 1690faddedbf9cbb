/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's answer on its way to the client: its head, judged and written anew, and its
 * body. The usual small answer is one read and one write: the new head is put right in front of
 * the body bytes where these were read.
 */
#include "worker/exchange/relay_response.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/response_judge.h"
#include "worker/exchange/reply.h"
#include "worker/balancing/stickiness.h"

/*
 * The first read of an answer takes a head and a usual body, but not much of a large one: what
 * is left in the socket then can be spliced.
 */
#define FIRST_RESPONSE_READ_BYTES (32 * 1024)

/* Interim answers to one request that are taken from a target. */
#define INTERIM_MAX 32

void
response_give_back(struct exchange *exchange)
{
    struct response *response = exchange->response;

    if (response == NULL)
        return;
    free(response->partial);
    object_pool_give_back(&exchange->worker->response_pool, response);
    exchange->response = NULL;
}

static void
response_begin(struct exchange *exchange)
{
    struct response *response = object_pool_take(&exchange->worker->response_pool);

    response->partial = NULL;
    response->partial_length = 0;
    http_head_reset(&response->head);
    http1_parser_start_response(&response->parser, &response->head,
                                &exchange->view->settings->limits);
    exchange->response = response;
}

bool
response_is_blocked(const struct exchange *exchange)
{
    return !backlog_is_empty(&exchange->to_client) ||
           (exchange->response_pipe != NULL && exchange->response_pipe->held > 0);
}

static enum exchange_step
send_to_client(struct exchange *exchange, const char *bytes, size_t length)
{
    struct stream *stream = &exchange->client->stream;

    exchange->sent_bytes += length;
    if (!backlog_write(&exchange->to_client, stream, bytes, length)) {
        exchange_on_client_end_noted(exchange, true);
        return STEP_FINISH;
    }
    if (!backlog_is_empty(&exchange->to_client))
        stream_want_writable(stream, true);
    return STEP_RELAY;
}

/* The target has said all: its connection is free for others, even while the client still
 * reads. */
static void
target_is_done(struct exchange *exchange, bool is_clean)
{
    bool is_reusable = is_clean && exchange->target_keeps_alive && exchange->request_is_sent &&
                       !exchange->target_is_lost && !exchange->request.close_after;

    exchange->response_is_read = true;
    if (!exchange->request_is_read) {
        /* An early answer: the rest of the request is nobody's any more. */
        exchange->client->must_close = true;
    }
    exchange_release_target(exchange, is_reusable ? CONNECTION_REUSABLE : CONNECTION_DONE);
}

static enum exchange_step
complete(struct exchange *exchange)
{
    if (!backlog_is_empty(&exchange->to_client) || exchange->response_pipe != NULL)
        return STEP_RELAY;
    exchange->end = END_COMPLETE;
    return STEP_FINISH;
}

/* Sends body bytes that stand at bytes (framable in place), and notes the end of the answer. */
static enum exchange_step
pass_body(struct exchange *exchange, char *bytes, size_t length, const struct text *head)
{
    size_t payload = 0, used = 0;
    enum http1_body_result result =
        relay_gather(&exchange->response_body, bytes, length, &payload, &used);

    if (result == HTTP1_BODY_MALFORMED && exchange->response_head_sent && head == NULL)
        return exchange_fail(exchange, END_TARGET_TRUNCATED);
    if (result == HTTP1_BODY_MALFORMED)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    bool is_done = http1_body_is_done(&exchange->response_body);
    size_t out = relay_frame(&bytes, payload, exchange->client_framing, is_done);
    if (head != NULL) {
        exchange->response_head_sent = true;
        bytes -= head->length;
        memcpy(bytes, head->at, head->length);
        out += head->length;
    }
    if (is_done)
        target_is_done(exchange, used == length);
    return send_to_client(exchange, bytes, out);
}

static void
note_response(struct exchange *exchange, const struct http_head *head)
{
    struct group_counters *counters =
        &exchange->worker->counters->groups[exchange->group->group->counter_row];
    unsigned class_of_code = head->status / 100;

    exchange->target_status = (uint16_t)head->status;
    exchange->status = (uint16_t)head->status;
    if (class_of_code >= 1 && class_of_code <= 5)
        counter_add(&counters->target_codes[class_of_code - 1], 1);
    /* An early answer's first byte may have come before the request's last. */
    if (exchange->first_byte_us >= exchange->sent_us)
        counters_note_response_time(counters, exchange->first_byte_us - exchange->sent_us);
    exchange->target->window_requests++;
    if (head->status < 500)
        return;
    exchange->target->errors_5xx++;
    exchange->target->window_errors++;
    counter_add(&exchange->target->counters->codes_5xx, 1);
}

/* A target that names its keep-alive time is believed, less a margin for the way. */
static void
note_keep_alive(struct target_state *target, const struct http_head *head)
{
    uint64_t told_ms = (uint64_t)head->keep_alive_timeout_s * 1000;

    if (told_ms == 0)
        return;
    uint64_t usable_ms = told_ms > 1000 ? told_ms - 500 : told_ms / 2;
    if (usable_ms < target->keep_alive_ms)
        target->keep_alive_ms = (uint32_t)usable_ms;
}

static bool
client_may_stay(const struct exchange *exchange)
{
    const struct client *client = exchange->client;
    uint64_t age_ms = clock_ms() - client->opened_ms;

    return !client->must_close && exchange->request.keep_alive && exchange->request_is_read &&
           !exchange->worker->is_shutting_down &&
           age_ms < exchange->view->settings->attributes.client_keep_alive_ms;
}

static bool
write_head(struct exchange *exchange, const struct http_head *head, struct text *out)
{
    char cookies[STICKINESS_FIELDS_MAX];
    struct text extra = text_over(cookies, sizeof(cookies));

    stickiness_write_cookies(exchange, head, &extra);
    exchange->client_keeps_alive = client_may_stay(exchange);
    bool needs_close = head->framing != HTTP_BODY_NONE && head->framing != HTTP_BODY_LENGTH &&
                       exchange->request.minor_version == 0;
    struct forwarding_answer answer = {
        .client_minor_version = exchange->request.minor_version,
        .keep_alive = exchange->client_keeps_alive && !needs_close,
        .is_head_request = slice_equal(exchange->request.method, SLICE_LITERAL("HEAD")),
        .server_header = exchange->view->settings->attributes.server_header,
        .extra_fields = text_slice(&extra),
    };
    exchange->client_keeps_alive = answer.keep_alive;
    if (!answer.keep_alive)
        exchange->client->must_close = true;
    return forwarding_write_response(out, head, &answer, &exchange->client_framing);
}

static enum exchange_step
begin_tunnel(struct exchange *exchange, struct text *out, struct slice rest)
{
    const struct http_head *head = &exchange->response->head;

    if (!forwarding_write_interim(out, head))
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    text_add_slice(out, rest);
    note_response(exchange, head);
    response_give_back(exchange);
    exchange->response_head_sent = true;
    exchange->is_upgraded = true;
    exchange->client->must_close = true;
    exchange->response_head_us = clock_us();
    enum exchange_step next = send_to_client(exchange, out->at, out->length);
    if (next != STEP_RELAY)
        return next;
    exchange_enter(exchange, STEP_TUNNEL); /* whose patience counts from now on */
    exchange_touch(exchange);
    return STEP_TUNNEL;
}

/* 1xx: 103 and the like are passed on to clients that know them; our own 100 has been sent. */
static enum exchange_step
pass_interim(struct exchange *exchange, struct text *out)
{
    const struct http_head *head = &exchange->response->head;

    if (++exchange->interim_count > INTERIM_MAX)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    if (head->status == 100 || exchange->request.minor_version == 0)
        return STEP_RELAY;
    if (!forwarding_write_interim(out, head))
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    return send_to_client(exchange, out->at, out->length);
}

/* The final head is complete; what stands behind it belongs to the body. */
static enum exchange_step
head_is_done(struct exchange *exchange, char *body, size_t length)
{
    struct http_head *head = &exchange->response->head;
    struct text out = text_over(exchange->worker->compose, COMPOSE_BYTES);

    if (head->status == 101 && !exchange->request_is_sent)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    if (head->status == 101)
        return begin_tunnel(exchange, &out, slice_make(body, length));
    note_response(exchange, head);
    note_keep_alive(exchange->target, head);
    if (!write_head(exchange, head, &out))
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    exchange->target_keeps_alive = head->keep_alive;
    exchange->response_head_us = clock_us();
    http1_body_start(&exchange->response_body, head->framing, head->content_length);
    if (exchange->response->partial != NULL) {
        /* The body bytes stand in the partial buffer: move them where they can be framed. */
        memmove(exchange->worker->scratch, body, length);
        body = exchange->worker->scratch;
    }
    response_give_back(exchange);
    if (out.length > SCRATCH_HEADROOM - HTTP1_CHUNK_HEAD_MAX) {
        exchange->response_head_sent = true;
        enum exchange_step next = send_to_client(exchange, out.at, out.length);
        return next == STEP_RELAY ? pass_body(exchange, body, length, NULL) : next;
    }
    return pass_body(exchange, body, length, &out);
}

/* An answer's head that did not come in one piece is put together here. */
static void
keep_partial(struct exchange *exchange, const char *bytes, size_t length)
{
    struct response *response = exchange->response;
    char *old = response->partial;
    char *larger = memory_resize(NULL, response->partial_length + length, 1);

    if (old != NULL)
        memcpy(larger, old, response->partial_length);
    memcpy(larger + response->partial_length, bytes, length);
    http_head_rebase(&response->head, old != NULL ? old : bytes, larger);
    free(old);
    response->partial = larger;
    response->partial_length += length;
}

/* Feeds one head; *bytes and *length are left with what stands behind it. */
static enum http1_result
feed_head(struct exchange *exchange, char **bytes, size_t *length)
{
    size_t used = 0;

    if (exchange->response == NULL)
        response_begin(exchange);
    struct response *response = exchange->response;
    bool is_continued = response->partial != NULL;
    if (is_continued) {
        size_t before = response->partial_length;
        keep_partial(exchange, *bytes, *length);
        *bytes = response->partial + before;
    }
    enum http1_result result = http1_parser_feed(&response->parser, *bytes, *length, &used);
    if (result == HTTP1_MORE && !is_continued)
        keep_partial(exchange, *bytes, *length);
    *bytes += used;
    *length -= used;
    return result;
}

static enum exchange_step
pass_bytes(struct exchange *exchange, char *bytes, size_t length)
{
    if (exchange->response_head_sent)
        return pass_body(exchange, bytes, length, NULL);
    while (length > 0) {
        enum http1_result result = feed_head(exchange, &bytes, &length);
        const struct response *response = exchange->response;
        if (result == HTTP1_MORE)
            return STEP_RELAY;
        if (result == HTTP1_REFUSED)
            return exchange_fail(exchange, response->parser.refusal == HTTP_REFUSAL_MALFORMED
                                               ? END_TARGET_MALFORMED
                                               : END_TARGET_HEAD_TOO_LARGE);
        if (response_judge(&exchange->response->head, &exchange->request) != HTTP_REFUSAL_NONE)
            return exchange_fail(exchange, END_TARGET_MALFORMED);
        if (!response_is_interim(&response->head))
            return head_is_done(exchange, bytes, length);
        struct text out = text_over(exchange->worker->compose, COMPOSE_BYTES);
        enum exchange_step next = pass_interim(exchange, &out);
        if (next != STEP_RELAY)
            return next;
        memmove(exchange->worker->scratch, bytes, length);
        bytes = exchange->worker->scratch;
        response_give_back(exchange);
    }
    return STEP_RELAY;
}

static bool
response_can_splice(struct exchange *exchange)
{
    const struct http1_body *body = &exchange->response_body;

    if (!exchange->response_head_sent || body->framing != HTTP_BODY_LENGTH ||
        exchange->client_framing != HTTP_BODY_LENGTH || body->remaining < SPLICE_WORTH_BYTES ||
        !stream_can_splice(&exchange->client->stream) ||
        !stream_can_splice(&exchange->connection->stream))
        return false;
    exchange->response_pipe = pipe_pool_take(exchange->worker->pipes);
    return exchange->response_pipe != NULL;
}

static enum exchange_step
splice_response(struct exchange *exchange)
{
    struct http1_body *body = &exchange->response_body;
    struct stream *client = &exchange->client->stream;
    struct stream *target = &exchange->connection->stream;
    uint64_t remaining = body->remaining, moved = 0;

    enum splice_result result =
        splice_move(exchange->response_pipe, target, client, &remaining, &moved);
    exchange->sent_bytes += moved;
    http1_body_skip(body, body->remaining - remaining);
    exchange_touch(exchange);
    stream_want_writable(client, result == SPLICE_SINK_WAITS);
    if (result == SPLICE_SINK_WAITS)
        stream_pause_reading(target);
    else
        stream_resume_reading(target);
    switch (result) {
    case SPLICE_SINK_FAILED:
        exchange_on_client_end_noted(exchange, true);
        return STEP_FINISH;
    case SPLICE_SOURCE_ENDED:
    case SPLICE_SOURCE_FAILED:
        target_state_note_reset(exchange->target);
        return exchange_fail(exchange, END_TARGET_TRUNCATED);
    default:
        break;
    }
    if (!http1_body_is_done(body) || exchange->response_pipe->held > 0)
        return STEP_RELAY;
    pipe_pool_give_back(exchange->worker->pipes, &exchange->response_pipe);
    target_is_done(exchange, true);
    return STEP_RELAY;
}

/* The target sent its end: the proper one of a body until close, or too early. */
static enum exchange_step
target_ended(struct exchange *exchange, bool has_failed)
{
    char *bytes = exchange->worker->scratch;

    if (!exchange->response_has_begun)
        return exchange_target_lost(exchange, END_TARGET_CLOSED);
    if (!exchange->response_head_sent)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    if (has_failed || !http1_body_may_end_here(&exchange->response_body)) {
        target_state_note_reset(exchange->target);
        return exchange_fail(exchange, END_TARGET_TRUNCATED);
    }
    target_is_done(exchange, false);
    size_t length = relay_frame(&bytes, 0, exchange->client_framing, true);
    return send_to_client(exchange, bytes, length);
}

static enum exchange_step
read_response(struct exchange *exchange)
{
    char *bytes = exchange->worker->scratch;

    size_t most = exchange->response_head_sent ? SCRATCH_BYTES : FIRST_RESPONSE_READ_BYTES;

    ssize_t got = stream_read(&exchange->connection->stream, bytes, most);
    if (got == STREAM_WAIT && !exchange->target_is_lost)
        return STEP_RELAY;
    if (got <= 0)
        return target_ended(exchange, got != 0);
    if (!exchange->response_has_begun) {
        exchange->response_has_begun = true;
        exchange->first_byte_us = clock_us();
    }
    exchange_touch(exchange);
    return pass_bytes(exchange, bytes, (size_t)got);
}

/* The body behind a first read that took all it could has most likely come as well. */
static enum exchange_step
read_and_go_on(struct exchange *exchange)
{
    enum exchange_step next = read_response(exchange);

    if (next != STEP_RELAY || exchange->response_is_read || response_is_blocked(exchange) ||
        exchange->response_head_us != clock_us() || !response_can_splice(exchange))
        return next;
    return splice_response(exchange);
}

enum exchange_step
relay_response(struct exchange *exchange)
{
    enum exchange_step next = STEP_RELAY;
    bool was_readable = exchange->target_is_readable;

    exchange->target_is_readable = false;
    if (exchange->response_is_read)
        return complete(exchange);
    if (exchange->response_pipe != NULL) {
        next = splice_response(exchange);
    } else if (response_is_blocked(exchange)) {
        if (was_readable)
            stream_pause_reading(&exchange->connection->stream);
    } else {
        stream_resume_reading(&exchange->connection->stream);
        if (was_readable && response_can_splice(exchange))
            next = splice_response(exchange);
        else if (was_readable || exchange->target_is_lost)
            next = read_and_go_on(exchange);
    }
    if (next == STEP_RELAY && exchange->response_is_read)
        return complete(exchange);
    return next;
}
