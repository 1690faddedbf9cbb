/* SPDX-License-Identifier: Apache-2.0 */
/* Ejection by what workers saw, and the way back. */
#include "../world.h"

#include "control/registry/passive_health.h"
#include "net/loop.h"

struct watched_world {
    struct world *world;
    struct loop *loop;
    struct passive_health *passive;
    struct registered_target *targets[4];
    unsigned checks;
    uint64_t checked;
};

static void
check_now(void *argument, uint64_t target_id)
{
    struct watched_world *watched = argument;

    watched->checks++;
    watched->checked = target_id;
}

/* Four healthy targets in service. */
static struct watched_world *
begin(void)
{
    struct watched_world *watched = memory_take(1, sizeof(*watched));
    static const struct target_verdict healthy = {.health = HEALTH_HEALTHY};
    char id[] = "a";

    watched->world = world_new();
    watched->loop = loop_new();
    watched->passive =
        passive_health_new(watched->loop, watched->world->targets, check_now, watched);
    passive_health_set_config(watched->passive, &watched->world->config);
    for (unsigned i = 0; i < 4; i++, id[0]++) {
        registry_put_task(watched->world->registry, make_task(id, 1, "srvweb", 1000 + i));
        watched->targets[i] = find_target(watched->world, "web", 1000 + i);
        targets_apply(watched->world->targets, watched->targets[i], TARGET_EVENT_APPLIED, NULL);
        targets_set_health(watched->world->targets, watched->targets[i], &healthy);
    }
    return watched;
}

static void
end(struct watched_world *watched)
{
    passive_health_free(&watched->passive);
    world_free(watched->world);
    loop_free(&watched->loop);
    free(watched);
}

static void
fail_connects(struct watched_world *watched, unsigned index, unsigned failures,
              unsigned requests)
{
    passive_health_note(watched->passive, &(struct message_target_failures){
                                              .target_id = watched->targets[index]->id,
                                              .connect_failures = failures,
                                              .requests = requests});
}

static void
ejects_a_target_that_cannot_be_reached(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 2, 2);
    assert_false(passive_is_ejected(watched->targets[0]));
    fail_connects(watched, 0, 1, 1);
    assert_true(passive_is_ejected(watched->targets[0]));
    end(watched);
}

/* The connection that was just being opened, when the worker counted, failed as well. */
static void
does_not_wait_for_requests_that_are_in_flight(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 289, 290);
    assert_true(passive_is_ejected(watched->targets[0]));
    end(watched);
}

static void
what_a_target_did_before_its_end_does_not_keep_it_in(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 50, 150);
    assert_false(passive_is_ejected(watched->targets[0]));
    advance_ms(1000);
    fail_connects(watched, 0, 150, 150);
    assert_true(passive_is_ejected(watched->targets[0]));
    end(watched);
}

static void
does_not_eject_for_a_few_failures_among_many_requests(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 10, 1000);
    assert_false(passive_is_ejected(watched->targets[0]));
    end(watched);
}

static void
forgets_failures_that_are_older_than_the_window(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 2, 2);
    advance_ms(10001);
    fail_connects(watched, 0, 2, 2);
    assert_false(passive_is_ejected(watched->targets[0]));
    end(watched);
}

static void
ejects_for_5xx_only_when_nearly_every_answer_is_one(void **state)
{
    struct target_passive seen = {.requests = 100, .errors = 80};
    (void)state;
    assert_false(passive_is_failing(&seen));
    seen.errors = 95;
    assert_true(passive_is_failing(&seen));
    seen = (struct target_passive){.requests = 10, .errors = 10};
    assert_false(passive_is_failing(&seen));
}

static void
ejects_at_most_half_of_a_group(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        fail_connects(watched, i, 10, 10);
    assert_true(passive_is_ejected(watched->targets[0]));
    assert_true(passive_is_ejected(watched->targets[1]));
    assert_false(passive_is_ejected(watched->targets[2]));
    assert_false(passive_is_ejected(watched->targets[3]));
    end(watched);
}

static void
takes_a_target_back_only_after_a_check_has_passed(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 10, 10);
    passive_health_look(watched->passive);
    assert_int_equal(watched->checks, 0);
    advance_ms(5000);
    passive_health_look(watched->passive);
    assert_int_equal(watched->checks, 1);
    assert_true(watched->checked == watched->targets[0]->id);
    assert_true(passive_is_ejected(watched->targets[0]));
    passive_health_note_verdict(watched->passive, watched->targets[0]);
    assert_false(passive_is_ejected(watched->targets[0]));
    end(watched);
}

static void
ejects_for_longer_each_time_up_to_a_limit(void **state)
{
    (void)state;
    assert_int_equal(passive_ejection_ms(0), 5000);
    assert_int_equal(passive_ejection_ms(1), 10000);
    assert_int_equal(passive_ejection_ms(3), 40000);
    assert_int_equal(passive_ejection_ms(60), 300000);
}

static void
takes_everything_back_when_it_is_switched_off(void **state)
{
    struct watched_world *watched = begin();
    (void)state;
    fail_connects(watched, 0, 10, 10);
    watched->world->groups[0].passive_health_enabled = false;
    passive_health_set_config(watched->passive, &watched->world->config);
    assert_false(passive_is_ejected(watched->targets[0]));
    end(watched);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ejects_a_target_that_cannot_be_reached),
        cmocka_unit_test(does_not_wait_for_requests_that_are_in_flight),
        cmocka_unit_test(what_a_target_did_before_its_end_does_not_keep_it_in),
        cmocka_unit_test(does_not_eject_for_a_few_failures_among_many_requests),
        cmocka_unit_test(forgets_failures_that_are_older_than_the_window),
        cmocka_unit_test(ejects_for_5xx_only_when_nearly_every_answer_is_one),
        cmocka_unit_test(ejects_at_most_half_of_a_group),
        cmocka_unit_test(takes_a_target_back_only_after_a_check_has_passed),
        cmocka_unit_test(ejects_for_longer_each_time_up_to_a_limit),
        cmocka_unit_test(takes_everything_back_when_it_is_switched_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
