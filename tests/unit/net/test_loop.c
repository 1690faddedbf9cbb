/* SPDX-License-Identifier: Apache-2.0 */
/* Timers on the wheel, and what is put off to the end of a turn. */
#include "../unit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "net/loop.h"

struct fixture {
    struct loop *loop;
    struct timer timer, other;
    uint64_t start_ms;
    unsigned fired;
};

static void
note_fired(void *argument)
{
    ((struct fixture *)argument)->fired++;
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->loop = loop_new();
    fixture->start_ms = clock_ms();
    timer_init(&fixture->timer, note_fired, fixture);
    timer_init(&fixture->other, note_fired, fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    timer_close(&fixture->timer, fixture->loop);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

static void
turn_until(struct fixture *fixture, uint64_t end_ms)
{
    while (clock_ms() < end_ms)
        loop_turn(fixture->loop, 10);
}

static void
turn_until_it_fires(struct fixture *fixture)
{
    while (fixture->fired == 0 && clock_ms() < fixture->start_ms + 5000)
        loop_turn(fixture->loop, 10);
    assert_int_equal(fixture->fired, 1);
}

static void
fires_once_at_its_time_and_not_before(void **state)
{
    struct fixture *fixture = *state;

    timer_set(&fixture->timer, fixture->loop, 120);
    turn_until_it_fires(fixture);
    assert_true(clock_ms() >= fixture->start_ms + 120);
    turn_until(fixture, clock_ms() + 200);
    assert_int_equal(fixture->fired, 1);
}

static void
setting_again_for_later_puts_it_off(void **state)
{
    struct fixture *fixture = *state;

    timer_set(&fixture->timer, fixture->loop, 60);
    timer_set(&fixture->timer, fixture->loop, 400);
    turn_until(fixture, fixture->start_ms + 300);
    assert_int_equal(fixture->fired, 0);
    turn_until_it_fires(fixture);
}

static void
setting_again_for_earlier_brings_it_forward(void **state)
{
    struct fixture *fixture = *state;

    timer_set(&fixture->timer, fixture->loop, 3600000);
    timer_set(&fixture->timer, fixture->loop, 60);
    turn_until_it_fires(fixture);
    assert_true(clock_ms() < fixture->start_ms + 5000);
}

static void
a_stopped_timer_stays_silent(void **state)
{
    struct fixture *fixture = *state;

    timer_set(&fixture->timer, fixture->loop, 50);
    timer_stop(&fixture->timer);
    assert_false(timer_is_set(&fixture->timer));
    turn_until(fixture, clock_ms() + 250);
    assert_int_equal(fixture->fired, 0);
}

static void
close_the_other(void *argument)
{
    struct fixture *fixture = argument;

    timer_close(&fixture->other, fixture->loop);
    fixture->fired++;
}

static void
a_callback_may_close_a_timer_of_the_same_tick(void **state)
{
    struct fixture *fixture = *state;

    timer_init(&fixture->timer, close_the_other, fixture);
    timer_set(&fixture->timer, fixture->loop, 50);
    timer_set(&fixture->other, fixture->loop, 50);
    turn_until(fixture, fixture->start_ms + 250);
    assert_int_equal(fixture->fired, 1);
}

static void
frees_at_the_end_of_the_turn_and_not_before(void **state)
{
    struct fixture *fixture = *state;

    loop_free_later(fixture->loop, fixture, note_fired);
    assert_int_equal(fixture->fired, 0);
    loop_turn(fixture->loop, 0);
    assert_int_equal(fixture->fired, 1);
}

/* Takes a place again and again, as a long pipeline does. */
static struct loop_place place, second_place;

static void
go_on(void *argument)
{
    struct fixture *fixture = argument;

    fixture->fired++;
    loop_place_take(&place, fixture->loop, go_on, fixture);
}

static void
a_place_in_the_line_is_one_call_a_turn(void **state)
{
    struct fixture *fixture = *state;

    loop_place_take(&place, fixture->loop, go_on, fixture);
    loop_place_take(&place, fixture->loop, go_on, fixture);
    loop_place_take(&second_place, fixture->loop, note_fired, fixture);
    loop_turn(fixture->loop, 0);
    assert_int_equal(fixture->fired, 2);
    loop_turn(fixture->loop, 1000); /* does not wait */
    assert_int_equal(fixture->fired, 3);
    loop_place_leave(&place, fixture->loop);
    loop_turn(fixture->loop, 0);
    assert_int_equal(fixture->fired, 3);
}

static void
spend_a_while(void *argument)
{
    struct fixture *fixture = argument;
    uint64_t end_us = clock_precise_us() + (LOOP_LINE_MS + 1) * 1000;

    while (clock_precise_us() < end_us)
        ;
    fixture->start_ms = clock_ms();
    fixture->fired++;
}

static void
the_clock_moves_within_a_line_that_takes_long(void **state)
{
    struct fixture *fixture = *state;

    loop_place_take(&place, fixture->loop, spend_a_while, fixture);
    loop_place_take(&second_place, fixture->loop, note_fired, fixture);
    loop_turn(fixture->loop, 0);
    assert_int_equal(fixture->fired, 1); /* the rest of the line: events first */
    assert_true(clock_ms() >= fixture->start_ms + LOOP_LINE_MS);
    loop_turn(fixture->loop, 0);
    assert_int_equal(fixture->fired, 2);
}

static void
note_tick(void *argument)
{
    *(bool *)argument = true;
}

/* The clock is the test's from here on, the wheel turns by the system's: until it has seen the
 * new time, which is a tick away or more. */
static void
turn_at(struct fixture *fixture, uint64_t now_ms)
{
    struct timer first = {0};
    bool has_ticked = false;

    timer_init(&first, note_tick, &has_ticked);
    timer_set(&first, fixture->loop, 0);
    clock_set_for_test(now_ms * 1000, 0);
    for (int turn = 0; !has_ticked && turn < 1000; turn++)
        loop_turn(fixture->loop, 10);
    assert_true(has_ticked);
}

static void
fires_once_where_ticks_come_round(void **state)
{
    struct fixture *fixture = *state;
    uint64_t round_ms = ((uint64_t)1 << 32) * LOOP_TICK_MS;

    clock_set_for_test((round_ms - 1000) * 1000, 0);
    timer_set(&fixture->timer, fixture->loop, 1000);
    timer_set(&fixture->other, fixture->loop, 1500);
    assert_true(timer_is_set(&fixture->timer));
    turn_at(fixture, round_ms - 1);
    assert_int_equal(fixture->fired, 0);
    turn_at(fixture, round_ms + LOOP_TICK_MS);
    assert_int_equal(fixture->fired, 1);
    timer_set(&fixture->timer, fixture->loop, 200);
    turn_at(fixture, round_ms + 200);
    assert_int_equal(fixture->fired, 1);
    turn_at(fixture, round_ms + 1500);
    assert_int_equal(fixture->fired, 3);
}

static struct ended {
    struct loop_end end;
    unsigned calls;
} ended;

static void
note_end(struct loop_end *end)
{
    ((struct ended *)end)->calls++;
}

static void
what_lives_as_long_as_the_loop_is_told_of_its_end(void **state)
{
    struct fixture *fixture = *state;

    loop_at_end(fixture->loop, &ended.end, note_end);
    loop_turn(fixture->loop, 0);
    assert_int_equal(ended.calls, 0);
    loop_free(&fixture->loop);
    assert_int_equal(ended.calls, 1);
    assert_null(loop_of_process());
    fixture->loop = loop_new();
    assert_ptr_equal(loop_of_process(), fixture->loop);
}

#define LOOP_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(fires_once_at_its_time_and_not_before),
        LOOP_TEST(setting_again_for_later_puts_it_off),
        LOOP_TEST(setting_again_for_earlier_brings_it_forward),
        LOOP_TEST(a_stopped_timer_stays_silent),
        LOOP_TEST(a_callback_may_close_a_timer_of_the_same_tick),
        LOOP_TEST(frees_at_the_end_of_the_turn_and_not_before),
        LOOP_TEST(a_place_in_the_line_is_one_call_a_turn),
        LOOP_TEST(the_clock_moves_within_a_line_that_takes_long),
        LOOP_TEST(what_lives_as_long_as_the_loop_is_told_of_its_end),
        LOOP_TEST(fires_once_where_ticks_come_round), /* last: the clock stays the test's */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
