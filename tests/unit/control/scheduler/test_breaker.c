/* SPDX-License-Identifier: Apache-2.0 */
/* Pauses after failures, and when a deployment is over. */
#include "../../unit.h"

#include "control/scheduler/breaker.h"

static void
waits_longer_after_each_failure_and_a_minute_at_most(void **state)
{
    static const uint64_t waits[] = {500,   1000,  2000,  4000,  8000,
                                     16000, 32000, 60000, 60000, 60000};
    struct breaker breaker = {.failures = 0};
    uint64_t now_ms = 1000;

    (void)state;
    assert_true(breaker_may_start(&breaker, now_ms));
    for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
        breaker_note_failure(&breaker, now_ms);
        assert_false(breaker_may_start(&breaker, now_ms + waits[i] - 1));
        now_ms += waits[i];
        assert_true(breaker_may_start(&breaker, now_ms));
    }
    breaker_note_running(&breaker);
    assert_true(breaker_may_start(&breaker, 0));
    breaker_note_failure(&breaker, 0);
    assert_false(breaker_may_start(&breaker, 499));
    assert_true(breaker_may_start(&breaker, 500));
}

static void
half_of_the_tasks_trip_it_three_to_two_hundred(void **state)
{
    static const struct {
        unsigned desired, threshold;
    } rows[] = {{0, 3}, {1, 3}, {6, 3}, {7, 4}, {10, 5}, {399, 200}, {400, 200}, {10000, 200}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct breaker breaker = {.failures = rows[i].threshold - 1};
        assert_int_equal(breaker_threshold(rows[i].desired), rows[i].threshold);
        assert_false(breaker_is_tripped(&breaker, rows[i].desired));
        breaker_note_failure(&breaker, 0);
        assert_true(breaker_is_tripped(&breaker, rows[i].desired));
    }
}

/* What failed before the first one ran did not keep it from that; what fails beside it does. */
static void
the_first_that_runs_forgives_and_others_do_not(void **state)
{
    struct breaker breaker = {.failures = 0};

    (void)state;
    breaker_note_failure(&breaker, 0);
    breaker_note_failure(&breaker, 0);
    breaker_note_running(&breaker);
    assert_int_equal(breaker.failures, 0);
    breaker_note_failure(&breaker, 0);
    breaker_note_failure(&breaker, 0);
    breaker_note_running(&breaker);
    breaker_note_failure(&breaker, 0);
    assert_true(breaker_is_tripped(&breaker, 2));
    breaker_note_success(&breaker);
    assert_false(breaker_is_tripped(&breaker, 2));
    assert_true(breaker.has_run);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_longer_after_each_failure_and_a_minute_at_most),
        cmocka_unit_test(half_of_the_tasks_trip_it_three_to_two_hundred),
        cmocka_unit_test(the_first_that_runs_forgives_and_others_do_not),
    };

    return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
