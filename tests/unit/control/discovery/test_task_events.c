/* SPDX-License-Identifier: Apache-2.0 */
/* ECS task state changes: their order, their duplicates, their last word. */
#include "../world.h"

#include "control/discovery/task_events.h"

#define EVENT                                                                                  \
    "{\"detail-type\":\"ECS Task State Change\",\"source\":\"aws.ecs\",\"detail\":{"           \
    "\"taskArn\":\"arn:aws:ecs:eu-west-1:1:task/shop/0a1b\",\"group\":\"service:srvweb\","     \
    "\"startedAt\":\"2026-03-04T10:15:31Z\",\"lastStatus\":\"%s\",\"desiredStatus\":\"%s\","   \
    "\"version\":%d,\"containers\":[{\"name\":\"web\",\"lastStatus\":\"%s\","                  \
    "\"networkBindings\":[%s]}]}}"
#define BOUND                                                                                  \
    "{\"bindIP\":\"0.0.0.0\",\"containerPort\":80,\"hostPort\":32801,\"protocol\":\"tcp\"}"
#define TASK_ID "arn:aws:ecs:eu-west-1:1:task/shop/0a1b/web"

struct fixture {
    struct world *world;
    struct task_events *events;
};

static int
set_up(void **state)
{
    struct fixture *fixture = memory_take(1, sizeof(*fixture));

    fixture->world = world_new();
    fixture->events = task_events_new(fixture->world->registry);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    task_events_free(&fixture->events);
    world_free(fixture->world);
    free(fixture);
    return 0;
}

static enum task_event_result
take(struct fixture *fixture, const char *text)
{
    struct task_event_verdict verdict;

    task_events_take(fixture->events, text, strlen(text), &verdict);
    enum task_event_result result = verdict.result;
    assert_true((verdict.reason != NULL) == (result == TASK_EVENT_REFUSED));
    assert_non_null(verdict.subject);
    task_event_verdict_clear(&verdict);
    return result;
}

static enum task_event_result
take_version(struct fixture *fixture, const char *last, const char *desired, int version)
{
    char text[1024];

    snprintf(text, sizeof(text), EVENT, last, desired, version, last, BOUND);
    return take(fixture, text);
}

static void
registers_a_running_task_by_its_host_port(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(take_version(fixture, "RUNNING", "RUNNING", 3), TASK_EVENT_TAKEN);
    assert_string_equal(find_target(fixture->world, "web", 32801)->task_id, TASK_ID);
}

static void
ignores_a_version_that_it_has_and_one_that_came_late(void **state)
{
    struct fixture *fixture = *state;
    take_version(fixture, "RUNNING", "STOPPED", 4);
    assert_int_equal(take_version(fixture, "RUNNING", "STOPPED", 4), TASK_EVENT_OLD);
    assert_int_equal(take_version(fixture, "RUNNING", "RUNNING", 3), TASK_EVENT_OLD);
    assert_null(find_target(fixture->world, "web", 32801));
}

static void
leaves_when_the_desired_status_is_stopped(void **state)
{
    struct fixture *fixture = *state;
    take_version(fixture, "RUNNING", "RUNNING", 3);
    take_version(fixture, "RUNNING", "STOPPED", 4);
    assert_int_equal(find_target(fixture->world, "web", 32801)->membership,
                     MEMBERSHIP_STOPPING);
    assert_non_null(registry_find(fixture->world->registry, "ecs", TASK_ID));
}

static void
takes_stopped_as_the_last_word_whatever_comes_later(void **state)
{
    struct fixture *fixture = *state;
    take_version(fixture, "RUNNING", "RUNNING", 3);
    assert_int_equal(take_version(fixture, "STOPPED", "STOPPED", 6), TASK_EVENT_TAKEN);
    assert_null(registry_find(fixture->world->registry, "ecs", TASK_ID));
    assert_int_equal(take_version(fixture, "RUNNING", "RUNNING", 9), TASK_EVENT_OLD);
    assert_null(registry_find(fixture->world->registry, "ecs", TASK_ID));
}

static void
never_registers_from_a_stopped_task_with_bindings(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(take_version(fixture, "STOPPED", "STOPPED", 6), TASK_EVENT_TAKEN);
    assert_int_equal(targets_count(fixture->world->targets), 0);
}

static void
refuses_a_running_task_without_bindings(void **state)
{
    struct fixture *fixture = *state;
    char text[1024];
    snprintf(text, sizeof(text), EVENT, "RUNNING", "RUNNING", 3, "RUNNING", "");
    assert_int_equal(take(fixture, text), TASK_EVENT_REFUSED);
    snprintf(text, sizeof(text), EVENT, "PENDING", "RUNNING", 2, "PENDING", "");
    assert_int_equal(take(fixture, text), TASK_EVENT_TAKEN);
}

static void
refuses_what_is_no_task_state_change(void **state)
{
    struct fixture *fixture = *state;
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "7",
        "{}",
        "{\"detail-type\":\"ECS Deployment State Change\",\"detail\":{}}",
        "{\"detail-type\":\"ECS Task State Change\"}",
        "{\"detail-type\":\"ECS Task State Change\",\"detail\":{\"version\":1}}",
        "{\"detail-type\":\"ECS Task State Change\",\"detail\":{\"taskArn\":\"a\"}}",
        ("{\"detail-type\":\"ECS Task State Change\","
         "\"detail\":{\"taskArn\":\"a\",\"version\":1,\"containers\":7}}"),
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(take(fixture, texts[i]), TASK_EVENT_REFUSED);
    assert_int_equal(registry_task_count(fixture->world->registry, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(registers_a_running_task_by_its_host_port),
        TEST(ignores_a_version_that_it_has_and_one_that_came_late),
        TEST(leaves_when_the_desired_status_is_stopped),
        TEST(takes_stopped_as_the_last_word_whatever_comes_later),
        TEST(never_registers_from_a_stopped_task_with_bindings),
        TEST(refuses_a_running_task_without_bindings),
        TEST(refuses_what_is_no_task_state_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
