/* SPDX-License-Identifier: Apache-2.0 */
/* What results of checks make of a target's health. */
#include "../unit.h"

#include "observer/verdict.h"

static const struct verdict_rules rules = {
    .interval_ms = 30000, .healthy_count = 3, .unhealthy_count = 2, .initial_count = 1};

static const struct probe_result passed = {PROBE_PASSED, 200, 1000};
static const struct probe_result refused = {PROBE_REFUSED, 0, 1000};
static const struct probe_result timed_out = {PROBE_TIMED_OUT, 0, 1000};
static const struct probe_result not_found = {PROBE_WRONG_CODE, 404, 1000};
static const struct probe_result forbidden = {PROBE_WRONG_CODE, 403, 1000};

static struct verdict
begin(enum target_health health)
{
    struct verdict verdict;

    verdict_begin(&verdict, health, 1000);
    return verdict;
}

static void
one_pass_makes_an_initial_target_healthy(void **state)
{
    struct verdict verdict = begin(HEALTH_INITIAL);

    (void)state;
    assert_int_equal(verdict.reason, TARGET_REASON_INITIAL_HEALTH_CHECKING);
    assert_true(verdict_note(&verdict, &rules, &passed, 1000));
    assert_int_equal(verdict.health, HEALTH_HEALTHY);
    assert_int_equal(verdict.reason, TARGET_REASON_NONE);
}

static void
an_initial_target_needs_as_many_passes_as_its_group_says(void **state)
{
    struct verdict verdict = begin(HEALTH_INITIAL);
    struct verdict_rules careful = rules;

    (void)state;
    careful.initial_count = 2;
    assert_false(verdict_note(&verdict, &careful, &passed, 1000));
    assert_true(verdict_note(&verdict, &careful, &refused, 1200)); /* the cause is new */
    assert_int_equal(verdict.cause, PROBE_REFUSED);
    assert_true(verdict_note(&verdict, &careful, &passed, 1400));
    assert_int_equal(verdict.cause, PROBE_NONE);
    assert_true(verdict_note(&verdict, &careful, &passed, 1600));
    assert_int_equal(verdict.health, HEALTH_HEALTHY);
}

static void
a_slowly_starting_target_stays_initial_for_the_thresholds_time(void **state)
{
    struct verdict verdict = begin(HEALTH_INITIAL);

    (void)state;
    verdict_note(&verdict, &rules, &refused, 1000);
    for (uint64_t now_ms = 1200; now_ms < 61000; now_ms += 200)
        assert_false(verdict_note(&verdict, &rules, &refused, now_ms));
    assert_int_equal(verdict.health, HEALTH_INITIAL);
    assert_int_equal(verdict.reason, TARGET_REASON_INITIAL_HEALTH_CHECKING);
    assert_int_equal(verdict.cause, PROBE_REFUSED);
    assert_true(verdict_note(&verdict, &rules, &refused, 61000));
    assert_int_equal(verdict.health, HEALTH_UNHEALTHY);
    assert_int_equal(verdict.reason, TARGET_REASON_FAILED_HEALTH_CHECKS);
}

static void
failures_in_a_row_make_a_healthy_target_unhealthy(void **state)
{
    struct verdict verdict = begin(HEALTH_HEALTHY);

    (void)state;
    assert_false(verdict_note(&verdict, &rules, &timed_out, 2000));
    assert_false(verdict_note(&verdict, &rules, &passed, 3000));
    assert_false(verdict_note(&verdict, &rules, &timed_out, 4000));
    assert_true(verdict_note(&verdict, &rules, &timed_out, 5000));
    assert_int_equal(verdict.health, HEALTH_UNHEALTHY);
    assert_int_equal(verdict.reason, TARGET_REASON_TIMEOUT);
}

static void
passes_in_a_row_bring_an_unhealthy_target_back(void **state)
{
    struct verdict verdict = begin(HEALTH_UNHEALTHY);

    (void)state;
    assert_false(verdict_note(&verdict, &rules, &passed, 2000));
    assert_false(verdict_note(&verdict, &rules, &passed, 3000));
    assert_true(verdict_note(&verdict, &rules, &passed, 4000));
    assert_int_equal(verdict.health, HEALTH_HEALTHY);
}

static void
an_unhealthy_targets_new_reason_is_a_change(void **state)
{
    struct verdict verdict = begin(HEALTH_UNHEALTHY);

    (void)state;
    assert_true(verdict_note(&verdict, &rules, &not_found, 2000));
    assert_int_equal(verdict.reason, TARGET_REASON_RESPONSE_CODE_MISMATCH);
    assert_int_equal(verdict.http_code, 404);
    assert_false(verdict_note(&verdict, &rules, &not_found, 3000));
    assert_true(verdict_note(&verdict, &rules, &forbidden, 4000));
    assert_int_equal(verdict.http_code, 403);
    assert_true(verdict_note(&verdict, &rules, &refused, 5000));
    assert_int_equal(verdict.http_code, 0);
    assert_int_equal(verdict.cause, PROBE_REFUSED);
    /* A pass that is not yet enough leaves the reason as it is. */
    assert_false(verdict_note(&verdict, &rules, &passed, 6000));
    assert_int_equal(verdict.cause, PROBE_REFUSED);
    assert_int_equal(verdict.reason, TARGET_REASON_FAILED_HEALTH_CHECKS);
}

static void
one_failed_confirming_check_makes_a_healthy_target_unhealthy(void **state)
{
    struct verdict verdict = begin(HEALTH_HEALTHY);

    (void)state;
    assert_false(verdict_note_confirming(&verdict, &rules, &passed, 2000));
    assert_true(verdict_note_confirming(&verdict, &rules, &refused, 3000));
    assert_int_equal(verdict.health, HEALTH_UNHEALTHY);
}

static void
a_failed_confirming_check_does_not_condemn_a_starting_target(void **state)
{
    struct verdict verdict = begin(HEALTH_INITIAL);

    (void)state;
    verdict_note_confirming(&verdict, &rules, &refused, 2000);
    assert_int_equal(verdict.health, HEALTH_INITIAL);
}

static void
tells_whether_a_state_without_checks_is_new(void **state)
{
    struct verdict verdict = begin(HEALTH_HEALTHY);

    (void)state;
    assert_true(verdict_set(&verdict, HEALTH_UNUSED, TARGET_REASON_NOT_IN_USE));
    assert_false(verdict_set(&verdict, HEALTH_UNUSED, TARGET_REASON_NOT_IN_USE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_makes_an_initial_target_healthy),
        cmocka_unit_test(an_initial_target_needs_as_many_passes_as_its_group_says),
        cmocka_unit_test(a_slowly_starting_target_stays_initial_for_the_thresholds_time),
        cmocka_unit_test(failures_in_a_row_make_a_healthy_target_unhealthy),
        cmocka_unit_test(passes_in_a_row_bring_an_unhealthy_target_back),
        cmocka_unit_test(an_unhealthy_targets_new_reason_is_a_change),
        cmocka_unit_test(one_failed_confirming_check_makes_a_healthy_target_unhealthy),
        cmocka_unit_test(a_failed_confirming_check_does_not_condemn_a_starting_target),
        cmocka_unit_test(tells_whether_a_state_without_checks_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
