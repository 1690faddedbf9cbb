/* SPDX-License-Identifier: Apache-2.0 */
/* Which kill events are first signs of a stop, and for how long. */
#include "../../unit.h"

#include <signal.h>

#include "base/clock.h"
#include "control/docker/docker_stop_sign.h"

#define START UINT64_C(1795442501328522000)

static struct docker_stop_sign
running(int stop_signal)
{
    clock_set_for_test(1000000, 1);
    return (struct docker_stop_sign){.generation = START, .stop_signal = stop_signal};
}

static void
takes_the_containers_own_stop_signal_only(void **state)
{
    struct docker_stop_sign sign = running(SIGQUIT);

    (void)state;
    assert_false(docker_stop_sign_take(&sign, SIGTERM, START + 1));
    assert_false(docker_stop_sign_take(&sign, SIGHUP, START + 1));
    assert_false(docker_stop_sign_take(&sign, 0, START + 1));
    assert_false(docker_stop_sign_holds(&sign));
    assert_true(docker_stop_sign_take(&sign, SIGQUIT, START + 1));
    assert_true(docker_stop_sign_holds(&sign));
}

static void
takes_sigkill_always(void **state)
{
    struct docker_stop_sign sign = running(SIGTERM);

    (void)state;
    assert_true(docker_stop_sign_take(&sign, SIGKILL, START + 1));
    assert_true(docker_stop_sign_holds(&sign));
}

static void
passes_over_events_of_an_earlier_generation_and_replayed_ones(void **state)
{
    struct docker_stop_sign sign = running(SIGTERM);

    (void)state;
    assert_false(docker_stop_sign_take(&sign, SIGTERM, START - 1));
    assert_true(docker_stop_sign_take(&sign, SIGTERM, START + 5));
    assert_false(docker_stop_sign_take(&sign, SIGTERM, START + 5));
}

static void
ends_with_the_next_start(void **state)
{
    struct docker_stop_sign sign = running(SIGTERM);

    (void)state;
    docker_stop_sign_take(&sign, SIGTERM, START + 5);
    sign.generation = START + 9;
    assert_false(docker_stop_sign_holds(&sign));
}

static void
judges_a_kill_that_came_before_the_first_reading_with_it(void **state)
{
    struct docker_stop_sign sign = running(0);

    (void)state;
    sign.generation = 0;
    assert_true(docker_stop_sign_take(&sign, SIGUSR1, START + 1));
    assert_false(docker_stop_sign_holds(&sign));
    sign.generation = START;
    sign.stop_signal = SIGTERM;
    assert_false(docker_stop_sign_holds(&sign));
    sign.stop_signal = SIGUSR1;
    assert_true(docker_stop_sign_holds(&sign));
}

static void
counts_until_well_after_the_stop_timeout(void **state)
{
    struct docker_stop_sign sign = running(SIGTERM);

    (void)state;
    assert_true(docker_stop_sign_left_ms(&sign) == 0);
    docker_stop_sign_take(&sign, SIGTERM, START + 1);
    assert_true(docker_stop_sign_left_ms(&sign) == 60000);
    clock_set_for_test(1000000 + 60000 * 1000, 1);
    assert_false(docker_stop_sign_holds(&sign));
    assert_true(docker_stop_sign_left_ms(&sign) == 0);

    sign = running(SIGTERM);
    sign.stop_timeout_seconds = 30;
    docker_stop_sign_take(&sign, SIGTERM, START + 1);
    assert_true(docker_stop_sign_left_ms(&sign) == 80000);

    sign = running(SIGTERM);
    sign.stop_timeout_seconds = 30;
    sign.expected_seconds = 300;
    docker_stop_sign_take(&sign, SIGTERM, START + 1);
    assert_true(docker_stop_sign_left_ms(&sign) == 350000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_containers_own_stop_signal_only),
        cmocka_unit_test(takes_sigkill_always),
        cmocka_unit_test(passes_over_events_of_an_earlier_generation_and_replayed_ones),
        cmocka_unit_test(ends_with_the_next_start),
        cmocka_unit_test(judges_a_kill_that_came_before_the_first_reading_with_it),
        cmocka_unit_test(counts_until_well_after_the_stop_timeout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
