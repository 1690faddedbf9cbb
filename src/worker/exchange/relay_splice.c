/* SPDX-License-Identifier: Apache-2.0 */
/* Both directions of the relay's pipes. */
#include "worker/exchange/relay_splice.h"

#include "base/clock.h"
#include "worker/exchange/splice.h"
#include "worker/shared/context.h"

static bool
take_pipe(struct exchange *exchange, uint64_t counted, struct splice_pipe **pipe)
{
    if (counted < SPLICE_WORTH_BYTES ||
        exchange->carrier->kind->stream(exchange->carrier) == NULL ||
        exchange->link->kind->stream(exchange->link) == NULL)
        return false;
    *pipe = pipe_pool_take(exchange->worker->pipes);
    return *pipe != NULL;
}

bool
relay_splice_takes_request(struct exchange *exchange)
{
    return take_pipe(exchange, exchange->carrier->kind->counted(exchange->carrier),
                     &exchange->request_pipe);
}

bool
relay_splice_takes_response(struct exchange *exchange)
{
    return exchange->response_state >= RESPONSE_HEAD_SENT &&
           exchange->answer_framing == HTTP_BODY_LENGTH &&
           take_pipe(exchange, exchange->link->kind->counted(exchange->link),
                     &exchange->response_pipe);
}

enum exchange_step
relay_splice_request(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct stream *source = carrier->kind->stream(carrier);
    struct stream *sink = exchange->link->kind->stream(exchange->link);
    uint64_t counted = carrier->kind->counted(carrier), remaining = counted, moved = 0;

    exchange->body_is_held = false;
    enum splice_result result =
        splice_move(exchange->request_pipe, source, sink, &remaining, &moved);
    exchange->received_bytes += counted - remaining;
    exchange->payload_bytes += counted - remaining;
    carrier->kind->skip(carrier, counted - remaining);
    if (remaining == 0)
        exchange->request_state = REQUEST_READ;
    exchange_touch(exchange);
    stream_want_writable(sink, result == SPLICE_SINK_WAITS);
    carrier_pause(carrier, result == SPLICE_SINK_WAITS);
    if (result == SPLICE_SINK_FAILED)
        exchange->events.target_is_lost = true;
    if (result == SPLICE_SOURCE_ENDED || result == SPLICE_SOURCE_FAILED) {
        exchange_on_client_end_noted(exchange, result == SPLICE_SOURCE_FAILED);
        return STEP_FINISH;
    }
    if (remaining == 0 && exchange->request_pipe->held == 0) {
        exchange->request_state = REQUEST_SENT;
        exchange->sent_us = clock_us();
        pipe_pool_give_back(exchange->worker->pipes, &exchange->request_pipe);
    }
    return STEP_RELAY;
}

enum exchange_step
relay_splice_response(struct exchange *exchange)
{
    struct target_link *link = exchange->link;
    struct stream *source = link->kind->stream(link);
    struct stream *sink = exchange->carrier->kind->stream(exchange->carrier);
    uint64_t counted = link->kind->counted(link), remaining = counted, moved = 0;

    enum splice_result result =
        splice_move(exchange->response_pipe, source, sink, &remaining, &moved);
    exchange->sent_bytes += moved;
    link->kind->skip(link, counted - remaining);
    exchange_touch(exchange);
    stream_want_writable(sink, result == SPLICE_SINK_WAITS);
    target_link_pause(link, result == SPLICE_SINK_WAITS);
    if (result == SPLICE_SINK_FAILED) {
        exchange_on_client_end_noted(exchange, true);
        return STEP_FINISH;
    }
    if (result == SPLICE_SOURCE_ENDED || result == SPLICE_SOURCE_FAILED) {
        target_state_note_reset(exchange->target);
        return exchange_fail(exchange, END_TARGET_TRUNCATED);
    }
    if (remaining > 0 || exchange->response_pipe->held > 0)
        return STEP_RELAY;
    pipe_pool_give_back(exchange->worker->pipes, &exchange->response_pipe);
    exchange_target_done(exchange, true);
    return STEP_RELAY;
}
