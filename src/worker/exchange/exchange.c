/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all steps use: the ways to an end, letting go of a target, the timer, and how an
 * exchange shows itself to the rules. The steps stand above this file, the runner
 * (exchange_run.c) above them.
 */
#include "worker/exchange/exchange.h"

#include "base/clock.h"
#include "ipc/route.h"
#include "worker/balancing/stickiness.h"
#include "worker/exchange/splice.h"
#include "worker/shared/context.h"
#include "worker/targets/retry_budget.h"

/* A client that said it would send no more may half-close; another one gets this long. */
#define HALF_CLOSE_GRACE_MS 250

/* The client has sent its end though it wanted to keep the connection: it has most likely gone.
 */
bool
exchange_client_seems_gone(const struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;

    return carrier->has_ended && exchange->request.keep_alive &&
           exchange->step != STEP_TUNNEL && exchange->step != STEP_REST && !carrier->is_blocked;
}

void
exchange_touch(struct exchange *exchange)
{
    uint64_t timeout_ms = exchange_client_seems_gone(exchange)
                              ? HALF_CLOSE_GRACE_MS
                              : exchange->row->timeout_ms(exchange);

    timer_set(&exchange->timer, exchange->worker->loop, timeout_ms);
}

void
exchange_join_line(struct exchange *exchange, struct exchange_line *line)
{
    exchange->line = line;
    TAILQ_INSERT_TAIL(&line->exchanges, exchange, line_entry);
    line->count++;
    line->bytes += exchange->line_bytes;
    if (line->gauge != NULL) {
        counter_add(line->gauge, 1);
        counter_add(line->bytes_gauge, exchange->line_bytes);
    }
    exchange_touch(exchange);
}

void
exchange_leave_line(struct exchange *exchange)
{
    struct exchange_line *line = exchange->line;

    if (line == NULL)
        return;
    TAILQ_REMOVE(&line->exchanges, exchange, line_entry);
    line->count--;
    line->bytes -= exchange->line_bytes;
    if (line->gauge != NULL) {
        counter_add(line->gauge, (uint64_t)-1);
        counter_add(line->bytes_gauge, -(uint64_t)exchange->line_bytes);
    }
    exchange->line_bytes = 0;
    exchange->line = NULL;
}

void
exchange_release_target(struct exchange *exchange, enum target_link_outcome outcome)
{
    pipe_pool_give_back(exchange->worker->pipes, &exchange->response_pipe);
    if (exchange->link != NULL)
        exchange->link->kind->give_back(exchange->link, outcome);
    exchange->link = NULL;
    target_state_end(exchange->worker, &exchange->target);
    exchange->events.target_is_readable = false;
    exchange->events.target_is_lost = false;
    exchange->events.connect_has_ended = false;
}

void
exchange_target_done(struct exchange *exchange, bool is_clean)
{
    bool is_reusable = is_clean && exchange->request_state == REQUEST_SENT &&
                       !exchange->events.target_is_lost && !exchange->request.close_after;

    exchange->response_state = RESPONSE_READ;
    if (exchange->request_state < REQUEST_READ)
        exchange->carrier->must_close = true;
    /* An early answer: who gave it may want the rest of the request nevertheless. */
    if (exchange->request_state < REQUEST_SENT && is_clean && !exchange->events.target_is_lost)
        return;
    exchange_release_target(exchange, is_reusable ? LINK_REUSABLE : LINK_DONE);
}

enum exchange_step
exchange_fail(struct exchange *exchange, enum end_reason reason)
{
    exchange->end = reason;
    if (exchange->response_state < RESPONSE_HEAD_SENT) {
        exchange->status = 0; /* a target's, whose head was good but not what followed */
        return STEP_ANSWER;
    }
    /* The client can notice: a chunked answer lacks its end, a counted one its bytes. */
    exchange->carrier->must_close = true;
    if (exchange->response_state < RESPONSE_READ || exchange->carrier->is_blocked)
        exchange->carrier->kind->cut(exchange->carrier);
    return STEP_FINISH;
}

static const uint8_t refusal_ends[HTTP_REFUSAL_COUNT] = {

#define HTTP_REFUSAL(id, status, end, text) [HTTP_REFUSAL_##id] = END_##end,
#include "http/refusals.def"
#undef HTTP_REFUSAL
};

enum exchange_step
exchange_refuse(struct exchange *exchange, enum http_refusal refusal)
{
    enum exchange_step next = exchange_fail(exchange, refusal_ends[refusal]);

    exchange->carrier->must_close = true;
    if (next == STEP_ANSWER)
        exchange->status = (uint16_t)http_refusal_status(refusal);
    return next;
}

void
exchange_on_client_end_noted(struct exchange *exchange, bool has_failed)
{
    exchange->carrier->has_ended = true;
    exchange->carrier->must_close = true;
    exchange->end = exchange->step == STEP_TUNNEL ? END_TUNNEL_CLOSED : END_CLIENT_GONE;
    if (exchange->step == STEP_REST && !exchange->carrier->is_blocked)
        exchange->end = END_COMPLETE; /* it has its answer */
    if (exchange->request_state > REQUEST_HEAD_COMES && exchange->status == 0)
        exchange->status = has_failed || exchange->request_state >= REQUEST_READ ? 460 : 400;
}

bool
exchange_spend_retry(struct exchange *exchange)
{
    if (retry_budget_spend(exchange->group->state))
        return true;
    WORKER_COUNT(exchange->worker, RETRIES_DENIED);
    return false;
}

void
exchange_new_round(struct exchange *exchange)
{
    exchange->attempts_before += exchange->attempts;
    exchange->attempts = 0;
}

void
exchange_route_request(const struct exchange *exchange, struct route_request *out)
{
    const struct http_head *request = &exchange->request;

    *out = (struct route_request){
        .method = request->method,
        .host = request->host_name,
        .path = request->path,
        .query = request->query,
        .source = *origin_client(exchange),
        .field = origin_next_field,
        .argument = exchange,
    };
}

void
exchange_stickiness(const struct exchange *exchange, struct stickiness *out)
{
    *out = (struct stickiness){exchange->worker, &exchange->request,
                               exchange->view,   exchange->choice_view,
                               exchange->group,  exchange->balancer->name};
}
