/* SPDX-License-Identifier: Apache-2.0 */
/* Joining tasks and services into targets; identity; who has an address; hands. */
#include "../world.h"

static void
joins_a_task_with_the_service_of_its_name(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    const struct registered_target *target = find_target(world, "web", 32768);
    assert_non_null(target);
    assert_string_equal(target->task_id, "a");
    assert_int_equal(target->membership, MEMBERSHIP_REGISTERING);
    assert_null(find_target(world, "app", 32768));
    world_free(world);
}

static void
compares_container_names_only_where_both_sides_have_one(void **state)
{
    struct world *world = world_new();
    struct task *other = make_task("b", 1, "srvapp", 32769);
    (void)state;
    other->container_name = memory_copy_text("c2");
    registry_put_task(world->registry, make_task("a", 1, "srvapp", 32768));
    registry_put_task(world->registry, other);
    assert_non_null(find_target(world, "app", 32768));
    assert_null(find_target(world, "app", 32769));
    world_free(world);
}

static void
makes_no_target_of_a_port_that_is_not_bound(void **state)
{
    struct world *world = world_new();
    struct task *task = make_task("a", 1, "srvweb", 32768);
    (void)state;
    task->bindings[0].container_port = 8080;
    registry_put_task(world->registry, task);
    assert_int_equal(targets_count(world->targets), 0);
    world_free(world);
}

static void
gives_a_restarted_task_a_new_target_and_drains_the_old(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    uint64_t old_id = find_target(world, "web", 32768)->id;
    registry_put_task(world->registry, make_task("a", 2, "srvweb", 32770));
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    assert_int_not_equal(find_target(world, "web", 32770)->id, old_id);
    world_free(world);
}

static void
evicts_the_old_target_when_a_restarted_task_has_the_same_port(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    uint64_t old_id = find_target(world, "web", 32768)->id;
    registry_put_task(world->registry, make_task("a", 2, "srvweb", 32768));
    assert_int_equal(world->evictions, 1);
    assert_true(world->last_closed == old_id);
    assert_true(find_target(world, "web", 32768)->id > old_id);
    world_free(world);
}

static void
gives_an_address_to_the_task_that_started_last(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("old", 5, "srvweb", 32768));
    registry_put_task(world->registry, make_task("new", 9, "srvapp", 32768));
    assert_null(find_target(world, "web", 32768));
    assert_string_equal(find_target(world, "app", 32768)->task_id, "new");
    assert_int_equal(world->evictions, 1);
    world_free(world);
}

static void
does_not_let_a_late_report_of_an_older_task_take_an_address(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("new", 9, "srvapp", 32768));
    registry_put_task(world->registry, make_task("old", 5, "srvweb", 32768));
    assert_null(find_target(world, "web", 32768));
    assert_string_equal(find_target(world, "app", 32768)->task_id, "new");
    world_free(world);
}

static void
gives_an_address_back_when_the_winner_leaves(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("old", 5, "srvweb", 32768));
    registry_put_task(world->registry, make_task("new", 9, "srvapp", 32768));
    registry_remove_task(world->registry, "docker", "new", 0);
    assert_string_equal(find_target(world, "web", 32768)->task_id, "old");
    world_free(world);
}

/* A reading of task a that differs in what its engine's check says. */
static void
put_opinion(struct world *world, enum task_health opinion)
{
    struct task *task = make_task("a", 1, "srvweb", 32768);

    task->health_status = opinion;
    registry_put_task(world->registry, task);
}

static void
check_health(struct world *world, enum target_health health, enum target_reason reason)
{
    const struct registered_target *target = find_target(world, "web", 32768);

    assert_int_equal(target->health, health);
    assert_int_equal(target->health_reason, reason);
    assert_int_equal(target->membership, MEMBERSHIP_REGISTERING);
}

static void
takes_an_engines_opinion_as_health_not_as_membership(void **state)
{
    const struct target_verdict passed = {.health = HEALTH_HEALTHY};
    struct world *world = world_new();

    (void)state;
    put_opinion(world, TASK_HEALTH_STARTING);
    uint64_t id = find_target(world, "web", 32768)->id;
    check_health(world, HEALTH_INITIAL, TARGET_REASON_INITIAL_HEALTH_CHECKING);
    targets_set_health(world->targets, find_target(world, "web", 32768), &passed);
    check_health(world, HEALTH_HEALTHY, TARGET_REASON_NONE);
    put_opinion(world, TASK_HEALTH_UNHEALTHY);
    check_health(world, HEALTH_UNHEALTHY, TARGET_REASON_TASK_UNHEALTHY);
    targets_set_health(world->targets, find_target(world, "web", 32768), &passed);
    check_health(world, HEALTH_UNHEALTHY, TARGET_REASON_TASK_UNHEALTHY);
    put_opinion(world, TASK_HEALTH_HEALTHY);
    check_health(world, HEALTH_HEALTHY, TARGET_REASON_NONE);
    put_opinion(world, TASK_HEALTH_NONE);
    check_health(world, HEALTH_HEALTHY, TARGET_REASON_NONE);
    assert_true(find_target(world, "web", 32768)->id == id);
    assert_int_equal(world->closes, 0);
    world_free(world);
}

static void
waits_for_an_engines_opinion_where_the_group_says_so(void **state)
{
    const struct target_verdict passed = {.health = HEALTH_HEALTHY};
    struct world *world = world_new();

    (void)state;
    world->groups[0].health_check.waits_for_task = true;
    put_opinion(world, TASK_HEALTH_STARTING);
    targets_set_health(world->targets, find_target(world, "web", 32768), &passed);
    check_health(world, HEALTH_INITIAL, TARGET_REASON_TASK_STARTING);
    put_opinion(world, TASK_HEALTH_HEALTHY);
    check_health(world, HEALTH_HEALTHY, TARGET_REASON_NONE);
    world_free(world);
}

/* A task of Compose's service srvweb. */
static void
put_of_project(struct world *world, const char *id, const char *project, unsigned port)
{
    struct task *task = make_task(id, 1, "srvweb", port);

    task->project = memory_copy_text(project);
    registry_put_task(world->registry, task);
}

/* The last problem told of each task is kept in the world. */
static void
note_problem(void *argument, const char *source, const char *object, const char *reason)
{
    struct world *world = argument;

    (void)source;
    (void)object;
    world->problems += reason == NULL ? -1 : 1;
    snprintf(world->problem, sizeof(world->problem), "%s", reason == NULL ? "" : reason);
}

static void
never_mixes_two_projects_with_one_service_name(void **state)
{
    struct world *world = world_new();

    (void)state;
    registry_watch_problems(world->registry, note_problem, world);
    put_of_project(world, "a1", "shop", 32768);
    assert_int_equal(world->problems, 0);
    put_of_project(world, "b1", "bank", 32769);
    put_of_project(world, "a2", "shop", 32770);
    assert_non_null(find_target(world, "web", 32768));
    assert_null(find_target(world, "web", 32769));
    assert_non_null(find_target(world, "web", 32770));
    assert_int_equal(world->problems, 1);
    /* shop is recreated: bank gets nothing meanwhile. */
    registry_remove_task(world->registry, "docker", "a1", 0);
    registry_remove_task(world->registry, "docker", "a2", 0);
    assert_null(find_target(world, "web", 32769));
    put_of_project(world, "a3", "shop", 32771);
    assert_non_null(find_target(world, "web", 32771));
    world->services[1].name = (char *)"bank/srvweb";
    world->services[1].container_name = NULL;
    registry_set_config(world->registry, &world->config);
    assert_non_null(find_target(world, "app", 32769));
    assert_null(find_target(world, "web", 32769));
    assert_non_null(find_target(world, "web", 32771));
    assert_int_equal(world->problems, 0);
    world_free(world);
}

static void
gives_a_name_to_nobody_where_two_projects_come_at_once(void **state)
{
    struct world *world = world_new();
    struct task **tasks = memory_take(2, sizeof(*tasks));

    (void)state;
    registry_watch_problems(world->registry, note_problem, world);
    for (unsigned i = 0; i < 2; i++) {
        tasks[i] = make_task(i == 0 ? "a" : "b", 1, "srvweb", 32768 + i);
        tasks[i]->project = memory_copy_text(i == 0 ? "shop" : "bank");
    }
    registry_put_full_set(world->registry, "docker", tasks, 2);
    assert_int_equal(targets_count(world->targets), 0);
    assert_int_equal(world->problems, 2);
    assert_non_null(strstr(world->problem, "several Compose projects have a service srvweb"));
    registry_remove_task(world->registry, "docker", "b", 0);
    assert_non_null(find_target(world, "web", 32768));
    assert_int_equal(world->problems, 0);
    world_free(world);
}

static void
does_not_let_a_start_in_the_future_take_an_address(void **state)
{
    struct world *world = world_new();
    uint64_t now = clock_wall_us() * 1000;

    (void)state;
    registry_watch_problems(world->registry, note_problem, world);
    registry_put_task(world->registry, make_task("old", 5, "srvweb", 32768));
    registry_put_task(world->registry, make_task("liar", now * 2, "srvapp", 32768));
    assert_non_null(find_target(world, "web", 32768));
    assert_null(find_target(world, "app", 32768));
    assert_int_equal(world->problems, 1);
    assert_non_null(strstr(world->problem, "in the future"));
    registry_put_task(world->registry, make_task("soon", now + 1000000, "srvapp", 32768));
    assert_string_equal(find_target(world, "app", 32768)->task_id, "soon");
    advance_ms(10);
    registry_put_task(world->registry, make_task("next", now + 5000000, "srvweb", 32768));
    assert_string_equal(find_target(world, "web", 32768)->task_id, "next");
    world_free(world);
}

static void
refuses_what_hands_register_where_fairlead_listens(void **state)
{
    struct config_listener listener = {
        .name = (char *)"http", .address = (char *)"0.0.0.0", .port = 8080};
    struct address address = at_port(8080);
    struct world *world = world_new();

    (void)state;
    registry_watch_problems(world->registry, note_problem, world);
    assert_null(registry_address_fault(world->registry, &address));
    assert_true(registry_register(world->registry, "web", &address, NULL));
    assert_non_null(find_target(world, "web", 8080));
    world->config.listeners = &listener;
    world->config.listener_count = 1;
    registry_set_config(world->registry, &world->config);
    assert_non_null(registry_address_fault(world->registry, &address));
    assert_int_equal(find_target(world, "web", 8080)->membership, MEMBERSHIP_DRAINING);
    assert_int_equal(world->problems, 1);
    world->config.listener_count = 0;
    registry_set_config(world->registry, &world->config);
    assert_int_equal(find_target(world, "web", 8080)->membership, MEMBERSHIP_REGISTERING);
    assert_int_equal(world->problems, 0);
    world_free(world);
}

static void
lets_names_follow_a_rename(void **state)
{
    struct world *world = world_new();
    struct task *task = make_task("a", 1, "srvweb", 32768);

    (void)state;
    task->name = memory_copy_text("web-1_new");
    registry_put_task(world->registry, task);
    assert_string_equal(find_target(world, "web", 32768)->container_name, "web-1_new");
    task = make_task("a", 1, "srvweb", 32768);
    task->name = memory_copy_text("web-1");
    registry_put_task(world->registry, task);
    assert_string_equal(find_target(world, "web", 32768)->container_name, "web-1");
    world_free(world);
}

static void
ignores_the_end_of_an_earlier_generation(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 2, "srvweb", 32768));
    registry_remove_task(world->registry, "docker", "a", 1);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
leaves_at_a_stop_sign_and_only_in_that_generation(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    registry_stop_sign(world->registry, "docker", "a", "signal 15");
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_STOPPING);
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_STOPPING);
    registry_put_task(world->registry, make_task("a", 2, "srvweb", 32769));
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    assert_int_equal(find_target(world, "web", 32769)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

/* A report of task a in its first run. */
static void
put_run(struct world *world, enum task_status last, enum task_status desired)
{
    struct task *task = make_task("a", 1, "srvweb", 32768);

    task->last_status = last;
    task->desired_status = desired;
    task->stop_seconds = 7;
    registry_put_task(world->registry, task);
}

static void
leaves_in_steps_as_its_task_does(void **state)
{
    struct world *world = world_new();
    (void)state;
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    uint64_t id = find_target(world, "web", 32768)->id;
    put_run(world, TASK_RUNNING, TASK_STOPPED);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_STOPPING);
    put_run(world, TASK_STOPPED, TASK_STOPPED);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    assert_true(find_target(world, "web", 32768)->id == id);
    world_free(world);
}

static void
knows_when_a_stopping_task_is_ended_by_force(void **state)
{
    struct world *world = world_new();
    (void)state;
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    registry_stop_sign(world->registry, "docker", "a", "signal 15");
    uint64_t began_ms = clock_ms();
    advance_ms(3000);
    put_run(world, TASK_RUNNING, TASK_STOPPED);
    assert_true(find_target(world, "web", 32768)->stop_ends_ms == began_ms + 7000);
    world_free(world);
}

/* docker kill -s TERM of a program that takes it for something else. */
static void
serves_again_when_its_source_takes_the_stop_sign_back(void **state)
{
    struct world *world = world_new();
    (void)state;
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    registry_stop_sign(world->registry, "docker", "a", "signal 15");
    put_run(world, TASK_RUNNING, TASK_STOPPED);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_STOPPING);
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
is_withdrawn_for_good_where_fairlead_stops_it(void **state)
{
    struct world *world = world_new();
    (void)state;
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    registry_stop_sign(world->registry, "docker", "a", "signal 15");
    registry_withdraw(world->registry, "docker", "a", true);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    registry_withdraw(world->registry, "docker", "a", false);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    put_run(world, TASK_RUNNING, TASK_STOPPED);
    put_run(world, TASK_RUNNING, TASK_RUNNING);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
brings_a_stopping_target_back_when_its_task_runs_on(void **state)
{
    struct world *world = world_new();
    struct task *stopping = make_task("a", 1, "srvweb", 32768);
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    uint64_t id = find_target(world, "web", 32768)->id;
    stopping->desired_status = TASK_STOPPED;
    registry_put_task(world->registry, stopping);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_STOPPING);
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_REGISTERING);
    assert_true(find_target(world, "web", 32768)->id == id);
    world_free(world);
}

static unsigned
put_full_set(struct world *world, struct task *first, struct task *second)
{
    struct task **tasks = memory_take(2, sizeof(*tasks));
    size_t count = 0;

    if (first != NULL)
        tasks[count++] = first;
    if (second != NULL)
        tasks[count++] = second;
    return registry_put_full_set(world->registry, "docker", tasks, count);
}

static void
counts_what_only_a_full_set_told_of(void **state)
{
    struct world *world = world_new();
    (void)state;
    assert_int_equal(put_full_set(world, make_task("a", 1, "srvweb", 1001), NULL), 0);
    assert_int_equal(put_full_set(world, make_task("a", 1, "srvweb", 1001),
                                  make_task("b", 1, "srvweb", 1002)),
                     1);
    assert_int_equal(put_full_set(world, make_task("b", 1, "srvweb", 1002), NULL), 1);
    assert_int_equal(find_target(world, "web", 1001)->membership, MEMBERSHIP_DRAINING);
    world_free(world);
}

static void
leaves_the_tasks_of_other_sources_alone_in_a_full_set(void **state)
{
    struct world *world = world_new();
    struct task *other = make_task("f", 1, "srvweb", 1003);
    (void)state;
    free(other->source);
    other->source = memory_copy_text("file");
    registry_put_task(world->registry, other);
    put_full_set(world, NULL, NULL);
    assert_int_equal(find_target(world, "web", 1003)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
lets_a_task_take_the_place_of_a_static_target_until_it_is_gone(void **state)
{
    struct world *world = world_new();
    (void)state;
    world->static_target =
        (struct config_static_target){.id = (char *)"127.0.0.1", .port = 900};
    world->groups[0].targets = &world->static_target;
    world->groups[0].target_count = 1;
    registry_set_config(world->registry, &world->config);
    assert_int_equal(find_target(world, "web", 900)->origin, ORIGIN_STATIC);
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 900));
    assert_int_equal(find_target(world, "web", 900)->origin, ORIGIN_TASK);
    registry_remove_task(world->registry, "docker", "a", 0);
    targets_apply(world->targets, find_target(world, "web", 900), TARGET_EVENT_DRAINED, NULL);
    registry_settle(world->registry);
    assert_int_equal(find_target(world, "web", 900)->origin, ORIGIN_STATIC);
    world_free(world);
}

static void
keeps_a_target_out_that_was_deregistered_by_hand(void **state)
{
    struct world *world = world_new();
    struct address address = at_port(32768);
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 32768));
    assert_true(registry_deregister(world->registry, "web", &address));
    put_full_set(world, make_task("a", 1, "srvweb", 32768), NULL);
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_DRAINING);
    assert_true(registry_register(world->registry, "web", &address, NULL));
    assert_int_equal(find_target(world, "web", 32768)->membership, MEMBERSHIP_REGISTERING);
    assert_null(overrides_next(registry_overrides(world->registry), NULL));
    world_free(world);
}

static void
registers_by_hand_what_nothing_else_asks_for(void **state)
{
    struct world *world = world_new();
    struct address address = at_port(700);
    (void)state;
    assert_true(registry_register(world->registry, "web", &address, "z1"));
    assert_int_equal(find_target(world, "web", 700)->origin, ORIGIN_BY_HAND);
    assert_non_null(overrides_next(registry_overrides(world->registry), NULL));
    assert_true(registry_deregister(world->registry, "web", &address));
    assert_null(overrides_next(registry_overrides(world->registry), NULL));
    assert_int_equal(find_target(world, "web", 700)->membership, MEMBERSHIP_DRAINING);
    world_free(world);
}

static void
forgets_what_hands_said_of_a_group(void **state)
{
    struct world *world = world_new();
    struct address address = at_port(700);
    (void)state;
    assert_true(registry_register(world->registry, "web", &address, NULL));
    assert_true(registry_hold(world->registry, "web", &address, true));
    assert_false(registry_forget_group(world->registry, "other"));
    assert_non_null(overrides_next(registry_overrides(world->registry), NULL));
    assert_true(registry_forget_group(world->registry, "web"));
    assert_null(overrides_next(registry_overrides(world->registry), NULL));
    assert_false(registry_forget_group(world->registry, "web"));
    world_free(world);
}

static void
configure_static(struct world *world, bool is_there)
{
    world->static_target =
        (struct config_static_target){.id = (char *)"127.0.0.1", .port = 900};
    world->groups[0].targets = &world->static_target;
    world->groups[0].target_count = is_there ? 1 : 0;
    registry_set_config(world->registry, &world->config);
}

static void
lets_a_held_target_leave_that_the_file_no_longer_has(void **state)
{
    struct world *world = world_new();
    struct address address = at_port(900);
    (void)state;
    configure_static(world, true);
    assert_true(registry_hold(world->registry, "web", &address, true));
    const struct registered_target *target = find_target(world, "web", 900);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    configure_static(world, true);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    configure_static(world, false);
    assert_int_equal(target->membership, MEMBERSHIP_DRAINING);
    assert_int_equal(registry_hold_obstacle(world->registry, "web", &address), HOLD_LEAVING);
    assert_false(registry_hold(world->registry, "web", &address, false));
    assert_int_equal(target->membership, MEMBERSHIP_DRAINING);
    /* Put back: the hand has not taken its word back. */
    configure_static(world, true);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    assert_true(registry_hold(world->registry, "web", &address, false));
    assert_int_equal(target->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
lets_a_held_target_leave_whose_task_is_gone_or_stops(void **state)
{
    struct world *world = world_new();
    struct address first = at_port(1001), second = at_port(1002);
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 1001));
    registry_put_task(world->registry, make_task("b", 1, "srvweb", 1002));
    assert_true(registry_hold(world->registry, "web", &first, true));
    assert_true(registry_hold(world->registry, "web", &second, true));
    registry_remove_task(world->registry, "docker", "a", 0);
    registry_withdraw(world->registry, "docker", "b", true);
    assert_int_equal(find_target(world, "web", 1001)->membership, MEMBERSHIP_DRAINING);
    assert_int_equal(find_target(world, "web", 1002)->membership, MEMBERSHIP_DRAINING);
    assert_false(registry_hold(world->registry, "web", &first, false));
    assert_false(registry_hold(world->registry, "web", &first, true));
    /* The stop did not happen: it is held as before; another run of it is another matter. */
    registry_withdraw(world->registry, "docker", "b", false);
    assert_int_equal(find_target(world, "web", 1002)->membership, MEMBERSHIP_HELD);
    registry_put_task(world->registry, make_task("b", 2, "srvweb", 1002));
    assert_int_equal(find_target(world, "web", 1002)->membership, MEMBERSHIP_REGISTERING);
    world_free(world);
}

static void
keeps_a_deregistered_place_out_whoever_asks_for_it(void **state)
{
    struct world *world = world_new();
    struct address address = at_port(900);
    (void)state;
    assert_true(registry_register(world->registry, "web", &address, NULL));
    configure_static(world, true);
    assert_true(registry_deregister(world->registry, "web", &address));
    configure_static(world, true);
    assert_int_equal(find_target(world, "web", 900)->membership, MEMBERSHIP_DRAINING);
    assert_true(registry_register(world->registry, "web", &address, NULL));
    assert_int_equal(find_target(world, "web", 900)->membership, MEMBERSHIP_REGISTERING);
    /* A task that had taken the place, and the configuration below it. */
    registry_put_task(world->registry, make_task("a", 1, "srvweb", 900));
    assert_true(registry_deregister(world->registry, "web", &address));
    targets_apply(world->targets, find_target(world, "web", 900), TARGET_EVENT_DRAINED, NULL);
    registry_settle(world->registry);
    assert_null(find_target(world, "web", 900));
    world_free(world);
}

static void
drops_the_targets_of_a_removed_group_at_once(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("a", 1, "srvapp", 32768));
    world->config.target_group_count = 1;
    config_index_groups(&world->config);
    world->config.service_count = 1;
    registry_set_config(world->registry, &world->config);
    assert_int_equal(targets_count(world->targets), 0);
    assert_int_equal(world->closes, 0);
    world_free(world);
}

static void
joins_what_is_known_when_a_service_is_added(void **state)
{
    struct world *world = world_new();
    (void)state;
    world->config.service_count = 1;
    registry_set_config(world->registry, &world->config);
    registry_put_task(world->registry, make_task("a", 1, "srvapp", 32768));
    assert_int_equal(targets_count(world->targets), 0);
    world->config.service_count = 2;
    registry_set_config(world->registry, &world->config);
    assert_non_null(find_target(world, "app", 32768));
    world_free(world);
}

static void
finds_a_task_by_the_beginning_of_its_id_when_only_one_has_it(void **state)
{
    struct world *world = world_new();
    (void)state;
    registry_put_task(world->registry, make_task("abc1", 1, "srvweb", 1001));
    registry_put_task(world->registry, make_task("abd2", 1, "srvweb", 1002));
    assert_string_equal(registry_find_by_word(world->registry, "abc")->task->id, "abc1");
    assert_null(registry_find_by_word(world->registry, "ab"));
    assert_null(registry_find_by_word(world->registry, "x"));
    world_free(world);
}

static void
joins_ten_thousand_tasks_within_one_set(void **state)
{
    struct world *world = world_new();
    struct task **tasks = memory_take(10000, sizeof(*tasks));
    char id[16];
    (void)state;
    for (unsigned i = 0; i < 10000; i++) {
        snprintf(id, sizeof(id), "t%u", i);
        tasks[i] = make_task(id, 1, "srvweb", 10000 + i);
    }
    registry_put_full_set(world->registry, "docker", tasks, 10000);
    assert_int_equal(targets_count(world->targets), 10000);
    world_free(world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_a_task_with_the_service_of_its_name),
        cmocka_unit_test(compares_container_names_only_where_both_sides_have_one),
        cmocka_unit_test(makes_no_target_of_a_port_that_is_not_bound),
        cmocka_unit_test(gives_a_restarted_task_a_new_target_and_drains_the_old),
        cmocka_unit_test(evicts_the_old_target_when_a_restarted_task_has_the_same_port),
        cmocka_unit_test(gives_an_address_to_the_task_that_started_last),
        cmocka_unit_test(does_not_let_a_late_report_of_an_older_task_take_an_address),
        cmocka_unit_test(gives_an_address_back_when_the_winner_leaves),
        cmocka_unit_test(takes_an_engines_opinion_as_health_not_as_membership),
        cmocka_unit_test(waits_for_an_engines_opinion_where_the_group_says_so),
        cmocka_unit_test(never_mixes_two_projects_with_one_service_name),
        cmocka_unit_test(gives_a_name_to_nobody_where_two_projects_come_at_once),
        cmocka_unit_test(does_not_let_a_start_in_the_future_take_an_address),
        cmocka_unit_test(refuses_what_hands_register_where_fairlead_listens),
        cmocka_unit_test(lets_names_follow_a_rename),
        cmocka_unit_test(ignores_the_end_of_an_earlier_generation),
        cmocka_unit_test(leaves_at_a_stop_sign_and_only_in_that_generation),
        cmocka_unit_test(leaves_in_steps_as_its_task_does),
        cmocka_unit_test(knows_when_a_stopping_task_is_ended_by_force),
        cmocka_unit_test(serves_again_when_its_source_takes_the_stop_sign_back),
        cmocka_unit_test(is_withdrawn_for_good_where_fairlead_stops_it),
        cmocka_unit_test(brings_a_stopping_target_back_when_its_task_runs_on),
        cmocka_unit_test(counts_what_only_a_full_set_told_of),
        cmocka_unit_test(leaves_the_tasks_of_other_sources_alone_in_a_full_set),
        cmocka_unit_test(lets_a_task_take_the_place_of_a_static_target_until_it_is_gone),
        cmocka_unit_test(keeps_a_target_out_that_was_deregistered_by_hand),
        cmocka_unit_test(registers_by_hand_what_nothing_else_asks_for),
        cmocka_unit_test(forgets_what_hands_said_of_a_group),
        cmocka_unit_test(lets_a_held_target_leave_that_the_file_no_longer_has),
        cmocka_unit_test(lets_a_held_target_leave_whose_task_is_gone_or_stops),
        cmocka_unit_test(keeps_a_deregistered_place_out_whoever_asks_for_it),
        cmocka_unit_test(drops_the_targets_of_a_removed_group_at_once),
        cmocka_unit_test(joins_what_is_known_when_a_service_is_added),
        cmocka_unit_test(finds_a_task_by_the_beginning_of_its_id_when_only_one_has_it),
        cmocka_unit_test(joins_ten_thousand_tasks_within_one_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
