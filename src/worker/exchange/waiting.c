/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the exchanges of the lines (exchange_join_line) that a new view may concern. */
#include "worker/exchange/waiting.h"

#include "base/clock.h"
#include "worker/exchange/exchange_run.h"
#include "worker/shared/context.h"

/* Held requests of a group that all workers together let go at once. */
#define AT_ONCE 8
/* When none of those has ended for so long, twice as many are let go. */
#define STALL_MS 50

static void on_time(void *argument);

void
waiting_open(struct worker *worker)
{
    alarm_clock_open(&worker->release_alarm, worker->loop, on_time, worker);
}

void
waiting_close(struct worker *worker)
{
    alarm_clock_close(&worker->release_alarm);
}

static unsigned
first_window(const struct worker *worker)
{
    if (worker->worker_count <= 1)
        return AT_ONCE;
    return worker->worker_count < AT_ONCE ? AT_ONCE / worker->worker_count : 1;
}

/* How many may be on their way now. */
static unsigned
window_of(const struct worker *worker, struct group_state *state)
{
    if (state->released == 0 || state->release_window == 0) {
        state->release_window = first_window(worker);
        state->released_ms = clock_ms();
    } else if (clock_ms() >= state->released_ms + STALL_MS) {
        state->release_window *= 2;
        state->released_ms = clock_ms();
    }
    return state->release_window;
}

static void
let_go(struct group_state *state, struct exchange *exchange)
{
    exchange->is_released = true;
    state->released++;
    exchange_on_released(exchange);
}

/* True when others are to follow. */
static bool
release_group(struct worker *worker, const struct view_group *group)
{
    struct group_state *state = group->state;
    struct exchange *exchange;
    bool has_target = group->selectable_count > 0;

    if (state->held.count == 0 || group->roster->vacancy == VACANCY_HOLDS)
        return false;
    unsigned window = window_of(worker, state);
    while ((exchange = TAILQ_FIRST(&state->held.exchanges)) != NULL &&
           (!has_target || state->released < window))
        let_go(state, exchange);
    return exchange != NULL;
}

static void
release_held(struct worker *worker)
{
    struct view *view = view_pin(worker->view);
    bool is_going_on = false;

    for (uint32_t i = 0; i < snapshot_group_count(view->snapshot); i++)
        is_going_on |= release_group(worker, &view->groups[i]);
    /* One that has ended meanwhile has set it to an earlier time. */
    if (is_going_on && !alarm_clock_is_set(&worker->release_alarm))
        alarm_clock_set(&worker->release_alarm, STALL_MS * 1000);
    view_unpin(worker, &view);
}

static void
on_time(void *argument)
{
    release_held(argument);
}

/* Those that are in doubt still stay in the line. */
static void
release_doubted(struct worker *worker)
{
    struct exchange *exchange, *next;

    for (exchange = TAILQ_FIRST(&worker->doubted.exchanges); exchange != NULL;
         exchange = next) {
        next = TAILQ_NEXT(exchange, line_entry);
        exchange_run(exchange);
    }
}

void
waiting_release(struct worker *worker)
{
    release_held(worker);
    release_doubted(worker);
}

void
waiting_note_end(struct exchange *exchange)
{
    struct group_state *state = exchange->group->state;

    exchange->is_released = false;
    state->released--;
    state->released_ms = clock_ms();
    /* Not from here, where it is in the middle of its end. */
    if (state->held.count > 0)
        alarm_clock_set(&exchange->worker->release_alarm, 0);
}
