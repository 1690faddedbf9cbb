/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of the step table, the beginning and end of an exchange, and what its callbacks
 * note. Start reading at exchange_begin; the steps stand in the files that exchange.h names.
 */
#include "worker/exchange/exchange.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "worker/exchange/doubt.h"
#include "worker/exchange/access_reporter.h"
#include "worker/exchange/hold.h"
#include "worker/listeners/listener.h"
#include "worker/exchange/pause.h"
#include "worker/exchange/relay.h"
#include "worker/exchange/relay_response.h"
#include "worker/exchange/reply.h"

#define TAG 0xe8c4a26e

static const struct {
    enum exchange_step (*run)(struct exchange *exchange);
    const char *name, *text;
} steps[STEP_COUNT] = {

#define EXCHANGE_STEP(id, function, text) [STEP_##id] = {step_##function, #id, text},
#include "worker/exchange/exchange_steps.def"
#undef EXCHANGE_STEP
};

/* Out of the way of the runner, which pays no more than a branch for it. */
__attribute__((cold, noinline)) static void
trace(const struct exchange *exchange, enum exchange_step next)
{
    if (next == exchange->step)
        return;
    log_debug("connection %016llx, request %u: %s -> %s, %s",
              (unsigned long long)exchange->client->id, exchange->client->exchanges,
              steps[exchange->step].name, steps[next].name, steps[next].text);
}

void
exchange_enter(struct exchange *exchange, enum exchange_step next)
{
    if (exchange->worker->is_tracing)
        trace(exchange, next);
    exchange->step = next;
}

/* Everything up to the texts and the request head, which are guarded by their lengths. */
static void
reset(struct exchange *exchange)
{
    memset(exchange, 0, offsetof(struct exchange, trace));
    exchange->trace.length = 0;
    exchange->redirect_url[0] = '\0';
    http_head_reset(&exchange->request);
}

void
exchange_begin(struct client *client)
{
    struct worker *worker = client->worker;
    struct exchange *exchange = object_pool_take(&worker->exchange_pool);

    reset(exchange);
    exchange->tag = TAG;
    exchange->worker = worker;
    exchange->client = client;
    exchange->view = view_pin(worker->view);
    exchange->rule = SNAPSHOT_NO_INDEX;
    exchange->route_row = SNAPSHOT_NO_INDEX;
    exchange->body_is_held = true;
    exchange->begun_us = clock_us();
    exchange->begun_wall_us = clock_wall_us();
    http1_parser_start_request(&exchange->parser, &exchange->request,
                               &exchange->view->settings->limits);
    client->exchange = exchange;
    client->exchanges++;
    WORKER_COUNT(worker, EXCHANGES_ACTIVE);
    exchange_run(exchange);
}

void
exchange_run(struct exchange *exchange)
{
    CHECK_TAG(exchange, TAG);
    for (;;) {
        bool is_last = exchange->step == STEP_FINISH;
        enum exchange_step next = steps[exchange->step].run(exchange);
        /* After the last step the exchange is gone. */
        if (is_last || next == STEP_WAIT)
            return;
        exchange_enter(exchange, next);
    }
}

static void
release(void *memory)
{
    struct exchange *exchange = memory;

    object_pool_give_back(&exchange->worker->exchange_pool, exchange);
}

/* Of (listener, group), or of the listener alone where no group was chosen. */
static uint32_t
route_row(const struct exchange *exchange)
{
    const struct view *view = exchange->view;
    uint32_t listener = SNAPSHOT_NO_INDEX;

    if (exchange->route_row == SNAPSHOT_NO_INDEX)
        listener = listener_index(exchange->client->listener, view);
    return listener == SNAPSHOT_NO_INDEX
               ? exchange->route_row
               : snapshot_listener(view->snapshot, listener)->counter_row;
}

static void
count_end(struct exchange *exchange)
{
    uint32_t row = route_row(exchange);
    struct counters *counters = exchange->worker->counters;

    counter_add(&counters->ends[exchange->end], 1);
    WORKER_COUNT_MANY(exchange->worker, EXCHANGES_ACTIVE, -1);
    WORKER_COUNT_MANY(exchange->worker, BYTES_FROM_CLIENTS, exchange->received_bytes);
    WORKER_COUNT_MANY(exchange->worker, BYTES_TO_CLIENTS, exchange->sent_bytes);
    if (row != SNAPSHOT_NO_INDEX && exchange->status >= COUNTERS_FIRST_CODE &&
        exchange->status < COUNTERS_FIRST_CODE + COUNTERS_CODES)
        counter_add(&counters->routes[row].codes[exchange->status - COUNTERS_FIRST_CODE], 1);
}

enum exchange_step
step_finish(struct exchange *exchange)
{
    struct client *client = exchange->client;
    struct worker *worker = exchange->worker;

    exchange_release_target(exchange, CONNECTION_BROKEN);
    hold_leave(exchange);
    doubt_leave(exchange);
    pipe_pool_give_back(worker->pipes, &exchange->request_pipe);
    pipe_pool_give_back(worker->pipes, &exchange->response_pipe);
    response_give_back(exchange);
    backlog_clear(&exchange->to_target);
    backlog_clear(&exchange->to_client);
    if (exchange->has_head || exchange->status != 0) {
        count_end(exchange);
        access_reporter_add(worker->access, exchange);
    } else {
        WORKER_COUNT_MANY(worker, EXCHANGES_ACTIVE, -1);
    }
    view_unpin(worker, &exchange->choice_view);
    view_unpin(worker, &exchange->view);
    client->has_more_to_say = !exchange->request_is_read;
    client->exchange = NULL;
    exchange->tag = 0;
    loop_call_later(worker->loop, release, exchange);
    client_next_or_close(client);
    return STEP_WAIT;
}

void
exchange_release_target(struct exchange *exchange, enum target_connection_outcome outcome)
{
    pipe_pool_give_back(exchange->worker->pipes, &exchange->response_pipe);
    target_connection_give_back(&exchange->connection, outcome);
    target_state_end(exchange->worker, &exchange->target);
    exchange->target_is_readable = false;
    exchange->target_is_lost = false;
    exchange->connect_has_ended = false;
}

enum exchange_step
exchange_fail(struct exchange *exchange, enum end_reason reason)
{
    exchange->end = reason;
    if (!exchange->response_head_sent) {
        exchange->status = 0; /* a target's, whose head was good but not what followed */
        return STEP_ANSWER;
    }
    /* The client can notice: a chunked answer lacks its end, a counted one its bytes. */
    exchange->client->must_close = true;
    stream_abort(&exchange->client->stream);
    return STEP_FINISH;
}

/* A client that said it would send no more may half-close; another one gets this long. */
#define HALF_CLOSE_GRACE_MS 250

/* The client has sent its end though it wanted to keep the connection: it has most likely gone.
 */
static bool
client_seems_gone(const struct exchange *exchange)
{
    return exchange->client->is_finished_reading && exchange->request.keep_alive &&
           exchange->step != STEP_TUNNEL && backlog_is_empty(&exchange->to_client);
}

static bool
waits_for_request_body(const struct exchange *exchange)
{
    return !exchange->request_is_read && !exchange->response_has_begun &&
           !request_is_blocked(exchange);
}

/* Who keeps the exchange waiting, and for how long that may go on. */
static unsigned
patience_ms(const struct exchange *exchange)
{
    const struct snapshot_settings *settings = exchange->view->settings;

    if (client_seems_gone(exchange))
        return HALF_CLOSE_GRACE_MS;
    switch (exchange->step) {
    case STEP_READ_HEAD:
        return settings->timeouts.client_head_ms;
    case STEP_CONNECT:
        return settings->timeouts.target_connect_ms;
    case STEP_TUNNEL:
        return settings->timeouts.tunnel_idle_ms;
    case STEP_HOLD:
        return exchange->group->group->hold_ms;
    case STEP_PAUSE:
        return PAUSE_MS;
    case STEP_DOUBT:
        return DOUBT_MS;
    case STEP_ANSWER:
        return settings->attributes.idle_timeout_ms;
    default:
        break;
    }
    if (response_is_blocked(exchange))
        return settings->attributes.idle_timeout_ms;
    if (waits_for_request_body(exchange))
        return settings->timeouts.client_body_ms;
    return settings->timeouts.target_response_ms;
}

void
exchange_touch(struct exchange *exchange)
{
    timer_set(&exchange->client->timer, exchange->worker->loop, patience_ms(exchange));
}

/* What it means that nothing has happened for so long. */
static enum exchange_step
give_up(struct exchange *exchange)
{
    switch (exchange->step) {
    case STEP_READ_HEAD:
        return exchange_fail(exchange, END_CLIENT_HEAD_TIMEOUT);
    case STEP_CONNECT:
        target_state_note_connect_failure(exchange->target);
        return exchange_target_lost(exchange, END_CONNECT_TIMEOUT);
    case STEP_TUNNEL:
        exchange->end = END_TUNNEL_IDLE;
        return STEP_FINISH;
    case STEP_HOLD:
        return exchange_fail(exchange, END_HELD_TOO_LONG);
    case STEP_PAUSE:
        return pause_end(exchange);
    case STEP_DOUBT:
        return exchange_fail(exchange, exchange->end);
    case STEP_ANSWER:
        exchange->client->must_close = true;
        return STEP_FINISH;
    default:
        break;
    }
    if (response_is_blocked(exchange))
        return exchange_fail(exchange, END_CLIENT_WRITE_TIMEOUT);
    if (waits_for_request_body(exchange))
        return exchange_fail(exchange, END_CLIENT_BODY_TIMEOUT);
    return exchange_fail(exchange, exchange->response_head_sent ? END_TARGET_TRUNCATED
                                                                : END_TARGET_TIMEOUT);
}

void
exchange_on_time(struct exchange *exchange)
{
    CHECK_TAG(exchange, TAG);
    if (client_seems_gone(exchange)) {
        exchange->end = END_CLIENT_GONE;
        exchange->status = exchange->status == 0 ? 460 : exchange->status;
        exchange_enter(exchange, STEP_FINISH);
        exchange_run(exchange);
        return;
    }
    exchange_enter(exchange, give_up(exchange));
    exchange_run(exchange);
}

void
exchange_on_client_readable(struct exchange *exchange)
{
    exchange->client_is_readable = true;
    exchange_run(exchange);
}

void
exchange_on_client_writable(struct exchange *exchange)
{
    struct stream *stream = &exchange->client->stream;

    if (!backlog_flush(&exchange->to_client, stream)) {
        exchange_on_client_end(exchange, true);
        return;
    }
    if (backlog_is_empty(&exchange->to_client) && exchange->response_pipe == NULL)
        stream_want_writable(stream, false);
    exchange_touch(exchange);
    exchange_run(exchange);
}

void
exchange_on_target_readable(struct exchange *exchange)
{
    exchange->target_is_readable = true;
    exchange_run(exchange);
}

void
exchange_on_target_writable(struct exchange *exchange)
{
    struct stream *stream = &exchange->connection->stream;

    if (exchange->step == STEP_CONNECT) {
        exchange->connect_has_ended = true;
        exchange_run(exchange);
        return;
    }
    if (!backlog_flush(&exchange->to_target, stream)) {
        exchange->target_is_lost = true;
        backlog_clear(&exchange->to_target);
    }
    if (backlog_is_empty(&exchange->to_target) && exchange->request_pipe == NULL)
        stream_want_writable(stream, false);
    exchange_touch(exchange);
    exchange_run(exchange);
}

void
exchange_on_client_end_noted(struct exchange *exchange, bool has_failed)
{
    exchange->client->is_finished_reading = true;
    exchange->client->must_close = true;
    exchange->end = exchange->step == STEP_TUNNEL ? END_TUNNEL_CLOSED : END_CLIENT_GONE;
    if (exchange->has_head && exchange->status == 0)
        exchange->status = has_failed || exchange->request_is_read ? 460 : 400;
}

void
exchange_on_client_end(struct exchange *exchange, bool has_failed)
{
    struct client *client = exchange->client;

    CHECK_TAG(exchange, TAG);
    client->is_finished_reading = true;
    client->must_close = true;
    stream_pause_reading(&client->stream);
    if (exchange->step == STEP_TUNNEL && !has_failed) {
        exchange->client_is_readable = true;
        exchange_run(exchange);
        return;
    }
    if (!has_failed && exchange->request_is_read) {
        exchange_touch(exchange);
        return;
    }
    exchange_on_client_end_noted(exchange, has_failed);
    exchange_enter(exchange, STEP_FINISH);
    exchange_run(exchange);
}

void
exchange_on_target_closed(struct exchange *exchange, bool is_evicted)
{
    CHECK_TAG(exchange, TAG);
    exchange_enter(exchange, is_evicted ? exchange_target_lost(exchange, END_TARGET_CLOSED)
                                        : exchange_fail(exchange, END_DRAIN_OVER));
    exchange_run(exchange);
}

void
exchange_on_shutdown(struct exchange *exchange)
{
    CHECK_TAG(exchange, TAG);
    exchange_enter(exchange, exchange_fail(exchange, END_SHUTDOWN));
    exchange_run(exchange);
}
