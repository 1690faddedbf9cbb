/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a change of membership, generation by generation. */
#include "../world.h"

#include "control/registry/drain.h"
#include "net/loop.h"

struct drained_world {
    struct world *world;
    struct loop *loop;
    struct drain *drain;
    uint64_t in_flight;
};

static uint64_t
read_in_flight(void *argument, const struct registered_target *target)
{
    const struct drained_world *drained = argument;

    (void)target;
    return drained->in_flight;
}

static struct drained_world
begin(void)
{
    struct drained_world drained = {.world = world_new(), .loop = loop_new()};

    return drained;
}

/* The world's only target, in service since generation 1. */
static struct registered_target *
serve_one(struct drained_world *drained)
{
    drained->drain = drain_new(drained->loop, drained->world->targets, read_in_flight, drained);
    drain_set_config(drained->drain, &drained->world->config);
    registry_put_task(drained->world->registry, make_task("a", 1, "srvweb", 32768));
    drain_note_published(drained->drain, 1);
    drain_note_applied(drained->drain, 1);
    return find_target(drained->world, "web", 32768);
}

static void
end(struct drained_world *drained)
{
    drain_free(&drained->drain);
    world_free(drained->world);
    loop_free(&drained->loop);
}

static void
takes_a_target_into_service_when_every_worker_has_it(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    (void)state;
    assert_int_equal(target->membership, MEMBERSHIP_IN_SERVICE);
    end(&drained);
}

static void
begins_a_drain_only_when_the_last_worker_knows_of_it(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    (void)state;
    drain_note_published(drained.drain, 2);
    registry_remove_task(drained.world->registry, "docker", "a", 0);
    drain_note_applied(drained.drain, 2);
    assert_int_equal(target->membership, MEMBERSHIP_DRAINING);
    assert_true(target->drain_ends_ms == 0);
    drain_note_published(drained.drain, 3);
    drained.in_flight = 1;
    drain_note_applied(drained.drain, 3);
    assert_true(target->drain_ends_ms == clock_ms() + 300000);
    end(&drained);
}

static void
ends_a_drain_as_soon_as_nothing_is_in_flight(void **state)
{
    struct drained_world drained = begin();
    (void)state;
    serve_one(&drained);
    drained.in_flight = 2;
    registry_remove_task(drained.world->registry, "docker", "a", 0);
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    assert_non_null(find_target(drained.world, "web", 32768));
    drained.in_flight = 0;
    drain_look(drained.drain);
    assert_null(find_target(drained.world, "web", 32768));
    assert_int_equal(drained.world->closes, 0);
    end(&drained);
}

static void
closes_what_is_open_when_the_delay_is_over(void **state)
{
    struct drained_world drained = begin();
    uint64_t id = serve_one(&drained)->id;
    (void)state;
    drained.in_flight = 1;
    registry_remove_task(drained.world->registry, "docker", "a", 0);
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    advance_ms(299999);
    drain_look(drained.drain);
    assert_int_equal(drained.world->closes, 0);
    advance_ms(1);
    drain_look(drained.drain);
    assert_int_equal(drained.world->closes, 1);
    assert_int_equal(drained.world->evictions, 0);
    assert_true(drained.world->last_closed == id);
    end(&drained);
}

/* The only target is about to stop, with a request in flight, and every worker knows. */
static void
stop_one(struct drained_world *drained)
{
    drained->in_flight = 1;
    registry_stop_sign(drained->world->registry, "docker", "a", "signal 15");
    drain_note_published(drained->drain, 2);
    drain_note_applied(drained->drain, 2);
}

static void
keeps_one_that_is_about_to_stop_until_its_task_has_ended(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    (void)state;
    stop_one(&drained);
    drained.in_flight = 0;
    advance_ms(400000);
    drain_look(drained.drain);
    assert_int_equal(target->membership, MEMBERSHIP_STOPPING);
    registry_remove_task(drained.world->registry, "docker", "a", 0);
    drain_note_published(drained.drain, 3);
    drain_note_applied(drained.drain, 3);
    assert_null(find_target(drained.world, "web", 32768));
    end(&drained);
}

static void
closes_one_that_is_about_to_stop_at_the_delay_only_while_others_serve(void **state)
{
    struct drained_world drained = begin();
    const struct target_verdict passed = {.health = HEALTH_HEALTHY};
    struct registered_target *target = serve_one(&drained);
    (void)state;
    stop_one(&drained);
    advance_ms(300000);
    drain_look(drained.drain);
    assert_int_equal(target->membership, MEMBERSHIP_STOPPING);
    registry_put_task(drained.world->registry, make_task("b", 2, "srvweb", 32769));
    drain_note_published(drained.drain, 3);
    drain_note_applied(drained.drain, 3);
    targets_set_health(drained.world->targets, find_target(drained.world, "web", 32769),
                       &passed);
    drain_look(drained.drain);
    assert_null(find_target(drained.world, "web", 32768));
    assert_int_equal(drained.world->closes, 1);
    assert_int_equal(drained.world->evictions, 0);
    end(&drained);
}

static void
keeps_a_target_that_was_drained_by_hand(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    (void)state;
    registry_hold(drained.world->registry, "web", &target->place.address, true);
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    drain_look(drained.drain);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    assert_true(TAILQ_EMPTY(targets_moving(drained.world->targets)));
    registry_hold(drained.world->registry, "web", &target->place.address, false);
    assert_int_equal(target->membership, MEMBERSHIP_REGISTERING);
    end(&drained);
}

static void
drains_a_held_target_that_leaves(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    (void)state;
    registry_hold(drained.world->registry, "web", &target->place.address, true);
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    registry_deregister(drained.world->registry, "web", &target->place.address);
    assert_int_equal(target->membership, MEMBERSHIP_DRAINING);
    drain_note_published(drained.drain, 3);
    drain_note_applied(drained.drain, 3);
    assert_null(find_target(drained.world, "web", 32768));
    end(&drained);
}

static void
gives_the_counter_row_back_when_nobody_uses_it(void **state)
{
    struct drained_world drained = begin();
    uint64_t id = serve_one(&drained)->id;
    (void)state;
    registry_put_task(drained.world->registry, make_task("b", 2, "srvweb", 32768));
    drained.in_flight = 1;
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    assert_non_null(targets_find_id(drained.world->targets, id));
    drained.in_flight = 0;
    drain_look(drained.drain);
    assert_null(targets_find_id(drained.world->targets, id));
    end(&drained);
}

static void
follows_only_targets_whose_membership_changes(void **state)
{
    struct drained_world drained = begin();
    struct registered_target *target = serve_one(&drained);
    struct moving_targets *moving = targets_moving(drained.world->targets);
    (void)state;
    drain_note_published(drained.drain, 2);
    drain_note_applied(drained.drain, 2);
    assert_true(TAILQ_EMPTY(moving));
    drained.in_flight = 1;
    registry_remove_task(drained.world->registry, "docker", "a", 0);
    assert_ptr_equal(TAILQ_FIRST(moving), target);
    drain_note_published(drained.drain, 3);
    drain_note_applied(drained.drain, 3);
    assert_ptr_equal(TAILQ_FIRST(moving), target);
    drained.in_flight = 0;
    drain_look(drained.drain);
    assert_ptr_equal(TAILQ_FIRST(moving), target);
    drain_note_published(drained.drain, 4);
    drain_note_applied(drained.drain, 4);
    assert_true(TAILQ_EMPTY(moving));
    end(&drained);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_target_into_service_when_every_worker_has_it),
        cmocka_unit_test(begins_a_drain_only_when_the_last_worker_knows_of_it),
        cmocka_unit_test(ends_a_drain_as_soon_as_nothing_is_in_flight),
        cmocka_unit_test(closes_what_is_open_when_the_delay_is_over),
        cmocka_unit_test(keeps_one_that_is_about_to_stop_until_its_task_has_ended),
        cmocka_unit_test(closes_one_that_is_about_to_stop_at_the_delay_only_while_others_serve),
        cmocka_unit_test(keeps_a_target_that_was_drained_by_hand),
        cmocka_unit_test(drains_a_held_target_that_leaves),
        cmocka_unit_test(gives_the_counter_row_back_when_nobody_uses_it),
        cmocka_unit_test(follows_only_targets_whose_membership_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
