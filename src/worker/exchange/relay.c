/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_RELAY: one call serves whatever is possible now in either direction. The request's half
 * stands here, the response's in relay_response.c. Large counted bodies go through the kernel
 * where both sides have a plain stream (relay_splice.c).
 */
#include "base/clock.h"
#include "worker/exchange/relay_response.h"
#include "worker/exchange/relay_splice.h"
#include "worker/exchange/relay_state.h"
#include "worker/exchange/splice.h"

static void
send_to_target(struct exchange *exchange, const struct carrier_body *body)
{
    const struct target_link_kind *kind = exchange->link->kind;

    if (!kind->send_body(exchange->link, body))
        exchange->events.target_is_lost = true;
    if (!exchange->link->is_blocked) {
        if (body->is_last)
            exchange->request_state = REQUEST_SENT;
        exchange->sent_us = clock_us();
    }
    exchange_touch(exchange);
}

static enum exchange_step
read_request(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct carrier_body body;

    enum carrier_result result = carrier->kind->read_body(carrier, &body);
    if (result == CARRIER_WAIT)
        return STEP_RELAY;
    if (result == CARRIER_ENDED || result == CARRIER_FAILED) {
        exchange_on_client_end_noted(exchange, result == CARRIER_FAILED);
        return STEP_FINISH;
    }
    exchange->body_is_held = exchange->body_is_held && body.is_held;
    exchange->first_write = SIZE_MAX;
    if (result == CARRIER_REFUSED)
        return exchange_refuse(exchange, HTTP_REFUSAL_MALFORMED);
    exchange->payload_bytes += body.length;
    if (relay_body_is_too_large(exchange))
        return exchange_refuse(exchange, HTTP_REFUSAL_BODY_TOO_LARGE);
    if (body.is_last)
        exchange->request_state = REQUEST_READ;
    send_to_target(exchange, &body);
    return STEP_RELAY;
}

/* The request's half: STEP_RELAY when it is well, else where to go on. */
static enum exchange_step
relay_request(struct exchange *exchange)
{
    bool was_readable = exchange->events.client_is_readable;

    exchange->events.client_is_readable = false;
    if (exchange->request_state == REQUEST_SENT)
        return STEP_RELAY;
    if (exchange->link == NULL || exchange->events.target_is_lost) {
        /* Answered early, or never: what the client still sends is nobody's any more. */
        if (was_readable)
            carrier_pause(exchange->carrier, true);
        return STEP_RELAY;
    }
    if (exchange->request_pipe != NULL)
        return relay_splice_request(exchange);
    if (exchange->request_state == REQUEST_READ) {
        if (!request_is_blocked(exchange))
            exchange->request_state = REQUEST_SENT;
        return STEP_RELAY;
    }
    if (request_is_blocked(exchange)) {
        if (was_readable)
            carrier_pause(exchange->carrier, true);
        return STEP_RELAY;
    }
    if (was_readable && relay_splice_takes_request(exchange))
        return relay_splice_request(exchange);
    carrier_pause(exchange->carrier, false);
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

/* Its end, or more than its answer: whatever it says now is not for this client. */
static bool
target_turned_away(struct exchange *exchange)
{
    struct target_link_answer answer = {0};
    bool was_readable = exchange->events.target_is_readable;

    exchange->events.target_is_readable = false;
    return exchange->events.target_is_lost ||
           (was_readable && exchange->link->kind->read(exchange->link, &answer) != LINK_WAIT);
}

/*
 * The client has its answer, or gets it, and is still sending. As long as the target keeps its
 * connection it may be reading: an upload that it has accepted with the first bytes is its own.
 */
enum exchange_step
step_rest(struct exchange *exchange)
{
    enum exchange_step next = relay_request(exchange);

    if (next != STEP_RELAY)
        return next;
    if (exchange->link != NULL && exchange->request_state == REQUEST_SENT)
        exchange_release_target(exchange, LINK_DONE);
    else if (exchange->link != NULL && target_turned_away(exchange))
        exchange_release_target(exchange, LINK_BROKEN);
    if (!exchange->is_resting) {
        exchange->is_resting = true;
        exchange_touch(exchange);
    }
    if (exchange->link != NULL || response_is_blocked(exchange))
        return STEP_WAIT;
    exchange->end = END_COMPLETE;
    return STEP_FINISH;
}
