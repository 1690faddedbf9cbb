/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of an exchange up to its rule: reading the head, judging it, routing it.
 */
#include "worker/exchange/exchange.h"

#include "base/clock.h"
#include "http/forwarding.h"
#include "http/grpc.h"
#include "http/request_judge.h"
#include "ipc/access_record.h"
#include "ipc/route.h"
#include "worker/balancing/stickiness.h"
#include "worker/exchange/acme.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"

static bool
has_no_body(const struct http_head *request)
{
    return request->framing == HTTP_BODY_NONE ||
           (request->framing == HTTP_BODY_LENGTH && request->content_length == 0);
}

static enum exchange_step
judge(struct exchange *exchange)
{
    const struct snapshot_settings *settings = exchange->view->settings;
    struct http_head *request = &exchange->request;

    exchange->request_state = REQUEST_BODY_COMES;
    exchange->head_us = clock_us();
    WORKER_COUNT(exchange->worker, REQUESTS_BEGUN);
    enum http_refusal refusal =
        request_judge(request, &exchange->balancer->attributes, &settings->limits);
    if (exchange->balancer->trusted_sources.count != 0)
        origin_ask(exchange);
    if (__builtin_expect(settings->renamed_fields.length != 0, 0))
        origin_drop_renamed(exchange);
    if (refusal == HTTP_REFUSAL_NONE)
        refusal = forwarding_check_request(request, &exchange->balancer->attributes);
    if (exchange->carrier->is_http2 && grpc_is_call(request))
        WORKER_COUNT(exchange->worker, GRPC_REQUESTS);
    if (request->desync != DESYNC_REASON_NONE)
        WORKER_COUNT(exchange->worker, DESYNC_REQUESTS);
    if (request->has_dropped)
        WORKER_COUNT(exchange->worker, DROPPED_FIELDS);
    if (refusal != HTTP_REFUSAL_NONE)
        return exchange_refuse(exchange, refusal);
    if (!request->keep_alive || request->close_after)
        exchange->carrier->must_close = true;
    if (has_no_body(request))
        exchange->request_state = REQUEST_READ;
    return STEP_ROUTE;
}

enum exchange_step
step_read_head(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    enum http_refusal refusal = HTTP_REFUSAL_NONE;
    enum carrier_result result = carrier->kind->read_head(carrier, &refusal);

    if (result == CARRIER_DONE)
        return judge(exchange);
    if (result == CARRIER_REFUSED) {
        WORKER_COUNT(exchange->worker, REQUESTS_BEGUN);
        return exchange_refuse(exchange, refusal);
    }
    /* The time for the whole head runs from its first byte: trickling does not extend it. */
    if (!timer_is_set(&exchange->timer))
        exchange_touch(exchange);
    return STEP_WAIT;
}

/* The client waits with its body for a word; the ALB gives it at once, and so do we. */
static bool
send_continue(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;

    if (!exchange->request.wants_continue || exchange->request_state >= REQUEST_READ)
        return true;
    return carrier->kind->send_interim(carrier, NULL) == CARRIER_DONE;
}

enum exchange_step
step_route(struct exchange *exchange)
{
    const struct snapshot *snapshot = exchange->view->snapshot;
    uint32_t listener = listener_index(exchange->carrier->listener, exchange->view);
    struct route_request request;

    if (listener == SNAPSHOT_NO_INDEX)
        return exchange_fail(exchange, END_SHUTDOWN);
    exchange_route_request(exchange, &request);
    if (__builtin_expect(snapshot_challenge_count(snapshot) != 0, 0)) {
        exchange->challenge = acme_challenge_of(snapshot, listener, &request);
        if (exchange->challenge != SNAPSHOT_NO_INDEX) {
            exchange->action = ACCESS_FIXED_RESPONSE;
            exchange->end = END_ACME_CHALLENGE;
            return STEP_ANSWER;
        }
    }
    exchange->rule = route(snapshot, listener, &request);
    if (exchange->rule == ROUTE_TOO_COSTLY) {
        counter_add(&exchange->worker->counters->evaluations_elsewhere, 1);
        return exchange_refuse(exchange, HTTP_REFUSAL_HEAD_TOO_LARGE);
    }
    const struct snapshot_rule *rule = snapshot_rule(snapshot, exchange->rule);
    const struct snapshot_action *action = snapshot_action(snapshot, rule->action);
    counter_add(&exchange->worker->counters->rules[rule->counter_row].requests, 1);
    exchange->rule_action = action;
    if (action->type == ACTION_FIXED_RESPONSE) {
        exchange->action = ACCESS_FIXED_RESPONSE;
        exchange->end = END_FIXED_RESPONSE;
        WORKER_COUNT(exchange->worker, FIXED_RESPONSES);
        return STEP_ANSWER;
    }
    if (action->type == ACTION_REDIRECT) {
        exchange->action = ACCESS_REDIRECT;
        exchange->end = END_REDIRECT;
        WORKER_COUNT(exchange->worker, REDIRECTS);
        return STEP_ANSWER;
    }
    exchange->action = ACCESS_FORWARD;
    if (!send_continue(exchange)) {
        exchange->end = END_CLIENT_GONE;
        exchange->status = 460;
        return STEP_FINISH;
    }
    return STEP_CHOOSE_TARGET;
}
