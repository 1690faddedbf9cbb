/* SPDX-License-Identifier: Apache-2.0 */
/* STEP_HOLD and the line of a group. */
#include "worker/exchange/hold.h"

#include "base/check.h"
#include "base/clock.h"
#include "worker/shared/context.h"

bool
hold_is_wanted(const struct exchange *exchange)
{
    const struct snapshot_group *group = exchange->group->group;

    return exchange->group->roster->has_starting && group->hold_requests > 0 &&
           group->hold_ms > 0 && exchange->held_since_ms == 0;
}

static struct group_counters *
counters_of(struct exchange *exchange)
{
    return &exchange->worker->counters->groups[exchange->group->group->counter_row];
}

static bool
is_held(const struct exchange *exchange)
{
    return exchange->group != NULL && exchange->line == &exchange->group->state->held;
}

void
hold_leave(struct exchange *exchange)
{
    if (!is_held(exchange))
        return;
    TAILQ_REMOVE(exchange->line, exchange, line_entry);
    exchange->line = NULL;
    exchange->group->state->held_count--;
    counter_add(&counters_of(exchange)->held, (uint64_t)-1);
}

enum exchange_step
step_hold(struct exchange *exchange)
{
    struct group_state *state = exchange->group->state;

    if (is_held(exchange))
        return STEP_WAIT;
    if (exchange->held_since_ms != 0)
        return STEP_CHOOSE_TARGET;
    if (state->held_count >= exchange->group->group->hold_requests)
        return exchange_fail(exchange, END_HOLD_OVERFLOW);
    exchange->held_since_ms = clock_ms();
    exchange->line = &state->held;
    TAILQ_INSERT_TAIL(exchange->line, exchange, line_entry);
    state->held_count++;
    counter_add(&counters_of(exchange)->held, 1);
    exchange_touch(exchange);
    return STEP_WAIT;
}

static void
release_group(const struct view_group *group)
{
    struct exchange *exchange;

    if (group->roster->has_starting)
        return;
    while ((exchange = TAILQ_FIRST(&group->state->held)) != NULL) {
        hold_leave(exchange);
        exchange_run(exchange);
    }
}

void
hold_release(struct worker *worker)
{
    struct view *view = view_pin(worker->view);

    for (uint32_t i = 0; i < snapshot_group_count(view->snapshot); i++)
        release_group(&view->groups[i]);
    view_unpin(worker, &view);
}
