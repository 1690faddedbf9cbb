/* SPDX-License-Identifier: Apache-2.0 */
/* Which events become lines of the log, how many, and what is said of targets and groups. */
#include <fcntl.h>
#include <unistd.h>

#include "../world.h"
#include "base/log.h"
#include "control/registry/group_watch.h"
#include "control/registry/notices.h"

static const struct target_verdict healthy = {.health = HEALTH_HEALTHY};
static const struct target_verdict refused = {.health = HEALTH_UNHEALTHY,
                                              .reason = TARGET_REASON_FAILED_HEALTH_CHECKS,
                                              .cause = PROBE_REFUSED};

/* What the log gets while one of these is open; ended by log_taken. */
struct taken_log {
    FILE *file;
    int real_stderr;
    char text[65536];
};

static void
take_log(struct taken_log *taken)
{
    taken->file = tmpfile();
    taken->real_stderr = dup(STDERR_FILENO);
    dup2(fileno(taken->file), STDERR_FILENO);
}

static unsigned
lines_with(const struct taken_log *taken, const char *words)
{
    unsigned count = 0;

    for (const char *at = taken->text; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static void
give_log_back(struct taken_log *taken)
{
    dup2(taken->real_stderr, STDERR_FILENO);
    close(taken->real_stderr);
    rewind(taken->file);
    taken->text[fread(taken->text, 1, sizeof(taken->text) - 1, taken->file)] = '\0';
    fclose(taken->file);
}

static void
tells_a_burst_in_a_few_lines(void **state)
{
    static struct taken_log taken;
    struct loop *loop = loop_new();
    struct event_log *events = event_log_new(300);
    struct notices *notices = notices_new(loop, events);

    (void)state;
    take_log(&taken);
    for (unsigned i = 0; i < 200; i++)
        event_log_add(events, EVENT_TARGET_UNHEALTHY, "web a", "unhealthy");
    event_log_add(events, EVENT_TARGET_STEP, "web a", "a step");
    event_log_add(events, EVENT_RELOADED, "file", "reloaded");
    event_log_add(events, EVENT_GROUP_EMPTY, "web", "empty");
    advance_ms(1000);
    event_log_add(events, EVENT_TARGET_UNHEALTHY, "web b", "later");
    notices_free(&notices);
    give_log_back(&taken);
    assert_int_equal(lines_with(&taken, "notice: target web a: unhealthy\n"), NOTICES_A_SECOND);
    assert_int_equal(lines_with(&taken, "notice: and 190 more targets became unhealthy\n"), 1);
    assert_int_equal(lines_with(&taken, "notice: target web b: later\n"), 1);
    assert_int_equal(lines_with(&taken, "warning: group web: empty\n"), 1);
    assert_int_equal(lines_with(&taken, "\n"), NOTICES_A_SECOND + 3);
    event_log_free(&events);
    loop_free(&loop);
}

static const char *
last_message(const struct world *world)
{
    return event_log_next(world->events, event_log_last_sequence(world->events) - 1)->message;
}

/* Three targets of group web that are in service and healthy. */
static struct world *
healthy_world(struct registered_target *targets[3])
{
    struct world *world = world_new();
    char id[] = "a";

    for (unsigned i = 0; i < 3; i++, id[0]++) {
        registry_put_task(world->registry, make_task(id, 1, "srvweb", 1000 + i));
        targets[i] = find_target(world, "web", 1000 + i);
        targets_apply(world->targets, targets[i], TARGET_EVENT_APPLIED, NULL);
        targets_set_health(world->targets, targets[i], &healthy);
    }
    return world;
}

static void
says_what_is_left_of_a_group(void **state)
{
    struct registered_target *targets[3];
    struct world *world = healthy_world(targets);

    (void)state;
    assert_string_equal(last_message(world), "healthy: its checks pass; 3 of 3 healthy");
    targets_set_health(world->targets, targets[0], &refused);
    assert_string_equal(last_message(world),
                        "unhealthy: Health checks failed: connection refused; 2 of 3 left");
    targets_apply(world->targets, targets[1], TARGET_EVENT_DEREGISTER, "deregistered by hand");
    assert_string_equal(last_message(world), "draining: deregistered by hand; 1 of 3 left");
    advance_ms(3210);
    targets_apply(world->targets, targets[1], TARGET_EVENT_DRAINED, NULL);
    assert_string_equal(last_message(world),
                        "gone after draining for 3.2 s: nothing is in flight any more");
    targets_apply(world->targets, targets[2], TARGET_EVENT_EVICTED, NULL);
    assert_string_equal(last_message(world), "gone: its address was claimed by a newer task");
    world_free(world);
}

static void
says_how_a_container_ended(void **state)
{
    struct registered_target *targets[3];
    struct world *world = healthy_world(targets);

    (void)state;
    registry_note_end(world->registry, "docker", "a", "exited with code 137, out of memory");
    registry_remove_task(world->registry, "docker", "a", 0);
    assert_string_equal(last_message(world),
                        "draining: exited with code 137, out of memory; 2 of 3 left");
    registry_note_end(world->registry, "docker", "b", "exited with code 1, by itself");
    uint64_t before = event_log_last_sequence(world->events);
    registry_put_task(world->registry, make_task("b", 2, "srvweb", 1001));
    bool is_told = false;
    for (const struct log_entry *entry; (entry = event_log_next(world->events, before)) != NULL;
         before = entry->sequence)
        is_told = is_told ||
                  strcmp(entry->message, "exited with code 1, by itself; started again") == 0;
    assert_true(is_told);
    world_free(world);
}

static void
check_nothing(void *argument, uint64_t target_id)
{
    (void)argument;
    (void)target_id;
}

static void
note_nothing(void *argument)
{
    (void)argument;
}

static struct group_watch *
watch_world(struct world *world, struct loop *loop)
{
    world->vacancies = vacancies_new(&(struct vacancies_parts){
        loop, world->numbers, world->targets, check_nothing, note_nothing, NULL});
    vacancies_set_config(world->vacancies, &world->config);
    return group_watch_new(&(struct group_watch_parts){world->numbers, world->targets,
                                                       world->vacancies, world->events});
}

static void
end_watch(struct world *world, struct group_watch **watch, struct loop **loop)
{
    struct vacancies *vacancies = world->vacancies;

    world->vacancies = NULL;
    group_watch_free(watch);
    vacancies_free(&vacancies);
    world_free(world);
    loop_free(loop);
}

static void
tells_when_a_group_changes(void **state)
{
    struct registered_target *targets[3];
    struct world *world = healthy_world(targets);
    struct loop *loop = loop_new();
    struct group_watch *watch = watch_world(world, loop);

    (void)state;
    world->groups[0].minimum_healthy_count = 2;
    uint64_t before = event_log_last_sequence(world->events);
    group_watch_look(watch, &world->config);
    assert_int_equal(event_log_last_sequence(world->events), before);
    targets_set_health(world->targets, targets[0], &refused);
    targets_set_health(world->targets, targets[1], &refused);
    group_watch_look(watch, &world->config);
    assert_string_equal(last_message(world),
                        "fails open: 1 of 3 healthy, too few; requests go to all of them");
    targets_set_health(world->targets, targets[0], &healthy);
    group_watch_look(watch, &world->config);
    assert_string_equal(last_message(world), "no longer fails open: 2 of 3 healthy");
    for (unsigned i = 0; i < 3; i++)
        targets_apply(world->targets, targets[i], TARGET_EVENT_DEREGISTER, NULL);
    group_watch_look(watch, &world->config);
    assert_string_equal(last_message(world),
                        "empty: no target is left; requests are answered with 503");
    end_watch(world, &watch, &loop);
}

static void
look(struct world *world, struct group_watch *watch)
{
    vacancies_look(world->vacancies);
    group_watch_look(watch, &world->config);
}

static void
tells_that_a_group_waits_and_how_that_ends(void **state)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct registered_target *targets[3];
    struct world *world = healthy_world(targets);
    struct loop *loop = loop_new();
    struct group_watch *watch = watch_world(world, loop);

    (void)state;
    world->groups[0].hold_requests = 1;
    world->groups[0].hold_ms = 5000;
    world->groups[0].minimum_healthy_count = 1;
    for (unsigned i = 0; i < 3; i++)
        registry_stop_sign(world->registry, "docker", ids[i], "a test");
    look(world, watch);
    assert_string_equal(last_message(world),
                        "waits for a target: requests are held, each for at most 5 s");
    for (unsigned i = 0; i < 3; i++)
        registry_remove_task(world->registry, "docker", ids[i], 0);
    uint64_t before = event_log_last_sequence(world->events);
    look(world, watch);
    assert_int_equal(event_log_last_sequence(world->events), before);
    advance_ms(5000);
    look(world, watch);
    assert_string_equal(last_message(world),
                        "empty: no target came in time; requests are answered with 503");
    registry_put_task(world->registry, make_task("d", 9, "srvweb", 1009));
    targets_apply(world->targets, find_target(world, "web", 1009), TARGET_EVENT_APPLIED, NULL);
    targets_set_health(world->targets, find_target(world, "web", 1009), &healthy);
    look(world, watch);
    assert_string_equal(last_message(world), "no longer empty: 1 of 1 healthy");
    registry_remove_task(world->registry, "docker", "d", 0);
    look(world, watch);
    registry_put_task(world->registry, make_task("e", 10, "srvweb", 1010));
    targets_apply(world->targets, find_target(world, "web", 1010), TARGET_EVENT_APPLIED, NULL);
    targets_set_health(world->targets, find_target(world, "web", 1010), &healthy);
    look(world, watch);
    assert_string_equal(last_message(world), "waits no longer: 1 of 1 healthy");
    end_watch(world, &watch, &loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_burst_in_a_few_lines),
        cmocka_unit_test(says_what_is_left_of_a_group),
        cmocka_unit_test(says_how_a_container_ended),
        cmocka_unit_test(tells_when_a_group_changes),
        cmocka_unit_test(tells_that_a_group_waits_and_how_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
