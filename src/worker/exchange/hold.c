/* SPDX-License-Identifier: Apache-2.0 */
/* STEP_HOLD and the line of a group. */
#include "worker/exchange/hold.h"

#include "base/clock.h"
#include "worker/exchange/waiting.h"
#include "worker/shared/context.h"

uint64_t
hold_left_ms(const struct exchange *exchange)
{
    uint64_t most_ms = exchange->group->group->hold_ms;
    uint64_t held_ms = exchange->held_since_ms == 0 ? 0 : clock_ms() - exchange->held_since_ms;

    return held_ms < most_ms ? most_ms - held_ms : 0;
}

bool
hold_is_wanted(const struct exchange *exchange)
{
    return exchange->group->roster->vacancy == VACANCY_HOLDS &&
           exchange->group->group->hold_requests > 0 && hold_left_ms(exchange) > 0;
}

enum end_reason
hold_end_reason(const struct exchange *exchange)
{
    bool is_over = exchange->group->roster->vacancy == VACANCY_OVER;

    return is_over || exchange->held_since_ms != 0 ? END_HELD_TOO_LONG : END_NO_TARGETS;
}

static struct group_counters *
counters_of(struct counters *counters, const struct exchange *exchange)
{
    return &counters->groups[exchange->group->group->counter_row];
}

/* Whether the group's bounds leave room for one more, with what the other workers hold. */
static bool
has_room(const struct exchange *exchange, const struct exchange_line *line)
{
    const struct worker *worker = exchange->worker;
    const struct snapshot_group *group = exchange->group->group;
    uint64_t count = line->count, bytes = line->bytes;

    for (unsigned slot = 1; slot <= worker->worker_count && slot < COUNTERS_SLOTS; slot++) {
        if (worker->others[slot] == NULL || worker->others[slot] == worker->counters)
            continue;
        const struct group_counters *other = counters_of(worker->others[slot], exchange);
        count += counter_read(&other->held);
        bytes += counter_read(&other->held_bytes);
    }
    return count < group->hold_requests && bytes + exchange->line_bytes <= group->hold_bytes;
}

enum exchange_step
step_hold(struct exchange *exchange)
{
    struct exchange_line *line = &exchange->group->state->held;

    if (exchange->line != NULL)
        return STEP_WAIT;
    exchange->line_bytes = exchange->carrier->kind->kept_bytes(exchange->carrier);
    if (!has_room(exchange, line))
        return exchange_fail(exchange, END_HOLD_OVERFLOW);
    if (exchange->held_since_ms == 0)
        exchange->held_since_ms = clock_ms();
    if (exchange->is_released)
        waiting_note_end(exchange);
    line->gauge = &counters_of(exchange->worker->counters, exchange)->held;
    line->bytes_gauge = &counters_of(exchange->worker->counters, exchange)->held_bytes;
    exchange_join_line(exchange, line);
    return STEP_WAIT;
}

enum exchange_step
hold_end(struct exchange *exchange)
{
    exchange_leave_line(exchange);
    exchange_new_round(exchange);
    return STEP_CHOOSE_TARGET;
}
