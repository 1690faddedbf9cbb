/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runner of the step table, the beginning and end of an exchange, and what its callbacks
 * note. Start reading at exchange_begin; the steps stand in the files that exchange.h names.
 */
#include "worker/exchange/exchange_run.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "worker/exchange/access_reporter.h"
#include "worker/exchange/exchange_check.h"
#include "worker/exchange/hold.h"
#include "worker/exchange/splice.h"
#include "worker/exchange/waiting.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"

#define TAG 0xe8c4a26e

/* Out of the way of the runner, which pays no more than a branch for it. */
__attribute__((cold, noinline)) static void
trace(const struct exchange *exchange, enum exchange_step next)
{
    if (next == exchange->step)
        return;
    log_debug("connection %016llx, request %u: %s -> %s, %s",
              (unsigned long long)exchange->carrier->id, exchange->carrier->exchanges,
              exchange->row->name, exchange_rows[next].name, exchange_rows[next].text);
}

/* Gives it another step, which the next run begins with. */
static void
enter(struct exchange *exchange, enum exchange_step next)
{
    if (exchange->worker->is_tracing)
        trace(exchange, next);
    exchange->step = next;
    exchange->row = &exchange_rows[next];
}

static void on_time(void *argument);

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
exchange_begin(struct carrier *carrier)
{
    struct worker *worker = carrier->worker;
    bool is_new = worker->exchange_pool.free_count == 0;
    struct exchange *exchange = object_pool_take(&worker->exchange_pool);

    /* One from the pool has its timer still, stopped, but on the wheel: setting it again is a
     * store, taking it off and hanging it up each time is not. */
    if (is_new)
        timer_init(&exchange->timer, on_time, exchange);
    reset(exchange);
    exchange->tag = TAG;
    exchange->worker = worker;
    exchange->origin.is_tls = carrier->is_secure;
    exchange->carrier = carrier;
    exchange->view = view_pin(worker->view);
    exchange->balancer = listener_balancer(carrier->listener, exchange->view);
    exchange->row = &exchange_rows[STEP_READ_HEAD];
    exchange->end = END_REASON_COUNT;
    exchange->rule = SNAPSHOT_NO_INDEX;
    exchange->route_row = SNAPSHOT_NO_INDEX;
    exchange->body_is_held = true;
    exchange->begun_us = clock_us();
    exchange->begun_wall_us = clock_wall_us();
    carrier->exchange = exchange;
    carrier->exchanges++;
    WORKER_COUNT(worker, EXCHANGES_ACTIVE);
    exchange_run(exchange);
}

void
exchange_run(struct exchange *exchange)
{
    enum exchange_step next = STEP_WAIT;
    bool is_last = false;

    CHECK_TAG(exchange, TAG);
    check_set_context(exchange_describe, exchange);
    do {
        is_last = exchange->step == STEP_FINISH;
        if (EXCHANGE_CHECKS_EVERY_STEP || is_last)
            exchange_check(exchange);
        next = exchange->row->run(exchange);
        /* After the last step the exchange is gone. */
        if (!is_last && next != STEP_WAIT)
            enter(exchange, next);
    } while (!is_last && next != STEP_WAIT);
    check_set_context(NULL, NULL);
}

static void
release(void *memory)
{
    struct exchange *exchange = memory;
    struct object_pool *pool = &exchange->worker->exchange_pool;

    if (pool->free_count >= pool->keep_count)
        timer_close(&exchange->timer, exchange->worker->loop); /* its memory goes */
    object_pool_give_back(pool, exchange);
}

/* Of (listener, group), or of the listener alone where no group was chosen. */
static uint32_t
route_row(const struct exchange *exchange)
{
    const struct view *view = exchange->view;
    uint32_t listener = SNAPSHOT_NO_INDEX;

    if (exchange->route_row == SNAPSHOT_NO_INDEX)
        listener = listener_index(exchange->carrier->listener, view);
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

static void
let_go(struct exchange *exchange)
{
    struct worker *worker = exchange->worker;

    exchange_release_target(exchange, LINK_BROKEN);
    exchange_leave_line(exchange);
    if (exchange->is_released)
        waiting_note_end(exchange);
    pipe_pool_give_back(worker->pipes, &exchange->request_pipe);
    pipe_pool_give_back(worker->pipes, &exchange->response_pipe);
    timer_stop(&exchange->timer);
}

enum exchange_step
step_finish(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct worker *worker = exchange->worker;

    let_go(exchange);
    exchange_check_let_go(exchange);
    if (exchange->request_state > REQUEST_HEAD_COMES || exchange->status != 0) {
        count_end(exchange);
        access_reporter_add(worker->access, exchange);
    } else {
        WORKER_COUNT_MANY(worker, EXCHANGES_ACTIVE, -1);
    }
    view_unpin(worker, &exchange->choice_view);
    view_unpin(worker, &exchange->view);
    carrier->exchange = NULL;
    exchange->tag = 0;
    loop_call_later(worker->loop, release, exchange);
    carrier->kind->finish(carrier, exchange->request_state >= REQUEST_READ);
    return STEP_WAIT;
}

void
exchange_on_client_readable(struct exchange *exchange)
{
    exchange->events.client_is_readable = true;
    exchange_run(exchange);
}

void
exchange_on_client_writable(struct exchange *exchange)
{
    exchange_touch(exchange);
    exchange_run(exchange);
}

void
exchange_on_connected(struct exchange *exchange)
{
    exchange->events.connect_has_ended = true;
    exchange_run(exchange);
}

void
exchange_on_target_readable(struct exchange *exchange)
{
    exchange->events.target_is_readable = true;
    exchange_run(exchange);
}

void
exchange_on_target_writable(struct exchange *exchange, bool has_failed)
{
    exchange->events.target_is_lost |= has_failed;
    exchange_touch(exchange);
    exchange_run(exchange);
}

void
exchange_on_client_end(struct exchange *exchange, bool has_failed)
{
    struct carrier *carrier = exchange->carrier;

    CHECK_TAG(exchange, TAG);
    carrier->has_ended = true;
    carrier->must_close = true;
    carrier_pause(carrier, true);
    if (exchange->step == STEP_TUNNEL && !has_failed) {
        exchange->events.client_is_readable = true;
        exchange_run(exchange);
        return;
    }
    if (!has_failed && exchange->request_state >= REQUEST_READ) {
        exchange_touch(exchange);
        return;
    }
    exchange_on_client_end_noted(exchange, has_failed);
    enter(exchange, STEP_FINISH);
    exchange_run(exchange);
}

void
exchange_on_target_closed(struct exchange *exchange, bool is_evicted)
{
    CHECK_TAG(exchange, TAG);
    enter(exchange, is_evicted ? exchange_target_lost(exchange, END_TARGET_CLOSED)
                               : exchange_fail(exchange, END_DRAIN_OVER));
    exchange_run(exchange);
}

void
exchange_on_shutdown(struct exchange *exchange)
{
    CHECK_TAG(exchange, TAG);
    enter(exchange, exchange_fail(exchange, END_SHUTDOWN));
    exchange_run(exchange);
}

void
exchange_on_released(struct exchange *exchange)
{
    CHECK_TAG(exchange, TAG);
    enter(exchange, hold_end(exchange));
    exchange_run(exchange);
}

void
exchange_on_time(struct exchange *exchange)
{
    enum exchange_step next = STEP_FINISH;

    if (exchange_client_seems_gone(exchange)) {
        exchange->end = END_CLIENT_GONE;
        exchange->status = exchange->status == 0 ? 460 : exchange->status;
    } else {
        next = exchange->row->passed(exchange);
    }
    CHECK(next != STEP_WAIT);
    enter(exchange, next);
    exchange_run(exchange);
}

static void
on_time(void *argument)
{
    struct exchange *exchange = argument;

    CHECK_TAG(exchange, TAG);
    exchange_on_time(exchange);
}
