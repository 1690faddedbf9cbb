/* SPDX-License-Identifier: Apache-2.0 */
/* STEP_DOUBT and its line. */
#include "worker/exchange/doubt.h"

#include "http/request_judge.h"
#include "worker/shared/context.h"

/* The row of the target that the request was sent to, in the newest view; NULL: it is gone. */
static const struct snapshot_target *
find_row(const struct exchange *exchange)
{
    const struct view *view = exchange->worker->view;
    uint64_t id = exchange->tried[exchange->attempts - 1];

    for (uint32_t i = 0; i < snapshot_target_count(view->snapshot); i++)
        if (view->targets[i]->id == id)
            return snapshot_target(view->snapshot, i);
    return NULL;
}

static bool
is_going(const struct snapshot_target *row)
{
    return row == NULL || target_is_leaving(row->membership);
}

/* Only of a task's end anybody tells control. */
bool
doubt_is_left(const struct exchange *exchange)
{
    const struct snapshot_target *row = find_row(exchange);

    return exchange_was_sent_at_once(exchange) && exchange->response_state < RESPONSE_BEGUN &&
           !request_is_idempotent(&exchange->request) &&
           exchange->link->kind->was_reset(exchange->link) &&
           (row == NULL || row->task.length > 0);
}

void
doubt_leave(struct exchange *exchange)
{
    if (exchange->line != &exchange->worker->doubted)
        return;
    TAILQ_REMOVE(exchange->line, exchange, line_entry);
    exchange->line = NULL;
}

enum exchange_step
step_doubt(struct exchange *exchange)
{
    if (is_going(find_row(exchange))) {
        doubt_leave(exchange);
        exchange->nothing_was_sent = true;
        return exchange_try_again(exchange);
    }
    if (exchange->line == NULL) {
        exchange->line = &exchange->worker->doubted;
        TAILQ_INSERT_TAIL(exchange->line, exchange, line_entry);
        exchange_touch(exchange);
    }
    return STEP_WAIT;
}

void
doubt_release(struct worker *worker)
{
    struct exchange *exchange, *next;

    for (exchange = TAILQ_FIRST(&worker->doubted); exchange != NULL; exchange = next) {
        next = TAILQ_NEXT(exchange, line_entry);
        exchange_run(exchange);
    }
}
