/* SPDX-License-Identifier: Apache-2.0 */
/* Time that is not used is kept for a while: a page that opens asks for much at once. */
#include "control/admin/call_line.h"

#include "base/clock.h"

#define CREDIT_MAX_US 200000
#define AGAIN_MS 1

static void go_on(struct call_line *line);

static void
earn(struct call_line *line)
{
    uint64_t now_us = clock_precise_us();
    uint64_t earned_us = (now_us - line->credited_us) * line->percent / 100;

    line->credited_us = now_us;
    line->credit_us += (int64_t)(earned_us < CREDIT_MAX_US ? earned_us : CREDIT_MAX_US);
    if (line->credit_us > CREDIT_MAX_US)
        line->credit_us = CREDIT_MAX_US;
}

static void
on_turn(void *argument)
{
    struct call_line *line = argument;
    struct call_place *place = TAILQ_FIRST(&line->places);
    uint64_t begun_us = clock_precise_us();

    if (place == NULL)
        return;
    call_line_leave(line, place);
    line->serve(line->argument, place);
    line->credit_us -= (int64_t)(clock_precise_us() - begun_us);
    go_on(line);
}

static void
go_on(struct call_line *line)
{
    if (TAILQ_EMPTY(&line->places))
        return;
    earn(line);
    if (line->credit_us > 0)
        loop_place_take(&line->turn, line->loop, on_turn, line);
    else
        timer_set(&line->timer, line->loop, AGAIN_MS);
}

static void
on_time(void *argument)
{
    go_on(argument);
}

void
call_line_open(struct call_line *line, struct loop *loop, unsigned percent,
               void (*serve)(void *argument, struct call_place *place), void *argument)
{
    *line = (struct call_line){.loop = loop,
                               .percent = percent,
                               .credit_us = CREDIT_MAX_US,
                               .credited_us = clock_precise_us(),
                               .serve = serve,
                               .argument = argument};
    TAILQ_INIT(&line->places);
    timer_init(&line->timer, on_time, line);
}

void
call_line_close(struct call_line *line)
{
    loop_place_leave(&line->turn, line->loop);
    timer_close(&line->timer, line->loop);
}

void
call_line_add(struct call_line *line, struct call_place *place)
{
    TAILQ_INSERT_TAIL(&line->places, place, entry);
    place->is_waiting = true;
    if (!timer_is_set(&line->timer))
        go_on(line);
}

void
call_line_leave(struct call_line *line, struct call_place *place)
{
    if (!place->is_waiting)
        return;
    TAILQ_REMOVE(&line->places, place, entry);
    place->is_waiting = false;
}
