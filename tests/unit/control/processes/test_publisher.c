/* SPDX-License-Identifier: Apache-2.0 */
/* When snapshots are made: the clock is moved by hand, the alarm rings in real time. */
#include "../../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/processes/publisher.h"

#define START_US 1000000000
/* As publisher.c has them. */
#define GATHER_US 2000
#define PATIENCE_US 100000
/* By so much an alarm may ring early: libevent reads a coarse clock. */
#define COARSE_US 10000

struct press {
    struct loop *loop;
    struct publisher *publisher;
    bool is_broken; /* nothing can be built */
    unsigned builds, publications;
    uint64_t published, published_at_us; /* in real time */
    int fds[8][2];                       /* of each generation */
};

static uint64_t
real_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    struct press *press = argument;

    press->builds++;
    if (press->is_broken) {
        errno = ENOMEM;
        return false;
    }
    for (int i = 0; i < 2; i++)
        press->fds[generation][i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    *files = (struct snapshot_files){.base_number = 1,
                                     .base_fd = press->fds[generation][0],
                                     .fd = press->fds[generation][1]};
    return true;
}

static void
on_published(void *argument, uint64_t generation)
{
    struct press *press = argument;

    press->publications++;
    press->published = generation;
    press->published_at_us = real_us();
}

static void
begin(struct press *press)
{
    static const struct publisher_callbacks callbacks = {build, on_published};

    *press = (struct press){.loop = loop_new()};
    clock_set_for_test(START_US, START_US);
    press->publisher = publisher_new(press->loop, &callbacks, press);
}

static void
end(struct press *press)
{
    publisher_free(&press->publisher);
    loop_free(&press->loop);
}

static void
advance_us(uint64_t microseconds)
{
    clock_set_for_test(clock_us() + microseconds, clock_wall_us() + microseconds);
}

/* Until the alarm has rung; it is set for at most PATIENCE_US of real time. */
static void
wait_for_generation(struct press *press, uint64_t generation)
{
    for (int turn = 0; turn < 1000 && press->published < generation; turn++)
        loop_turn(press->loop, 10);
    assert_true(press->published == generation);
}

static bool
is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

static void
nothing_is_published_before_the_first_time(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    assert_true(publisher_generation(press.publisher) == 0);
    assert_int_equal(publisher_files(press.publisher)->fd, -1);
    end(&press);
}

static void
many_changes_are_one_snapshot(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    for (int i = 0; i < 100; i++)
        publisher_request(press.publisher, i % 7 == 0);
    assert_int_equal(press.builds, 0);
    wait_for_generation(&press, 1);
    assert_int_equal(press.builds, 1);
    for (int i = 0; i < 3; i++)
        loop_turn(press.loop, 5);
    assert_int_equal(press.builds, 1);
    end(&press);
}

static void
an_urgent_change_goes_out_in_the_same_turn(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_request(press.publisher, false);
    publisher_request(press.publisher, true);
    loop_turn(press.loop, 0);
    loop_turn(press.loop, 0);
    assert_true(press.published == 1);
    end(&press);
}

/* A burst costs workers at most half of their time: they took 30 ms, and get 30 ms. */
static void
workers_get_as_long_for_themselves_as_they_needed(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_publish(press.publisher);
    advance_us(30000);
    publisher_request(press.publisher, true);
    publisher_note_applied(press.publisher, 1);
    uint64_t applied_at_us = real_us();
    wait_for_generation(&press, 2);
    assert_true(press.published_at_us >= applied_at_us + 30000 - COARSE_US);
    end(&press);
}

static void
the_next_waits_until_workers_have_the_one_before(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_publish(press.publisher);
    uint64_t requested_at_us = real_us();
    publisher_request(press.publisher, true);
    wait_for_generation(&press, 2);
    assert_true(press.published_at_us >= requested_at_us + PATIENCE_US - COARSE_US);
    end(&press);
}

static void
a_slow_worker_holds_up_nobody_for_ever(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_publish(press.publisher);
    advance_us(PATIENCE_US);
    publisher_request(press.publisher, true);
    loop_turn(press.loop, 0);
    loop_turn(press.loop, 0);
    assert_true(press.published == 2);
    end(&press);
}

static void
only_the_newest_generation_ends_the_wait(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_publish(press.publisher);
    publisher_publish(press.publisher);
    advance_us(5000);
    publisher_note_applied(press.publisher, 1);
    assert_true(publisher_times(press.publisher).applied_us == 0);
    publisher_note_applied(press.publisher, 2);
    assert_true(publisher_times(press.publisher).applied_us == 5000);
    end(&press);
}

/* From the first change that it tells of, not from when it was made. */
static void
the_time_until_it_is_applied_begins_with_the_change(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_request(press.publisher, false);
    advance_us(GATHER_US);
    wait_for_generation(&press, 1);
    advance_us(500);
    publisher_note_applied(press.publisher, 1);
    assert_true(publisher_times(press.publisher).applied_us == GATHER_US + 500);
    end(&press);
}

static void
what_cannot_be_built_leaves_the_one_before_in_force(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    publisher_publish(press.publisher);
    press.is_broken = true;
    publisher_publish(press.publisher);
    assert_true(publisher_generation(press.publisher) == 1);
    assert_int_equal(press.publications, 1);
    assert_true(is_open(publisher_files(press.publisher)->fd));
    press.is_broken = false;
    publisher_publish(press.publisher);
    assert_true(publisher_generation(press.publisher) == 2);
    end(&press);
}

/* Workers need not wait for the system to take pages back: the one before stays open. */
static void
the_last_two_generations_stay_open(void **state)
{
    struct press press;
    (void)state;

    begin(&press);
    for (int i = 0; i < 3; i++)
        publisher_publish(press.publisher);
    for (int i = 0; i < 2; i++) {
        assert_false(is_open(press.fds[1][i]));
        assert_true(is_open(press.fds[2][i]));
        assert_true(is_open(press.fds[3][i]));
    }
    end(&press);
    assert_false(is_open(press.fds[2][0]));
    assert_false(is_open(press.fds[3][1]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_published_before_the_first_time),
        cmocka_unit_test(many_changes_are_one_snapshot),
        cmocka_unit_test(an_urgent_change_goes_out_in_the_same_turn),
        cmocka_unit_test(workers_get_as_long_for_themselves_as_they_needed),
        cmocka_unit_test(the_next_waits_until_workers_have_the_one_before),
        cmocka_unit_test(a_slow_worker_holds_up_nobody_for_ever),
        cmocka_unit_test(only_the_newest_generation_ends_the_wait),
        cmocka_unit_test(the_time_until_it_is_applied_begins_with_the_change),
        cmocka_unit_test(what_cannot_be_built_leaves_the_one_before_in_force),
        cmocka_unit_test(the_last_two_generations_stay_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
