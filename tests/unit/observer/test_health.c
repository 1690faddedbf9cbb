/* SPDX-License-Identifier: Apache-2.0 */
/* Which targets are checked and when, with probes whose results the test gives. */
#include "../unit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../../support/snapshot_sample.h"
#include "base/random.h"
#include "ipc/snapshot_open.h"
#include "observer/health.h"

#define PROBES_MAX 2048

struct fake_probe {
    uint16_t port;
    probe_done *on_done;
    void *argument;
    bool is_over;
};

static struct fake_probe probes[PROBES_MAX];
static size_t probe_count;
static unsigned running, cancelled;

static void *
fake_start(struct loop *loop, const struct probe_order *order, probe_done *on_done,
           void *argument)
{
    (void)loop;
    assert_true(probe_count < PROBES_MAX);
    probes[probe_count] = (struct fake_probe){order->address.port, on_done, argument, false};
    running++;
    return &probes[probe_count++];
}

static void
fake_cancel(void *probe)
{
    assert_false(((struct fake_probe *)probe)->is_over);
    ((struct fake_probe *)probe)->is_over = true;
    running--;
    cancelled++;
}

static const struct probe_kind fake_kind = {fake_start, fake_cancel};
static const struct probe_kind *const fake_kinds[PROTOCOL_VERSION_COUNT] = {
    &fake_kind, &fake_kind, &fake_kind};

struct fixture {
    struct loop *loop;
    struct health *health;
    struct snapshot_sample *sample;
    struct snapshot_base *base; /* of the snapshot */
    struct snapshot *snapshot;
    uint64_t generation;
    unsigned reports;
    uint64_t target_id;
    struct verdict verdict; /* the last one reported */
    struct probe_report last;
};

static void
on_report(void *argument, uint64_t target_id, const struct verdict *verdict,
          const struct probe_report *last)
{
    struct fixture *fixture = argument;

    fixture->last = *last;
    fixture->reports++;
    fixture->target_id = target_id;
    fixture->verdict = *verdict;
}

static void
add_group(struct fixture *fixture, const char *name, bool is_used)
{
    struct config_target_group *group = snapshot_sample_add_group(fixture->sample, name);

    group->health_check.interval_ms = 30000;
    group->health_check.timeout_ms = 5000;
    group->health_check.healthy_threshold_count = 3;
    group->health_check.unhealthy_threshold_count = 2;
    group->health_check.initial_healthy_count = 1;
    if (is_used)
        snapshot_sample_add_rule(fixture->sample, name);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    probe_count = running = cancelled = 0;
    fixture->loop = loop_new();
    fixture->health = health_new(fixture->loop, fake_kinds, on_report, fixture);
    fixture->sample = snapshot_sample_new();
    add_group(fixture, "web", true);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    health_free(&fixture->health);
    assert_int_equal(running, 0);
    snapshot_close(&fixture->snapshot);
    snapshot_base_close(&fixture->base);
    snapshot_sample_free(&fixture->sample);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

static struct snapshot_target_source *
add_target(struct fixture *fixture, const char *group, uint64_t id, enum target_health health)
{
    struct snapshot_target_source *target =
        snapshot_sample_add_target(fixture->sample, group, id, (uint16_t)(8000 + id));

    target->health = health;
    return target;
}

static void
apply_files(struct fixture *fixture, struct snapshot_files *files)
{
    const char *error = NULL;
    struct snapshot *old = fixture->snapshot;

    fixture->snapshot = snapshot_open(files->fd, fixture->base, &error);
    assert_non_null(fixture->snapshot);
    snapshot_files_close(files);
    health_apply(fixture->health, fixture->snapshot);
    snapshot_close(&old);
}

static void
apply(struct fixture *fixture)
{
    const char *error = NULL;
    struct snapshot_files files = snapshot_sample_build(fixture->sample, ++fixture->generation);

    snapshot_base_close(&fixture->base);
    fixture->base = snapshot_base_open(files.base_fd, &error);
    apply_files(fixture, &files);
}

/* On the same base: only targets may have changed. */
static void
apply_targets(struct fixture *fixture)
{
    struct snapshot_files files =
        snapshot_sample_build_again(fixture->sample, ++fixture->generation);

    apply_files(fixture, &files);
}

static void
finish(struct fake_probe *probe, enum probe_outcome outcome)
{
    const struct probe_result result = {outcome, outcome == PROBE_PASSED ? 200 : 0, 700};

    assert_false(probe->is_over);
    probe->is_over = true;
    running--;
    probe->on_done(probe->argument, &result);
}

static void
checks_a_new_target_at_once_and_reports_its_first_pass(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    assert_int_equal(probe_count, 1);
    assert_int_equal(probes[0].port, 8007);
    finish(&probes[0], PROBE_PASSED);
    assert_int_equal(fixture->reports, 1);
    assert_int_equal(fixture->target_id, 7);
    assert_int_equal(fixture->verdict.health, HEALTH_HEALTHY);
}

static void
checks_again_soon_while_initial(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    finish(&probes[0], PROBE_REFUSED);
    assert_int_equal(fixture->verdict.health, HEALTH_INITIAL);
    while (probe_count < 2)
        loop_turn(fixture->loop, 1000);
    finish(&probes[1], PROBE_PASSED);
    assert_int_equal(fixture->verdict.health, HEALTH_HEALTHY);
}

static void
tells_of_every_check_what_came_of_it(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    finish(&probes[0], PROBE_REFUSED);
    assert_int_equal(fixture->reports, 1);
    assert_int_equal(fixture->verdict.reason, TARGET_REASON_INITIAL_HEALTH_CHECKING);
    assert_int_equal(fixture->verdict.cause, PROBE_REFUSED);
    assert_int_equal(fixture->last.outcome, PROBE_REFUSED);
    assert_int_equal(fixture->last.timeout_ms, 5000);
    assert_true(fixture->last.wall_us != 0);
    while (probe_count < 2)
        loop_turn(fixture->loop, 1000);
    finish(&probes[1], PROBE_TLS);
    assert_int_equal(fixture->reports, 2);
    assert_int_equal(fixture->verdict.cause, PROBE_TLS);
}

static void
keeps_verdicts_over_snapshots(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    finish(&probes[0], PROBE_PASSED);
    apply(fixture);
    apply(fixture);
    assert_int_equal(probe_count, 1);
    assert_int_equal(fixture->reports, 1);
}

static void
begins_with_the_health_that_the_snapshot_gives(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_HEALTHY);
    apply(fixture);
    assert_int_equal(probe_count, 0);
    assert_int_equal(fixture->reports, 0);
}

static void
stops_checking_a_target_that_drains(void **state)
{
    struct fixture *fixture = *state;
    struct snapshot_target_source *target = add_target(fixture, "web", 7, HEALTH_INITIAL);

    apply(fixture);
    target->membership = MEMBERSHIP_DRAINING;
    apply(fixture);
    assert_int_equal(cancelled, 1);
    assert_int_equal(running, 0);
}

static void
goes_on_checking_a_target_whose_task_is_about_to_stop(void **state)
{
    struct fixture *fixture = *state;
    struct snapshot_target_source *target = add_target(fixture, "web", 7, HEALTH_HEALTHY);

    apply(fixture);
    target->membership = MEMBERSHIP_STOPPING;
    apply(fixture);
    health_check_now(fixture->health, 7);
    assert_int_equal(running, 1);
    target->membership = MEMBERSHIP_RECALLED;
    apply(fixture);
    finish(&probes[0], PROBE_PASSED);
    assert_int_equal(fixture->verdict.health, HEALTH_HEALTHY);
    target->membership = MEMBERSHIP_DRAINING;
    apply(fixture);
    health_check_now(fixture->health, 7);
    assert_int_equal(fixture->verdict.health, HEALTH_UNUSED);
}

static void
runs_a_limited_number_of_checks_at_a_time(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t id = 1; id <= HEALTH_PROBES_MAX + 10; id++)
        add_target(fixture, "web", id, HEALTH_INITIAL);
    apply(fixture);
    assert_int_equal(running, HEALTH_PROBES_MAX);
    for (size_t i = 0; i < 10; i++) {
        finish(&probes[i], PROBE_PASSED);
        assert_int_equal(running, HEALTH_PROBES_MAX);
    }
    finish(&probes[10], PROBE_PASSED);
    assert_int_equal(running, HEALTH_PROBES_MAX - 1);
    assert_int_equal(probe_count, HEALTH_PROBES_MAX + 10);
}

static void
reports_targets_of_an_unused_group_as_unused(void **state)
{
    struct fixture *fixture = *state;

    add_group(fixture, "spare", false);
    add_target(fixture, "spare", 7, HEALTH_INITIAL);
    apply(fixture);
    assert_int_equal(probe_count, 0);
    assert_int_equal(fixture->verdict.health, HEALTH_UNUSED);
    assert_int_equal(fixture->verdict.reason, TARGET_REASON_NOT_IN_USE);
    apply(fixture);
    assert_int_equal(fixture->reports, 1);
    snapshot_sample_add_rule(fixture->sample, "spare");
    apply(fixture);
    assert_int_equal(fixture->verdict.health, HEALTH_INITIAL);
    assert_int_equal(probe_count, 1);
}

static void
reports_targets_without_checks_as_unavailable(void **state)
{
    struct fixture *fixture = *state;

    snapshot_sample_config(fixture->sample)->target_groups[0].health_check.enabled = false;
    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    assert_int_equal(probe_count, 0);
    assert_int_equal(fixture->verdict.health, HEALTH_UNAVAILABLE);
    assert_int_equal(fixture->verdict.reason, TARGET_REASON_HEALTH_CHECK_DISABLED);
}

static void
always_reports_a_confirming_check(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_HEALTHY);
    apply(fixture);
    health_check_now(fixture->health, 7);
    assert_int_equal(probe_count, 1);
    finish(&probes[0], PROBE_PASSED);
    assert_int_equal(fixture->reports, 1);
    assert_int_equal(fixture->verdict.health, HEALTH_HEALTHY);
    health_check_now(fixture->health, 7);
    finish(&probes[1], PROBE_REFUSED);
    assert_int_equal(fixture->reports, 2);
    assert_int_equal(fixture->verdict.health, HEALTH_UNHEALTHY);
}

static void
confirms_with_a_check_that_begins_after_it_was_asked_for(void **state)
{
    struct fixture *fixture = *state;

    add_target(fixture, "web", 7, HEALTH_INITIAL);
    apply(fixture);
    health_check_now(fixture->health, 7);
    assert_int_equal(probe_count, 1);
    finish(&probes[0], PROBE_PASSED);
    assert_int_equal(probe_count, 2);
    assert_int_equal(fixture->reports, 1);
    finish(&probes[1], PROBE_PASSED);
    assert_int_equal(fixture->reports, 2);
}

static void
reports_an_unknown_target_as_not_registered(void **state)
{
    struct fixture *fixture = *state;

    apply(fixture);
    health_check_now(fixture->health, 99);
    assert_int_equal(fixture->target_id, 99);
    assert_int_equal(fixture->verdict.health, HEALTH_UNUSED);
    assert_int_equal(fixture->verdict.reason, TARGET_REASON_NOT_REGISTERED);
}

static void
spreads_the_beats_of_many_targets_over_the_interval(void **state)
{
    unsigned tenths[10] = {0};

    (void)state;
    for (uint64_t id = 1; id <= 1000; id++) {
        uint64_t beat = health_next_beat_ms(id, 30000, 1234567);
        assert_in_range(beat, 1234568, 1264567);
        assert_true(health_next_beat_ms(id, 30000, beat) == beat + 30000);
        tenths[(beat - 1234568) / 3000]++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(tenths[i], 50, 150);
}

static unsigned
count_running(uint64_t target_id)
{
    unsigned count = 0;

    for (size_t i = 0; i < probe_count; i++)
        count += !probes[i].is_over && probes[i].port == 8000 + target_id;
    return count;
}

static void
assert_exactly_the_followed_are_checked(struct fixture *fixture)
{
    size_t count;
    const struct snapshot_target_source *targets =
        snapshot_sample_targets(fixture->sample, &count);

    for (size_t i = 0; i < count; i++) {
        bool is_followed = targets[i].membership == MEMBERSHIP_REGISTERING ||
                           targets[i].membership == MEMBERSHIP_IN_SERVICE ||
                           targets[i].membership == MEMBERSHIP_STOPPING ||
                           targets[i].membership == MEMBERSHIP_RECALLED;
        assert_int_equal(count_running(targets[i].id), is_followed);
    }
}

/* A new target, or another membership for one that there is. */
static void
change_something(struct fixture *fixture)
{
    size_t count;
    struct snapshot_target_source *targets = snapshot_sample_targets(fixture->sample, &count);

    if (random_below(3) == 0)
        add_target(fixture, random_below(2) == 0 ? "web" : "app", count + 1, HEALTH_INITIAL);
    else if (count > 0)
        targets[random_below(count)].membership =
            (enum target_membership)random_below(MEMBERSHIP_GONE + 1);
}

static void
follows_whatever_changes_from_snapshot_to_snapshot(void **state)
{
    struct fixture *fixture = *state;

    random_seed_for_test(7);
    add_group(fixture, "app", true);
    apply(fixture);
    for (int step = 0; step < 300; step++) {
        for (uint64_t n = random_below(4); n > 0; n--)
            change_something(fixture);
        if (step % 50 == 0)
            apply(fixture);
        else
            apply_targets(fixture);
        assert_exactly_the_followed_are_checked(fixture);
    }
}

#define HEALTH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HEALTH_TEST(checks_a_new_target_at_once_and_reports_its_first_pass),
        HEALTH_TEST(checks_again_soon_while_initial),
        HEALTH_TEST(tells_of_every_check_what_came_of_it),
        HEALTH_TEST(keeps_verdicts_over_snapshots),
        HEALTH_TEST(begins_with_the_health_that_the_snapshot_gives),
        HEALTH_TEST(stops_checking_a_target_that_drains),
        HEALTH_TEST(goes_on_checking_a_target_whose_task_is_about_to_stop),
        HEALTH_TEST(runs_a_limited_number_of_checks_at_a_time),
        HEALTH_TEST(reports_targets_of_an_unused_group_as_unused),
        HEALTH_TEST(reports_targets_without_checks_as_unavailable),
        HEALTH_TEST(always_reports_a_confirming_check),
        HEALTH_TEST(confirms_with_a_check_that_begins_after_it_was_asked_for),
        HEALTH_TEST(reports_an_unknown_target_as_not_registered),
        HEALTH_TEST(follows_whatever_changes_from_snapshot_to_snapshot),
        cmocka_unit_test(spreads_the_beats_of_many_targets_over_the_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
