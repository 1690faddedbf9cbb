/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches, success and failure of a whole roll. The stand's engine refuses every DELETE, so
 * what would be removed stays, which ends no roll.
 */
#include "rollout_stand.h"

#include "control/rollout/roll.h"

static const struct roll_callbacks callbacks = {rollout_stand_on_step, rollout_stand_on_done};

static void
begin(struct rollout_stand *stand, unsigned batch)
{
    const struct roll_order order = {.service = "srvweb",
                                     .image = "new",
                                     .batch = batch,
                                     .ready_seconds = 5,
                                     .stop_seconds = 10};

    assert_null(roll_obstacle(stand->rollout, "srvweb"));
    roll_begin(stand->rollout, &order, &callbacks, stand);
}

/* Where the first of two texts stands before the second. */
static void
assert_before(const char *text, const char *first, const char *second)
{
    const char *one = strstr(text, first), *other = strstr(text, second);

    assert_non_null(one);
    assert_non_null(other);
    assert_true(one < other);
}

static void
the_new_one_serves_before_the_old_one_is_stopped(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    begin(stand, 1);
    rollout_stand_wait(stand);
    assert_string_equal(stand->error, "");
    assert_before(stand->calls, "/containers/create", "/containers/f00d/start");
    assert_before(stand->calls, "/containers/f00d/start", "/containers/aa/stop?t=10");
    assert_before(stand->calls, "/containers/aa/stop", "/containers/f00d/rename");
    assert_before(stand->steps, "name-aa: its replacement is healthy", "name-aa is drained");
    assert_null(registry_find(stand->world->registry, "docker", "aa"));
    assert_non_null(registry_find(stand->world->registry, "docker", "f00d"));
    rollout_stand_free(stand);
}

static void
batches_go_one_after_the_other_by_name(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "bb");
    rollout_stand_run(stand, "aa");
    begin(stand, 1);
    /* The stand's engine gives each new container the same id: the second cannot begin. */
    rollout_stand_wait_for_call(stand, "POST /containers/aa/stop");
    assert_null(strstr(stand->calls, "GET /containers/bb/json"));
    rollout_stand_wait_for_call(stand, "GET /containers/bb/json");
    assert_before(stand->calls, "POST /containers/aa/stop", "GET /containers/bb/json");
    rollout_stand_free(stand);
}

static void
a_batch_of_two_begins_both(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    rollout_stand_run(stand, "bb");
    begin(stand, 2);
    rollout_stand_wait_for_call(stand, "GET /containers/bb/json");
    assert_null(strstr(stand->calls, "/stop"));
    rollout_stand_free(stand);
}

/* One row a step: what the engine refuses, and what must not have happened then. */
static void
a_failure_anywhere_leaves_the_old_one_serving(void **state)
{
    static const struct {
        const char *refused, *never;
    } rows[] = {
        {"json aa", "/containers/create"},
        {"POST create", "/start"},
        {"start f00d", "/containers/aa/stop"},
        {"stop aa", "/containers/f00d/rename"},
    };

    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rollout_stand *stand = rollout_stand_new();
        snprintf(stand->refused, sizeof(stand->refused), "%s", rows[i].refused);
        rollout_stand_run(stand, "aa");
        begin(stand, 1);
        rollout_stand_wait(stand);
        assert_non_null(strstr(stand->error, "name-aa: "));
        assert_non_null(strstr(stand->error, "the engine is tired"));
        assert_null(strstr(stand->calls, rows[i].never));
        for (int turn = 0; turn < 10; turn++)
            rollout_stand_turn(stand);
        const struct registered_target *old = find_target(stand->world, "web", 32768);
        assert_non_null(old);
        assert_int_equal(old->membership, MEMBERSHIP_IN_SERVICE);
        rollout_stand_free(stand);
    }
}

static void
one_that_is_not_healthy_in_time_goes_back(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    stand->is_sick = true;
    rollout_stand_run(stand, "aa");
    begin(stand, 1);
    rollout_stand_wait(stand);
    assert_string_equal(stand->error, "name-aa: it was not healthy in time");
    assert_null(strstr(stand->calls, "/containers/aa/stop"));
    assert_non_null(registry_find(stand->world->registry, "docker", "aa"));
    rollout_stand_free(stand);
}

static void
says_why_a_service_cannot_be_rolled(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    assert_non_null(roll_obstacle(stand->rollout, "srvweb")); /* no container */
    rollout_stand_run(stand, "aa");
    assert_null(roll_obstacle(stand->rollout, "srvweb"));
    assert_non_null(roll_obstacle(stand->rollout, "srvapp"));
    begin(stand, 1);
    assert_string_equal(roll_obstacle(stand->rollout, "srvweb"), "it is being rolled already");
    rollout_stand_wait(stand);
    assert_null(roll_obstacle(stand->rollout, "srvweb"));
    rollout_stand_free(stand);
}

/* Control is going: what is half done stays where it is, and nobody is told of an end. */
static void
a_stop_of_control_takes_no_further_step(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    begin(stand, 1);
    rollout_stand_wait_for_call(stand, "/containers/create");
    rollout_stop(stand->rollout);
    for (int turn = 0; turn < 50; turn++)
        rollout_stand_turn(stand);
    assert_null(stand->error);
    assert_null(strstr(stand->calls, "/stop"));
    rollout_stand_free(stand);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_one_serves_before_the_old_one_is_stopped),
        cmocka_unit_test(batches_go_one_after_the_other_by_name),
        cmocka_unit_test(a_batch_of_two_begins_both),
        cmocka_unit_test(a_failure_anywhere_leaves_the_old_one_serving),
        cmocka_unit_test(one_that_is_not_healthy_in_time_goes_back),
        cmocka_unit_test(says_why_a_service_cannot_be_rolled),
        cmocka_unit_test(a_stop_of_control_takes_no_further_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
