/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target was lost before it answered: whether the request may go to another one, at once or
 * when a doubt is over (STEP_DOUBT).
 */
#include "http/request_judge.h"
#include "worker/exchange/doubt.h"
#include "worker/exchange/exchange.h"
#include "worker/exchange/pause.h"
#include "worker/shared/context.h"

/* RFC 9110 9.2.2: safe where nothing reached the target, or where a second time does no harm.
 */
static bool
may_replay(const struct exchange *exchange)
{
    if (exchange->response_state >= RESPONSE_BEGUN || !exchange->body_is_held)
        return false;
    return exchange->nothing_was_sent || request_is_idempotent(&exchange->request);
}

/*
 * A refused connection or stream was no work for anybody, so that the next target gets the
 * request for the first time: this is not what the budget is for. To ask all of them again is:
 * see step_pause.
 */
static enum exchange_step
try_again(struct exchange *exchange)
{
    bool was_refused =
        exchange->last_failure == END_CONNECT_FAILED || exchange->was_unprocessed;

    if (!may_replay(exchange) || (!was_refused && !exchange_spend_retry(exchange)))
        return exchange_fail(exchange, exchange->last_failure);
    if (exchange->request_state == REQUEST_SENT)
        exchange->request_state = REQUEST_READ;
    if (exchange->attempts < EXCHANGE_ATTEMPTS_MAX)
        return STEP_CHOOSE_TARGET;
    return pause_is_wanted(exchange) ? STEP_PAUSE : doubt_or_fail(exchange);
}

enum exchange_step
exchange_target_lost(struct exchange *exchange, enum end_reason reason)
{
    bool was_connecting = exchange->step == STEP_CONNECT;
    bool has_begun = exchange->response_state >= RESPONSE_BEGUN;

    bool has_doubt = !was_connecting && !exchange->nothing_was_sent && doubt_is_left(exchange);
    /* A kept connection may die of its age: only a new one's end speaks against the target. */
    if (!was_connecting && exchange->link->is_reused && !has_begun)
        exchange->second_chance = exchange->target->id;
    else if (!was_connecting)
        target_state_note_reset(exchange->target);
    if (has_begun)
        return exchange_fail(exchange, exchange->response_state >= RESPONSE_HEAD_SENT
                                           ? END_TARGET_TRUNCATED
                                           : END_TARGET_MALFORMED);
    exchange_release_target(exchange, LINK_BROKEN);
    exchange->last_failure = reason; /* its end, when no other target is left */
    return has_doubt ? STEP_DOUBT : try_again(exchange);
}

enum exchange_step
exchange_target_declined(struct exchange *exchange)
{
    WORKER_COUNT(exchange->worker, HTTP2_TARGET_UNPROCESSED);
    exchange->nothing_was_sent = true;
    exchange->was_unprocessed = true;
    exchange->second_chance = exchange->target->id;
    exchange_release_target(exchange, LINK_BROKEN);
    exchange->last_failure = END_TARGET_CLOSED;
    return try_again(exchange);
}

enum exchange_step
step_doubt(struct exchange *exchange)
{
    if (doubt_is_over(exchange)) {
        exchange_leave_line(exchange);
        exchange_new_round(exchange);
        exchange->nothing_was_sent = true;
        exchange->doubts++;
        return try_again(exchange);
    }
    if (exchange->line == NULL)
        exchange_join_line(exchange, &exchange->worker->doubted);
    return STEP_WAIT;
}
