/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of steps: what each does, how long it may wait, and what it means that this has
 * been too long, as the rows of exchange_steps.def say.
 */
#include "worker/exchange/exchange_run.h"

#include "worker/exchange/doubt.h"
#include "worker/exchange/hold.h"
#include "worker/exchange/pause.h"
#include "worker/exchange/relay_state.h"

static bool
waits_for_request_body(const struct exchange *exchange)
{
    return exchange->request_state < REQUEST_READ &&
           exchange->response_state < RESPONSE_BEGUN && !request_is_blocked(exchange);
}

/* An answer waits for its client. */
static unsigned
stall_timeout_ms(const struct exchange *exchange)
{
    unsigned stall_ms = exchange->carrier->stall_ms;

    return stall_ms != 0 ? stall_ms : exchange->balancer->attributes.idle_timeout_ms;
}

/* In the middle of the relay it depends on who keeps the other waiting. */
static unsigned
relay_timeout_ms(const struct exchange *exchange)
{
    const struct snapshot_balancer *settings = exchange->balancer;

    if (response_is_blocked(exchange))
        return stall_timeout_ms(exchange);
    if (waits_for_request_body(exchange))
        return settings->timeouts.client_body_ms;
    return settings->timeouts.target_response_ms;
}

static enum exchange_step
relay_passed(struct exchange *exchange)
{
    if (response_is_blocked(exchange))
        return exchange_fail(exchange, END_CLIENT_WRITE_TIMEOUT);
    if (waits_for_request_body(exchange))
        return exchange_fail(exchange, END_CLIENT_BODY_TIMEOUT);
    return exchange_fail(exchange, exchange->response_state >= RESPONSE_HEAD_SENT
                                       ? END_TARGET_TRUNCATED
                                       : END_TARGET_TIMEOUT);
}

static unsigned
rest_timeout_ms(const struct exchange *exchange)
{
    const struct snapshot_balancer *settings = exchange->balancer;

    return response_is_blocked(exchange) ? stall_timeout_ms(exchange)
                                         : settings->timeouts.client_body_ms;
}

/* That a target which has answered reads no further is its own affair. */
static enum exchange_step
rest_passed(struct exchange *exchange)
{
    if (response_is_blocked(exchange))
        return exchange_fail(exchange, END_CLIENT_WRITE_TIMEOUT);
    exchange->end = request_is_blocked(exchange) ? END_COMPLETE : END_CLIENT_BODY_TIMEOUT;
    return STEP_FINISH;
}

static uint64_t
connect_timeout_ms(const struct exchange *exchange)
{
    const struct config_timeouts *timeouts = &exchange->balancer->timeouts;

    if (exchange->group->group->protocol != PROTOCOL_HTTPS)
        return timeouts->target_connect_ms;
    return timeouts->target_connect_ms + timeouts->target_tls_handshake_ms;
}

static enum exchange_step
connect_passed(struct exchange *exchange)
{
    target_state_note_connect_failure(exchange->target);
    return exchange_target_lost(exchange, END_CONNECT_TIMEOUT);
}

static enum exchange_step
tunnel_passed(struct exchange *exchange)
{
    exchange->end = END_TUNNEL_IDLE;
    return STEP_FINISH;
}

static enum exchange_step
answer_passed(struct exchange *exchange)
{
    exchange->carrier->must_close = true;
    return STEP_FINISH;
}

/* One pair of functions a row. */
#define EXCHANGE_STEP(id, function, timeout_ms, passed, text)                                  \
    static uint64_t timeout_of_##function(const struct exchange *exchange)                     \
    {                                                                                          \
        const struct snapshot_balancer *settings = exchange->balancer;                         \
        (void)settings;                                                                        \
        return (timeout_ms);                                                                   \
    }                                                                                          \
                                                                                               \
    static enum exchange_step passed_##function(struct exchange *exchange)                     \
    {                                                                                          \
        (void)exchange;                                                                        \
        return (passed);                                                                       \
    }
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP

const struct exchange_row exchange_rows[STEP_COUNT] = {

#define EXCHANGE_STEP(id, function, timeout_ms, passed, text)                                  \
    [STEP_##id] = {step_##function, timeout_of_##function, passed_##function, #id, text},
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP
};
