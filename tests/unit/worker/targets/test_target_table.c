/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime state over generations: ids, views, exchanges that outlive both; client limits. */
#include "../../unit.h"
#include "../worker_fixture.h"

#include "worker/listeners/client_limits.h"
#include "worker/targets/retry_budget.h"

static int
open_fixture(void **state)
{
    struct worker_fixture *fixture = test_calloc(1, sizeof(*fixture));

    worker_fixture_open(fixture);
    snapshot_sample_add_group(fixture->sample, "web");
    snapshot_sample_add_rule(fixture->sample, "web");
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

static struct target_state *
find(struct worker_fixture *fixture, uint64_t id)
{
    return target_table_find(fixture->worker->targets, id);
}

static void
a_target_keeps_its_state_over_generations(void **state)
{
    struct worker_fixture *fixture = *state;

    snapshot_sample_add_target(fixture->sample, "web", 7, 8007);
    worker_fixture_publish(fixture);
    struct target_state *target = find(fixture, 7);
    target->keep_alive_ms = 4711;
    worker_fixture_publish(fixture);
    assert_ptr_equal(find(fixture, 7), target);
    assert_int_equal(target->keep_alive_ms, 4711);
    assert_int_equal(target->views, 1);
}

static void
the_same_address_with_another_id_is_another_target(void **state)
{
    struct worker_fixture *fixture = *state;
    struct snapshot_target_source *source =
        snapshot_sample_add_target(fixture->sample, "web", 7, 8007);

    worker_fixture_publish(fixture);
    target_state_begin(find(fixture, 7));
    source->id = 8;
    worker_fixture_publish(fixture);
    assert_non_null(find(fixture, 8));
    assert_int_equal(find(fixture, 8)->in_flight, 0);
    /* Its counters begin anew, though the row is the same. */
    assert_int_equal(counter_read(&find(fixture, 8)->counters->in_flight), 0);
    struct target_state *old = find(fixture, 7);
    target_state_end(fixture->worker, &old);
    assert_int_equal(counter_read(&find(fixture, 8)->counters->in_flight), 0);
    assert_null(find(fixture, 7));
}

static void
an_exchange_keeps_a_target_that_no_view_names(void **state)
{
    struct worker_fixture *fixture = *state;
    struct snapshot_target_source *source =
        snapshot_sample_add_target(fixture->sample, "web", 7, 8007);

    worker_fixture_publish(fixture);
    struct target_state *target = find(fixture, 7);
    target_state_begin(target);
    source->id = 8;
    source->counter_row = 5;
    worker_fixture_publish(fixture);
    assert_ptr_equal(find(fixture, 7), target);
    assert_int_equal(target->views, 0);
    target_state_end(fixture->worker, &target);
    assert_null(target);
    assert_null(find(fixture, 7));
}

static void
a_pinned_view_keeps_its_targets(void **state)
{
    struct worker_fixture *fixture = *state;
    struct snapshot_target_source *source =
        snapshot_sample_add_target(fixture->sample, "web", 7, 8007);

    worker_fixture_publish(fixture);
    struct view *pinned = view_pin(fixture->worker->view);
    source->id = 8;
    worker_fixture_publish(fixture);
    assert_ptr_equal(pinned->targets[0], find(fixture, 7));
    view_unpin(fixture->worker, &pinned);
    assert_null(pinned);
    assert_null(find(fixture, 7));
}

static void
outstanding_requests_are_summed_over_workers(void **state)
{
    struct worker_fixture *fixture = *state;
    int fd = counters_create();
    struct counters *other = counters_map(fd, true);

    snapshot_sample_add_target(fixture->sample, "web", 7, 8007);
    worker_fixture_publish(fixture);
    fixture->worker->worker_count = 2;
    fixture->worker->others[2] = other;
    struct target_state *target = find(fixture, 7);
    counter_set(&other->targets[target->counter_row].target_id, 7);
    counter_set(&other->targets[target->counter_row].in_flight, 3);
    target_state_begin(target);
    assert_int_equal(target_state_outstanding(fixture->worker, target), 4);
    counter_set(&other->targets[target->counter_row].target_id, 6);
    assert_int_equal(target_state_outstanding(fixture->worker, target), 1);
    target_state_end(fixture->worker, &target);
}

static void
addresses_are_limited_each_for_itself(void **state)
{
    struct worker_fixture *fixture = *state;
    struct address one = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
    struct address two = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 2}};
    bool is_counted = false;

    snapshot_sample_config(fixture->sample)->limits.connections_per_address = 2;
    worker_fixture_publish(fixture);
    struct worker *worker = fixture->worker;
    assert_true(client_limits_admit(worker, &one, &is_counted) && is_counted);
    assert_true(client_limits_admit(worker, &one, &is_counted));
    assert_false(client_limits_admit(worker, &one, &is_counted));
    assert_false(is_counted);
    assert_true(client_limits_admit(worker, &two, &is_counted));
    client_limits_release(worker, &one);
    assert_true(client_limits_admit(worker, &one, &is_counted));
}

static void
who_came_while_nothing_was_limited_is_not_counted(void **state)
{
    struct worker_fixture *fixture = *state;
    struct address one = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
    bool is_counted = true;

    worker_fixture_publish(fixture);
    assert_true(client_limits_admit(fixture->worker, &one, &is_counted));
    assert_false(is_counted);
}

static void
all_connections_have_a_limit(void **state)
{
    struct worker_fixture *fixture = *state;
    struct address one = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}};
    bool is_counted;

    snapshot_sample_config(fixture->sample)->limits.connections = 5;
    worker_fixture_publish(fixture);
    fixture->worker->client_count = 4;
    assert_true(client_limits_admit(fixture->worker, &one, &is_counted));
    fixture->worker->client_count = 5;
    assert_false(client_limits_admit(fixture->worker, &one, &is_counted));
    fixture->worker->client_count = 0;
}

static void
a_retry_costs_what_five_requests_earn(void **state)
{
    struct group_state group = {0};

    (void)state;
    assert_false(retry_budget_spend(&group));
    for (int i = 0; i < RETRY_COST / RETRY_EARNED; i++)
        retry_budget_earn(&group);
    assert_true(retry_budget_spend(&group));
    assert_false(retry_budget_spend(&group));
}

static void
a_burst_of_retries_is_bounded(void **state)
{
    struct group_state group = {0};
    unsigned retries = 0;

    (void)state;
    retry_budget_init(&group);
    for (int i = 0; i < 100000; i++)
        retry_budget_earn(&group);
    while (retry_budget_spend(&group))
        retries++;
    assert_in_range(retries, RETRY_SAVED_MAX / RETRY_COST, RETRY_SAVED_MAX / RETRY_COST + 1);
}

int
main(void)
{
#define FIXTURE(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        FIXTURE(a_target_keeps_its_state_over_generations),
        FIXTURE(the_same_address_with_another_id_is_another_target),
        FIXTURE(an_exchange_keeps_a_target_that_no_view_names),
        FIXTURE(a_pinned_view_keeps_its_targets),
        FIXTURE(outstanding_requests_are_summed_over_workers),
        FIXTURE(addresses_are_limited_each_for_itself),
        FIXTURE(who_came_while_nothing_was_limited_is_not_counted),
        FIXTURE(all_connections_have_a_limit),
        cmocka_unit_test(a_retry_costs_what_five_requests_earn),
        cmocka_unit_test(a_burst_of_retries_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
