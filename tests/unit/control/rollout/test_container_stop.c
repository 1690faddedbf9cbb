/* SPDX-License-Identifier: Apache-2.0 */
/* Drain, then stop: in this order whatever happens, and with one end. */
#include "rollout_stand.h"

#include "control/rollout/container_stop.h"

static const struct container_stop_callbacks callbacks = {rollout_stand_on_step,
                                                          rollout_stand_on_done};

static const char *
stop(struct rollout_stand *stand, const char *source, const char *id)
{
    const struct task_record *record = registry_find(stand->world->registry, source, id);

    assert_non_null(record);
    return container_stop(stand->rollout, record, 5, &callbacks, stand);
}

static void
stops_only_when_the_last_request_is_done(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    stand->in_flight = 1;
    assert_null(stop(stand, "docker", "aa"));
    for (int turn = 0; turn < 50; turn++)
        rollout_stand_turn(stand);
    assert_string_equal(stand->calls, "");
    assert_int_equal(find_target(stand->world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    stand->in_flight = 0;
    rollout_stand_wait(stand);
    assert_string_equal(stand->error, "");
    assert_string_equal(stand->calls, "POST /containers/aa/stop?t=5\n");
    assert_string_equal(stand->steps, "name-aa is being drained\n"
                                      "name-aa is drained; stopping it\n"
                                      "name-aa is stopped\n");
    rollout_stand_free(stand);
}

static void
one_without_targets_is_stopped_at_once(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    registry_put_task(stand->world->registry, make_task("aa", 1, "nobodys", 8080));
    stand->in_flight = 1;
    assert_null(stop(stand, "docker", "aa"));
    rollout_stand_wait(stand);
    assert_string_equal(stand->error, "");
    assert_string_equal(stand->steps, "aa has no targets\n"
                                      "aa is drained; stopping it\n"
                                      "aa is stopped\n");
    rollout_stand_free(stand);
}

static void
one_that_could_not_be_stopped_serves_again(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    snprintf(stand->refused, sizeof(stand->refused), "stop aa");
    rollout_stand_run(stand, "aa");
    assert_null(stop(stand, "docker", "aa"));
    rollout_stand_wait(stand);
    assert_non_null(strstr(stand->error, "the engine is tired"));
    for (int turn = 0; turn < 10; turn++)
        rollout_stand_turn(stand);
    const struct registered_target *target = find_target(stand->world, "web", 32768);
    assert_non_null(target);
    assert_int_equal(target->membership, MEMBERSHIP_IN_SERVICE);
    rollout_stand_free(stand);
}

/* Its names were kept: the record may go while it drains. */
static void
one_that_ends_by_itself_meanwhile_is_well(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    stand->in_flight = 1;
    assert_null(stop(stand, "docker", "aa"));
    registry_remove_task(stand->world->registry, "docker", "aa", 0);
    stand->in_flight = 0;
    rollout_stand_wait(stand);
    assert_string_equal(stand->error, "");
    rollout_stand_free(stand);
}

static void
a_provider_that_goes_meanwhile_ends_it(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    (void)state;

    rollout_stand_run(stand, "aa");
    stand->in_flight = 1;
    assert_null(stop(stand, "docker", "aa"));
    stand->world->config.provider_count = 0;
    providers_set_config(stand->providers, &stand->world->config);
    stand->in_flight = 0;
    rollout_stand_wait(stand);
    assert_non_null(strstr(stand->error, "its provider was removed"));
    rollout_stand_free(stand);
}

static void
what_no_engine_runs_cannot_be_stopped(void **state)
{
    struct rollout_stand *stand = rollout_stand_new();
    struct task *task = make_task("pushed", 1, "srvweb", 8080);
    (void)state;

    free(task->source);
    task->source = memory_copy_text(PROVIDERS_PUSH);
    registry_put_task(stand->world->registry, task);
    assert_non_null(stop(stand, PROVIDERS_PUSH, "pushed"));
    assert_null(stand->error);
    assert_string_equal(stand->steps, "");
    assert_int_equal(find_target(stand->world, "web", 8080)->membership,
                     MEMBERSHIP_REGISTERING);
    rollout_stand_free(stand);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_only_when_the_last_request_is_done),
        cmocka_unit_test(one_without_targets_is_stopped_at_once),
        cmocka_unit_test(one_that_could_not_be_stopped_serves_again),
        cmocka_unit_test(one_that_ends_by_itself_meanwhile_is_well),
        cmocka_unit_test(a_provider_that_goes_meanwhile_ends_it),
        cmocka_unit_test(what_no_engine_runs_cannot_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
