/* SPDX-License-Identifier: Apache-2.0 */
/* What each algorithm chooses, and what none of them ever does. */
#include "../../unit.h"
#include "../worker_fixture.h"

#include "base/clock.h"
#include "base/random.h"
#include "worker/balancing/balancer.h"

#define NOW_MS 1000000

static uint64_t excluded_id;

static bool
is_excluded(const void *argument, const struct target_state *target)
{
    (void)argument;
    return target->id == excluded_id;
}

static int
open_fixture(void **state)
{
    struct worker_fixture *fixture = test_calloc(1, sizeof(*fixture));

    excluded_id = 0;
    random_seed_for_test(7);
    clock_set_for_test((uint64_t)NOW_MS * 1000, (uint64_t)NOW_MS * 1000);
    worker_fixture_open(fixture);
    *state = fixture;
    return 0;
}

static int
close_fixture(void **state)
{
    worker_fixture_close(*state);
    test_free(*state);
    return 0;
}

/* A used group "web" of three healthy targets with ids 1..3. */
static struct config_target_group *
add_web(struct worker_fixture *fixture, enum config_algorithm algorithm)
{
    struct config_target_group *group = snapshot_sample_add_group(fixture->sample, "web");

    group->algorithm = algorithm;
    snapshot_sample_add_rule(fixture->sample, "web");
    return group;
}

static void
add_targets(struct worker_fixture *fixture)
{
    for (uint16_t id = 1; id <= 3; id++)
        snapshot_sample_add_target(fixture->sample, "web", id, (uint16_t)(8000 + id));
}

static uint64_t
try(struct worker_fixture *fixture, bool is_second_try)
{
    const struct view *view = fixture->worker->view;
    struct balancer_choice choice = {.worker = fixture->worker,
                                     .view = view,
                                     .group = &view->groups[0],
                                     .is_second_try = is_second_try,
                                     .is_excluded = is_excluded};
    uint32_t index = balancer_choose(&choice);

    return index == SNAPSHOT_NO_INDEX ? 0 : view->targets[index]->id;
}

static uint64_t
choose(struct worker_fixture *fixture)
{
    return try(fixture, false);
}

static void
count_choices(struct worker_fixture *fixture, unsigned times, unsigned counts[4])
{
    memset(counts, 0, 4 * sizeof(*counts));
    for (unsigned i = 0; i < times; i++)
        counts[choose(fixture)]++;
}

static void
round_robin_takes_every_target_in_turn(void **state)
{
    unsigned counts[4];

    add_web(*state, ALGORITHM_ROUND_ROBIN);
    add_targets(*state);
    worker_fixture_publish(*state);
    count_choices(*state, 30, counts);
    assert_int_equal(counts[1], 10);
    assert_int_equal(counts[2], 10);
    assert_int_equal(counts[3], 10);
}

static void
round_robin_leaves_out_what_was_tried(void **state)
{
    unsigned counts[4];

    add_web(*state, ALGORITHM_ROUND_ROBIN);
    add_targets(*state);
    worker_fixture_publish(*state);
    excluded_id = 2;
    count_choices(*state, 30, counts);
    assert_int_equal(counts[2], 0);
    assert_int_equal(counts[1] + counts[3], 30);
}

/* Target 2 of three refuses: it has its turns all the same, and the others take its requests.
 */
static void
expect_even_first_tries(struct worker_fixture *fixture, enum config_algorithm algorithm)
{
    unsigned first[4] = {0}, second[4] = {0};

    add_web(fixture, algorithm);
    add_targets(fixture);
    worker_fixture_publish(fixture);
    for (int i = 0; i < 60; i++) {
        uint64_t id = choose(fixture);
        first[id]++;
        excluded_id = 2;
        second[id == 2 ? try(fixture, true) : 0]++;
        excluded_id = 0;
    }
    for (int id = 1; id <= 3; id++)
        assert_int_equal(first[id], 20);
    assert_int_equal(second[2], 0);
    assert_in_range(second[1], 5, 15);
    assert_int_equal(second[1] + second[3], 20);
}

static void
round_robin_gives_second_tries_turns_of_their_own(void **state)
{
    expect_even_first_tries(*state, ALGORITHM_ROUND_ROBIN);
}

static void
least_outstanding_gives_second_tries_turns_of_their_own(void **state)
{
    expect_even_first_tries(*state, ALGORITHM_LEAST_OUTSTANDING);
}

static void
round_robin_gives_a_ramping_target_a_growing_share(void **state)
{
    struct worker_fixture *fixture = *state;

    add_web(fixture, ALGORITHM_ROUND_ROBIN)->slow_start_ms = 30000;
    add_targets(fixture);
    struct snapshot_target_source *newest =
        snapshot_sample_add_target(fixture->sample, "web", 4, 8004);
    newest->joined_ms = newest->healthy_since_ms = NOW_MS;
    worker_fixture_publish(fixture);
    unsigned ramping = 0;
    clock_set_for_test((uint64_t)(NOW_MS + 3000) * 1000, (uint64_t)NOW_MS * 1000);
    for (int i = 0; i < 310; i++)
        ramping += choose(fixture) == 4;
    assert_in_range(ramping, 8, 12); /* a tenth of a full share of 310/3.1 */
    ramping = 0;
    clock_set_for_test((uint64_t)(NOW_MS + 15000) * 1000, (uint64_t)NOW_MS * 1000);
    for (int i = 0; i < 350; i++)
        ramping += choose(fixture) == 4;
    assert_in_range(ramping, 47, 53);
}

static void
never_chooses_a_draining_or_ejected_target(void **state)
{
    struct worker_fixture *fixture = *state;
    unsigned counts[4];

    add_web(fixture, ALGORITHM_ROUND_ROBIN);
    snapshot_sample_add_target(fixture->sample, "web", 1, 8001)->membership =
        MEMBERSHIP_DRAINING;
    snapshot_sample_add_target(fixture->sample, "web", 2, 8002)->is_ejected = true;
    snapshot_sample_add_target(fixture->sample, "web", 3, 8003);
    worker_fixture_publish(fixture);
    count_choices(fixture, 20, counts);
    assert_int_equal(counts[3], 20);
}

static void
fails_open_to_unhealthy_targets_but_not_to_draining_ones(void **state)
{
    struct worker_fixture *fixture = *state;
    unsigned counts[4];

    add_web(fixture, ALGORITHM_ROUND_ROBIN);
    snapshot_sample_add_target(fixture->sample, "web", 1, 8001)->membership =
        MEMBERSHIP_DRAINING;
    snapshot_sample_add_target(fixture->sample, "web", 2, 8002)->health = HEALTH_UNHEALTHY;
    snapshot_sample_add_target(fixture->sample, "web", 3, 8003)->health = HEALTH_UNHEALTHY;
    worker_fixture_publish(fixture);
    count_choices(fixture, 20, counts);
    assert_int_equal(counts[1], 0);
    assert_int_equal(counts[2], 10);
    assert_int_equal(counts[3], 10);
}

static void
least_outstanding_prefers_the_target_with_fewer_requests(void **state)
{
    struct worker_fixture *fixture = *state;

    add_web(fixture, ALGORITHM_LEAST_OUTSTANDING);
    add_targets(fixture);
    worker_fixture_publish(fixture);
    target_state_begin(fixture->worker->view->targets[0]);
    target_state_begin(fixture->worker->view->targets[2]);
    assert_int_equal(choose(fixture), 2);
    assert_int_equal(choose(fixture), 2);
    for (int i = 0; i < 3; i += 2) {
        struct target_state *target = fixture->worker->view->targets[i];
        target_state_end(fixture->worker, &target);
    }
}

static void
weighted_random_spreads_evenly(void **state)
{
    unsigned counts[4];

    add_web(*state, ALGORITHM_WEIGHTED_RANDOM);
    add_targets(*state);
    worker_fixture_publish(*state);
    count_choices(*state, 3000, counts);
    for (int id = 1; id <= 3; id++)
        assert_in_range(counts[id], 900, 1100);
}

static void
weighted_random_spares_an_anomalous_target(void **state)
{
    struct worker_fixture *fixture = *state;
    unsigned counts[4];

    add_web(fixture, ALGORITHM_WEIGHTED_RANDOM);
    add_targets(fixture);
    worker_fixture_publish(fixture);
    fixture->worker->view->targets[0]->anomaly_share = 10;
    count_choices(fixture, 2100, counts);
    assert_in_range(counts[1], 60, 140);
}

static void
prefers_its_own_zone_and_spills_over_when_that_is_busy(void **state)
{
    struct worker_fixture *fixture = *state;
    unsigned counts[4];

    snapshot_sample_config(fixture->sample)->zone = snapshot_sample_text(fixture->sample, "a");
    add_web(fixture, ALGORITHM_ROUND_ROBIN)->zone_preference = true;
    snapshot_sample_add_target(fixture->sample, "web", 1, 8001)->zone = "b";
    snapshot_sample_add_target(fixture->sample, "web", 2, 8002)->zone = "a";
    snapshot_sample_add_target(fixture->sample, "web", 3, 8003)->zone = "b";
    worker_fixture_publish(fixture);
    count_choices(fixture, 20, counts);
    assert_int_equal(counts[2], 20);
    for (int i = 0; i < 40; i++)
        target_state_begin(fixture->worker->view->targets[1]);
    count_choices(fixture, 30, counts);
    assert_int_equal(counts[2], 10);
    for (int i = 0; i < 40; i++) {
        struct target_state *target = fixture->worker->view->targets[1];
        target_state_end(fixture->worker, &target);
    }
    snapshot_sample_config(fixture->sample)->zone = NULL;
}

static void
finds_nothing_when_everything_was_tried(void **state)
{
    struct worker_fixture *fixture = *state;

    add_web(fixture, ALGORITHM_ROUND_ROBIN);
    snapshot_sample_add_target(fixture->sample, "web", 1, 8001);
    worker_fixture_publish(fixture);
    excluded_id = 1;
    assert_int_equal(choose(fixture), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(round_robin_takes_every_target_in_turn),
        TEST(round_robin_leaves_out_what_was_tried),
        TEST(round_robin_gives_second_tries_turns_of_their_own),
        TEST(least_outstanding_gives_second_tries_turns_of_their_own),
        TEST(round_robin_gives_a_ramping_target_a_growing_share),
        TEST(never_chooses_a_draining_or_ejected_target),
        TEST(fails_open_to_unhealthy_targets_but_not_to_draining_ones),
        TEST(least_outstanding_prefers_the_target_with_fewer_requests),
        TEST(weighted_random_spreads_evenly),
        TEST(weighted_random_spares_an_anomalous_target),
        TEST(prefers_its_own_zone_and_spills_over_when_that_is_busy),
        TEST(finds_nothing_when_everything_was_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
