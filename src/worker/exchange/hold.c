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

enum exchange_step
step_hold(struct exchange *exchange)
{
    struct exchange_line *line = &exchange->group->state->held;

    if (exchange->line != NULL)
        return STEP_WAIT;
    if (exchange->held_since_ms != 0)
        return STEP_CHOOSE_TARGET;
    if (line->count >= exchange->group->group->hold_requests)
        return exchange_fail(exchange, END_HOLD_OVERFLOW);
    exchange->held_since_ms = clock_ms();
    line->gauge = &counters_of(exchange)->held;
    exchange_join_line(exchange, line);
    return STEP_WAIT;
}
