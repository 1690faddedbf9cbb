/* Timers on the wheel, and what is put off to the end of a turn. */
#include "../unit.h"

#include "base/clock.h"
#include "net/loop.h"

static unsigned fired;

static void
on_time(void *argument)
{
    (void)argument;
    fired++;
}

static void
turn_until(struct loop *loop, uint64_t end_ms)
{
    while (clock_ms() < end_ms)
        loop_turn(loop, 10);
}

static void
fires_once_at_its_time_and_not_before(void **state)
{
    struct loop *loop = loop_new();
    struct timer timer;
    uint64_t start_ms = clock_ms();

    (void)state;
    fired = 0;
    timer_init(&timer, on_time, NULL);
    timer_set(&timer, loop, 120);
    while (fired == 0 && clock_ms() < start_ms + 5000)
        loop_turn(loop, 10);
    assert_true(clock_ms() >= start_ms + 120);
    assert_int_equal(fired, 1);
    turn_until(loop, clock_ms() + 200);
    assert_int_equal(fired, 1);
    timer_close(&timer, loop);
    loop_free(&loop);
}

static void
setting_again_for_later_puts_it_off(void **state)
{
    struct loop *loop = loop_new();
    struct timer timer;
    uint64_t start_ms = clock_ms();

    (void)state;
    fired = 0;
    timer_init(&timer, on_time, NULL);
    timer_set(&timer, loop, 60);
    timer_set(&timer, loop, 400);
    turn_until(loop, start_ms + 300);
    assert_int_equal(fired, 0);
    while (fired == 0 && clock_ms() < start_ms + 5000)
        loop_turn(loop, 10);
    assert_int_equal(fired, 1);
    timer_close(&timer, loop);
    loop_free(&loop);
}

static void
setting_again_for_earlier_brings_it_forward(void **state)
{
    struct loop *loop = loop_new();
    struct timer timer;
    uint64_t start_ms = clock_ms();

    (void)state;
    fired = 0;
    timer_init(&timer, on_time, NULL);
    timer_set(&timer, loop, 3600000);
    timer_set(&timer, loop, 60);
    while (fired == 0 && clock_ms() < start_ms + 5000)
        loop_turn(loop, 10);
    assert_int_equal(fired, 1);
    assert_true(clock_ms() < start_ms + 5000);
    timer_close(&timer, loop);
    loop_free(&loop);
}

static void
a_stopped_timer_stays_silent(void **state)
{
    struct loop *loop = loop_new();
    struct timer timer;

    (void)state;
    fired = 0;
    timer_init(&timer, on_time, NULL);
    timer_set(&timer, loop, 50);
    timer_stop(&timer);
    assert_false(timer_is_set(&timer));
    turn_until(loop, clock_ms() + 250);
    assert_int_equal(fired, 0);
    timer_close(&timer, loop);
    loop_free(&loop);
}

struct closer {
    struct timer *other;
    struct loop *loop;
};

static void
on_time_closes_another(void *argument)
{
    struct closer *closer = argument;

    timer_close(closer->other, closer->loop);
    fired++;
}

static void
a_callback_may_close_a_timer_of_the_same_tick(void **state)
{
    struct loop *loop = loop_new();
    struct timer one, other;
    struct closer closer = {&other, loop};
    uint64_t start_ms = clock_ms();

    (void)state;
    fired = 0;
    timer_init(&one, on_time_closes_another, &closer);
    timer_init(&other, on_time, NULL);
    timer_set(&one, loop, 50);
    timer_set(&other, loop, 50);
    turn_until(loop, start_ms + 250);
    assert_int_equal(fired, 1);
    timer_close(&one, loop);
    loop_free(&loop);
}

static void
frees_at_the_end_of_the_turn_and_not_before(void **state)
{
    struct loop *loop = loop_new();
    int object = 0;

    (void)state;
    fired = 0;
    loop_free_later(loop, &object, on_time);
    assert_int_equal(fired, 0);
    loop_turn(loop, 0);
    assert_int_equal(fired, 1);
    loop_free(&loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_once_at_its_time_and_not_before),
        cmocka_unit_test(setting_again_for_later_puts_it_off),
        cmocka_unit_test(setting_again_for_earlier_brings_it_forward),
        cmocka_unit_test(a_stopped_timer_stays_silent),
        cmocka_unit_test(a_callback_may_close_a_timer_of_the_same_tick),
        cmocka_unit_test(frees_at_the_end_of_the_turn_and_not_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
