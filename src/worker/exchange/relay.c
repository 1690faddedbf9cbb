/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_RELAY: one call serves whatever is possible now in either direction. The request's half
 * stands here, the response's in relay_response.c.
 */
#include "worker/exchange/relay.h"

#include "base/check.h"
#include "base/clock.h"
#include "worker/exchange/exchange.h"
#include "worker/exchange/relay_response.h"

void
relay_add_piece(struct text *out, enum http_framing framing, struct slice payload)
{
    char head[HTTP1_CHUNK_HEAD_MAX];

    if (framing == HTTP_BODY_CHUNKED) {
        text_add_bytes(out, head, http1_write_chunk_head(head, payload.length));
        text_add_slice(out, payload);
        text_add_literal(out, HTTP1_CHUNK_TAIL);
    } else {
        text_add_slice(out, payload);
    }
}

enum http1_body_result
relay_gather(struct http1_body *body, char *bytes, size_t length, size_t *payload, size_t *used)
{
    enum http1_body_result result = HTTP1_BODY_MORE;
    size_t at = 0;

    *payload = 0;
    while (at < length || http1_body_is_done(body)) {
        struct slice span = SLICE_NONE;
        size_t taken = 0;
        result = http1_body_next(body, slice_make(bytes + at, length - at), &taken, &span);
        if (result == HTTP1_BODY_SPAN && span.at != bytes + *payload)
            memmove(bytes + *payload, span.at, span.length);
        *payload += result == HTTP1_BODY_SPAN ? span.length : 0;
        at += taken;
        if (result == HTTP1_BODY_DONE || result == HTTP1_BODY_MALFORMED)
            break;
    }
    *used = at;
    return result;
}

size_t
relay_frame(char **bytes, size_t payload, enum http_framing framing, bool is_last)
{
    char head[HTTP1_CHUNK_HEAD_MAX];
    char *end = *bytes + payload;

    if (framing != HTTP_BODY_CHUNKED)
        return payload;
    if (payload > 0) {
        size_t length = http1_write_chunk_head(head, payload);
        *bytes -= length;
        memcpy(*bytes, head, length);
        memcpy(end, HTTP1_CHUNK_TAIL, sizeof(HTTP1_CHUNK_TAIL) - 1);
        end += sizeof(HTTP1_CHUNK_TAIL) - 1;
    }
    if (is_last) {
        memcpy(end, HTTP1_CHUNK_END, sizeof(HTTP1_CHUNK_END) - 1);
        end += sizeof(HTTP1_CHUNK_END) - 1;
    }
    return (size_t)(end - *bytes);
}

bool
request_is_blocked(const struct exchange *exchange)
{
    return !backlog_is_empty(&exchange->to_target) ||
           (exchange->request_pipe != NULL && exchange->request_pipe->held > 0);
}

static void
request_bytes_were_sent(struct exchange *exchange)
{
    if (backlog_is_empty(&exchange->to_target)) {
        exchange->request_is_sent = exchange->request_is_read;
        exchange->sent_us = clock_us();
    } else {
        stream_want_writable(&exchange->connection->stream, true);
    }
    exchange_touch(exchange);
}

static bool
request_can_splice(struct exchange *exchange)
{
    const struct http1_body *body = &exchange->request_body;

    if (body->framing != HTTP_BODY_LENGTH || body->remaining < SPLICE_WORTH_BYTES ||
        !stream_can_splice(&exchange->client->stream) ||
        !stream_can_splice(&exchange->connection->stream))
        return false;
    exchange->request_pipe = pipe_pool_take(exchange->worker->pipes);
    return exchange->request_pipe != NULL;
}

static enum exchange_step
splice_request(struct exchange *exchange)
{
    struct http1_body *body = &exchange->request_body;
    struct stream *target = &exchange->connection->stream;
    uint64_t remaining = body->remaining, moved = 0;

    exchange->body_is_held = false;
    enum splice_result result = splice_move(exchange->request_pipe, &exchange->client->stream,
                                            target, &remaining, &moved);
    exchange->received_bytes += body->remaining - remaining;
    http1_body_skip(body, body->remaining - remaining);
    exchange->request_is_read = http1_body_is_done(body);
    exchange_touch(exchange);
    stream_want_writable(target, result == SPLICE_SINK_WAITS);
    if (result == SPLICE_SINK_WAITS)
        stream_pause_reading(&exchange->client->stream);
    else
        stream_resume_reading(&exchange->client->stream);
    if (result == SPLICE_SINK_FAILED)
        exchange->target_is_lost = true;
    if (result == SPLICE_SOURCE_ENDED || result == SPLICE_SOURCE_FAILED) {
        exchange_on_client_end_noted(exchange, result == SPLICE_SOURCE_FAILED);
        return STEP_FINISH;
    }
    if (exchange->request_is_read && exchange->request_pipe->held == 0) {
        exchange->request_is_sent = true;
        exchange->sent_us = clock_us();
        pipe_pool_give_back(exchange->worker->pipes, &exchange->request_pipe);
    }
    return STEP_RELAY;
}

bool
relay_body_is_too_large(const struct exchange *exchange)
{
    uint64_t most = exchange->view->settings->limits.body_bytes;

    return most != 0 && exchange->request_body.payload_bytes > most;
}

static enum exchange_step
read_request(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    char *bytes = worker->scratch;
    size_t payload = 0, used = 0;

    ssize_t got = stream_read(&exchange->client->stream, bytes, SCRATCH_BYTES);
    if (got == STREAM_WAIT)
        return STEP_RELAY;
    if (got <= 0) {
        exchange_on_client_end_noted(exchange, got != 0);
        return STEP_FINISH;
    }
    exchange->body_is_held = false;
    exchange->received_bytes += (uint64_t)got;
    enum http1_body_result result =
        relay_gather(&exchange->request_body, bytes, (size_t)got, &payload, &used);
    if (result == HTTP1_BODY_MALFORMED)
        return exchange_refuse(exchange, HTTP_REFUSAL_MALFORMED);
    if (relay_body_is_too_large(exchange))
        return exchange_refuse(exchange, HTTP_REFUSAL_BODY_TOO_LARGE);
    exchange->request_is_read = http1_body_is_done(&exchange->request_body);
    if (used < (size_t)got) {
        /* A pipelined request begins behind the body. */
        exchange->received_bytes -= (uint64_t)got - used;
        client_keep_rest(exchange->client, bytes + used, (size_t)got - used);
    }
    size_t length =
        relay_frame(&bytes, payload, exchange->request.framing, exchange->request_is_read);
    if (!backlog_write(&exchange->to_target, &exchange->connection->stream, bytes, length))
        exchange->target_is_lost = true;
    request_bytes_were_sent(exchange);
    return STEP_RELAY;
}

/* The request's half: STEP_RELAY when it is well, else where to go on. */
static enum exchange_step
relay_request(struct exchange *exchange)
{
    bool was_readable = exchange->client_is_readable;

    exchange->client_is_readable = false;
    if (exchange->connection == NULL || exchange->target_is_lost) {
        /* Answered early, or never: what the client still sends is nobody's any more. */
        if (was_readable)
            stream_pause_reading(&exchange->client->stream);
        return STEP_RELAY;
    }
    if (exchange->request_is_read) {
        if (exchange->request_pipe != NULL)
            return splice_request(exchange);
        if (backlog_is_empty(&exchange->to_target))
            exchange->request_is_sent = true;
        return STEP_RELAY;
    }
    if (request_is_blocked(exchange) && exchange->request_pipe == NULL) {
        if (was_readable)
            stream_pause_reading(&exchange->client->stream);
        return STEP_RELAY;
    }
    if (exchange->request_pipe != NULL || (was_readable && request_can_splice(exchange)))
        return splice_request(exchange);
    stream_resume_reading(&exchange->client->stream);
    return was_readable ? read_request(exchange) : STEP_RELAY;
}

enum exchange_step
step_relay(struct exchange *exchange)
{
    enum exchange_step next = relay_request(exchange);

    if (next == STEP_RELAY)
        next = relay_response(exchange);
    return next == STEP_RELAY ? STEP_WAIT : next;
}
