/* SPDX-License-Identifier: Apache-2.0 */
/* STEP_DOUBT and its line. */
#include "worker/exchange/doubt.h"

#include "http/request_judge.h"
#include "worker/exchange/pause.h"
#include "worker/shared/context.h"

/* A program reads at least this much at once: what is longer may have been begun. */
#define UNREAD_BYTES_MAX 1024

/* Whether the whole request, a small one, went to the target in one write, and is still here.
 */
static bool
was_sent_at_once(const struct exchange *exchange)
{
    return exchange->request_state == REQUEST_SENT && exchange->body_is_held &&
           exchange->first_write <= UNREAD_BYTES_MAX;
}

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
static bool
may_be_told(const struct snapshot_target *row)
{
    return row == NULL || row->task.length > 0;
}

/* The pauses before it were a part of it. */
uint64_t
doubt_left_ms(const struct exchange *exchange)
{
    return DOUBT_MS - (uint64_t)exchange->pauses * PAUSE_MS;
}

enum exchange_step
doubt_or_fail(struct exchange *exchange)
{
    return exchange->doubts < DOUBTS_MAX && may_be_told(find_row(exchange))
               ? STEP_DOUBT
               : exchange_fail(exchange, exchange->last_failure);
}

bool
doubt_is_left(const struct exchange *exchange)
{
    const struct snapshot_target *row = find_row(exchange);

    return was_sent_at_once(exchange) && exchange->response_state < RESPONSE_BEGUN &&
           !request_is_idempotent(&exchange->request) &&
           exchange->link->kind->was_reset(exchange->link) && exchange->doubts < DOUBTS_MAX &&
           may_be_told(row);
}

bool
doubt_is_over(const struct exchange *exchange)
{
    return is_going(find_row(exchange));
}
