/* SPDX-License-Identifier: Apache-2.0 */
/* Groups that nobody is left for: what their requests are told, and who is recalled. */
#include "../world.h"

#include "net/loop.h"

#define HOLD_MS 30000

struct vacant_world {
    struct world *world;
    struct loop *loop;
    unsigned changes, checks;
    uint64_t checked; /* the last one */
};

static void
check_now(void *argument, uint64_t target_id)
{
    struct vacant_world *vacant = argument;

    vacant->checks++;
    vacant->checked = target_id;
}

static void
on_change(void *argument)
{
    struct vacant_world *vacant = argument;

    vacant->changes++;
}

static int
set_up(void **state)
{
    struct vacant_world *vacant = test_calloc(1, sizeof(*vacant));

    vacant->loop = loop_new();
    vacant->world = world_new();
    vacant->world->groups[0].hold_requests = 1000;
    vacant->world->groups[0].hold_ms = HOLD_MS;
    vacant->world->groups[0].minimum_healthy_count = 1;
    vacant->world->vacancies = vacancies_new(
        &(struct vacancies_parts){vacant->loop, vacant->world->numbers, vacant->world->targets,
                                  check_now, on_change, vacant});
    vacancies_set_config(vacant->world->vacancies, &vacant->world->config);
    *state = vacant;
    return 0;
}

static int
tear_down(void **state)
{
    struct vacant_world *vacant = *state;
    struct vacancies *vacancies = vacant->world->vacancies;

    vacant->world->vacancies = NULL;
    world_free(vacant->world);
    vacancies_free(&vacancies);
    loop_free(&vacant->loop);
    test_free(vacant);
    return 0;
}

static struct registered_target *
target_at(const struct vacant_world *vacant, unsigned port)
{
    return find_target(vacant->world, "web", port);
}

/* The observer's word. */
static void
answer_check(const struct vacant_world *vacant, unsigned port, enum probe_outcome outcome)
{
    struct registered_target *target = target_at(vacant, port);
    const struct target_verdict verdict = {.health = outcome == PROBE_PASSED ? HEALTH_HEALTHY
                                                                             : HEALTH_UNHEALTHY,
                                           .last_check = {.outcome = outcome}};

    targets_set_health(vacant->world->targets, target, &verdict);
    vacancies_note_verdict(vacant->world->vacancies, target);
}

/* A task whose target is in service and healthy. */
static void
serve(const struct vacant_world *vacant, const char *id, unsigned port)
{
    struct task *task = make_task(id, port, "srvweb", port);

    task->stop_seconds = 10;
    registry_put_task(vacant->world->registry, task);
    targets_apply(vacant->world->targets, target_at(vacant, port), TARGET_EVENT_APPLIED, NULL);
    answer_check(vacant, port, PROBE_PASSED);
    vacancies_look(vacant->world->vacancies);
}

static void
give_stop_sign(const struct vacant_world *vacant, const char *id)
{
    registry_stop_sign(vacant->world->registry, "docker", id, "signal 15");
    vacancies_look(vacant->world->vacancies);
}

static void
end_task(const struct vacant_world *vacant, const char *id)
{
    registry_remove_task(vacant->world->registry, "docker", id, 0);
    vacancies_look(vacant->world->vacancies);
}

static void
pass_ms(const struct vacant_world *vacant, uint64_t milliseconds)
{
    advance_ms(milliseconds);
    vacancies_look(vacant->world->vacancies);
}

static void
expect(const struct vacant_world *vacant, enum snapshot_vacancy vacancy)
{
    const struct config_target_group *group = &vacant->world->groups[0];

    assert_int_equal(vacancies_told(vacant->world->vacancies, group), vacancy);
    assert_int_equal(vacancies_of(vacant->world->vacancies, group), vacancy);
}

static void
expects_nothing_of_a_group_that_never_had_a_target(void **state)
{
    struct vacant_world *vacant = *state;

    pass_ms(vacant, 1);
    expect(vacant, VACANCY_NONE);
    assert_int_equal(vacant->changes, 0);
}

static void
leaves_a_stopping_target_alone_while_another_one_serves(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    give_stop_sign(vacant, "a");
    pass_ms(vacant, 5000);
    answer_check(vacant, 1001, PROBE_PASSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    assert_int_equal(vacant->checks, 0);
    expect(vacant, VACANCY_NONE);
}

static void
holds_for_a_second_when_all_have_a_stop_sign(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    give_stop_sign(vacant, "a");
    expect(vacant, VACANCY_NONE);
    give_stop_sign(vacant, "b");
    expect(vacant, VACANCY_HOLDS);
    pass_ms(vacant, VACANCY_PARTING_MS - 1);
    assert_int_equal(vacant->checks, 0);
    answer_check(vacant, 1001, PROBE_PASSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    pass_ms(vacant, 1);
    assert_int_equal(vacant->checks, 2);
    expect(vacant, VACANCY_HOLDS);
}

static void
recalls_who_still_answers_its_check(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    give_stop_sign(vacant, "a");
    give_stop_sign(vacant, "b");
    pass_ms(vacant, VACANCY_PARTING_MS);
    answer_check(vacant, 1001, PROBE_REFUSED);
    expect(vacant, VACANCY_HOLDS);
    answer_check(vacant, 1002, PROBE_PASSED);
    pass_ms(vacant, 0);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    assert_int_equal(target_at(vacant, 1002)->membership, MEMBERSHIP_RECALLED);
    expect(vacant, VACANCY_NONE);
}

/* The only task is about to stop and was recalled. */
static void
recall_one(const struct vacant_world *vacant)
{
    serve(vacant, "a", 1001);
    give_stop_sign(vacant, "a");
    pass_ms(vacant, VACANCY_PARTING_MS);
    answer_check(vacant, 1001, PROBE_PASSED);
    pass_ms(vacant, 0);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
}

static void
dismisses_who_refuses_or_fails_its_check(void **state)
{
    struct vacant_world *vacant = *state;

    recall_one(vacant);
    vacancies_note_refusal(vacant->world->vacancies, target_at(vacant, 1001));
    pass_ms(vacant, 0);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    expect(vacant, VACANCY_HOLDS);
    answer_check(vacant, 1001, PROBE_PASSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
    answer_check(vacant, 1001, PROBE_REFUSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
}

static void
dismisses_everybody_a_second_before_the_stop_timeout(void **state)
{
    struct vacant_world *vacant = *state;

    recall_one(vacant);
    pass_ms(vacant, 10000 - VACANCY_PARTING_MS - 1001);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
    pass_ms(vacant, 1);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    answer_check(vacant, 1001, PROBE_PASSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_HOLDS);
}

/* docker stop -t 60, or a signal that was meant otherwise. */
static void
recalls_who_was_not_ended_by_force(void **state)
{
    struct vacant_world *vacant = *state;

    recall_one(vacant);
    pass_ms(vacant, 9000);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    pass_ms(vacant, 3000);
    answer_check(vacant, 1001, PROBE_PASSED);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
}

static void
dismisses_the_recalled_when_another_one_is_ready(void **state)
{
    struct vacant_world *vacant = *state;

    recall_one(vacant);
    registry_put_task(vacant->world->registry, make_task("b", 2, "srvweb", 1002));
    pass_ms(vacant, 0);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
    serve(vacant, "b", 1002);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    expect(vacant, VACANCY_NONE);
}

static void
recalls_once_where_there_are_no_checks(void **state)
{
    const struct target_verdict unchecked = {.health = HEALTH_UNAVAILABLE};
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    targets_set_health(vacant->world->targets, target_at(vacant, 1001), &unchecked);
    give_stop_sign(vacant, "a");
    pass_ms(vacant, VACANCY_PARTING_MS);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_RECALLED);
    vacancies_note_refusal(vacant->world->vacancies, target_at(vacant, 1001));
    pass_ms(vacant, 200);
    assert_int_equal(target_at(vacant, 1001)->membership, MEMBERSHIP_STOPPING);
    assert_int_equal(vacant->checks, 0);
}

static void
waits_for_a_target_when_the_last_tasks_have_ended(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    give_stop_sign(vacant, "a");
    pass_ms(vacant, 500);
    end_task(vacant, "a");
    expect(vacant, VACANCY_HOLDS);
    pass_ms(vacant, HOLD_MS - 501);
    expect(vacant, VACANCY_HOLDS);
    pass_ms(vacant, 1);
    expect(vacant, VACANCY_OVER);
    assert_int_equal(vacant->changes, 2);
    serve(vacant, "a", 1002);
    expect(vacant, VACANCY_NONE);
}

static void
waits_for_a_target_when_a_task_ends_without_a_sign(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    end_task(vacant, "a");
    expect(vacant, VACANCY_HOLDS);
}

static void
waits_for_a_target_when_the_address_is_somebody_elses_now(void **state)
{
    struct vacant_world *vacant = *state;
    struct task *other = make_task("b", 2000, "srvapp", 1001);

    other->container_name = memory_copy_text("c1");
    serve(vacant, "a", 1001);
    registry_put_task(vacant->world->registry, other);
    pass_ms(vacant, 0);
    assert_null(target_at(vacant, 1001));
    expect(vacant, VACANCY_HOLDS);
}

/* A new target begins a new time: it is starting, which its group's roster says by itself. */
static void
counts_anew_from_the_last_one_that_started(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    end_task(vacant, "a");
    pass_ms(vacant, HOLD_MS - 1);
    registry_put_task(vacant->world->registry, make_task("b", 2, "srvweb", 1002));
    pass_ms(vacant, 10000);
    expect(vacant, VACANCY_NONE);
    end_task(vacant, "b");
    expect(vacant, VACANCY_HOLDS);
    pass_ms(vacant, HOLD_MS);
    expect(vacant, VACANCY_OVER);
}

static void
does_not_wait_where_hands_took_the_last_one(void **state)
{
    struct vacant_world *vacant = *state;
    struct address first = at_port(1001), second = at_port(1002);

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    end_task(vacant, "a");
    assert_true(registry_hold(vacant->world->registry, "web", &second, true));
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
    /* That its task stops then is nothing to its group. */
    give_stop_sign(vacant, "b");
    expect(vacant, VACANCY_NONE);
    serve(vacant, "a", 1001);
    assert_true(registry_deregister(vacant->world->registry, "web", &first));
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
}

static void
does_not_wait_where_fairlead_stops_the_last_one(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    registry_withdraw(vacant->world->registry, "docker", "a", true);
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
    end_task(vacant, "a");
    expect(vacant, VACANCY_NONE);
}

static void
does_not_wait_where_a_reload_took_the_last_one(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    vacant->world->config.service_count = 0;
    registry_set_config(vacant->world->registry, &vacant->world->config);
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
    vacant->world->config.service_count = 2;
    registry_set_config(vacant->world->registry, &vacant->world->config);
    serve(vacant, "a", 1001);
    registry_forget_source(vacant->world->registry, "docker");
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
}

static void
waits_when_the_last_task_ends_though_others_were_taken_out_by_hand(void **state)
{
    struct vacant_world *vacant = *state;
    struct address first = at_port(1001);

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    assert_true(registry_hold(vacant->world->registry, "web", &first, true));
    end_task(vacant, "b");
    expect(vacant, VACANCY_HOLDS);
}

static void
does_not_wait_for_what_nobody_wants_held(void **state)
{
    struct vacant_world *vacant = *state;

    vacant->world->groups[0].hold_requests = 0;
    serve(vacant, "a", 1001);
    end_task(vacant, "a");
    expect(vacant, VACANCY_NONE);
    vacant->world->groups[0].hold_requests = 1;
    vacant->world->groups[0].hold_ms = 0;
    expect(vacant, VACANCY_NONE);
}

/* Beside those that stop, one is there that fails its checks: after the second it is better
 * than nobody. */
static void
fails_open_when_nobody_can_be_recalled(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    answer_check(vacant, 1002, PROBE_TIMED_OUT);
    give_stop_sign(vacant, "a");
    expect(vacant, VACANCY_HOLDS);
    pass_ms(vacant, VACANCY_PARTING_MS);
    expect(vacant, VACANCY_NONE);
}

/* Its engine is away and its port refuses: no stop sign told of it. */
static void
checks_a_missing_task_from_the_first_moment_until_it_is_back(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    answer_check(vacant, 1001, PROBE_REFUSED);
    registry_note_missing(vacant->world->registry, target_at(vacant, 1001), true);
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_HOLDS);
    unsigned checks = vacant->checks;
    assert_true(checks > 0);
    pass_ms(vacant, 200);
    assert_int_equal(vacant->checks, checks + 1);
    pass_ms(vacant, HOLD_MS);
    expect(vacant, VACANCY_OVER);
    registry_note_missing(vacant->world->registry, target_at(vacant, 1001), false);
    serve(vacant, "a", 1001);
    expect(vacant, VACANCY_NONE);
    checks = vacant->checks;
    pass_ms(vacant, 200);
    assert_int_equal(vacant->checks, checks);
}

static void
checks_a_missing_task_also_while_others_serve(void **state)
{
    struct vacant_world *vacant = *state;

    serve(vacant, "a", 1001);
    serve(vacant, "b", 1002);
    registry_note_missing(vacant->world->registry, target_at(vacant, 1001), true);
    pass_ms(vacant, 0);
    expect(vacant, VACANCY_NONE);
    assert_int_equal(vacant->checks, 1);
    assert_true(vacant->checked == target_at(vacant, 1001)->id);
}

int
main(void)
{
#define VACANT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        VACANT(expects_nothing_of_a_group_that_never_had_a_target),
        VACANT(leaves_a_stopping_target_alone_while_another_one_serves),
        VACANT(holds_for_a_second_when_all_have_a_stop_sign),
        VACANT(recalls_who_still_answers_its_check),
        VACANT(dismisses_who_refuses_or_fails_its_check),
        VACANT(dismisses_everybody_a_second_before_the_stop_timeout),
        VACANT(recalls_who_was_not_ended_by_force),
        VACANT(dismisses_the_recalled_when_another_one_is_ready),
        VACANT(recalls_once_where_there_are_no_checks),
        VACANT(waits_for_a_target_when_the_last_tasks_have_ended),
        VACANT(waits_for_a_target_when_a_task_ends_without_a_sign),
        VACANT(waits_for_a_target_when_the_address_is_somebody_elses_now),
        VACANT(counts_anew_from_the_last_one_that_started),
        VACANT(does_not_wait_where_hands_took_the_last_one),
        VACANT(does_not_wait_where_fairlead_stops_the_last_one),
        VACANT(does_not_wait_where_a_reload_took_the_last_one),
        VACANT(waits_when_the_last_task_ends_though_others_were_taken_out_by_hand),
        VACANT(does_not_wait_for_what_nobody_wants_held),
        VACANT(fails_open_when_nobody_can_be_recalled),
        VACANT(checks_a_missing_task_from_the_first_moment_until_it_is_back),
        VACANT(checks_a_missing_task_also_while_others_serve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
