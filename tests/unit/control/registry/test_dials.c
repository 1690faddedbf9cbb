/* SPDX-License-Identifier: Apache-2.0 */
/* Where targets of containers are dialled: at their own address once it has answered. */
#include "../world.h"

#include <unistd.h>

#include "control/registry/dials.h"
#include "net/loop.h"
#include "net/socket.h"

#define TURNS_MOST 200

struct stage {
    struct world *world;
    struct loop *loop;
    struct dials *dials;
    struct registered_target *target;
};

static void
begin(struct stage *stage)
{
    stage->world = world_new();
    stage->loop = loop_new();
    stage->dials = dials_new(stage->loop, stage->world->targets);
    registry_free(&stage->world->registry);
    stage->world->registry =
        registry_new(stage->world->targets, stage->world->events, stage->dials);
    registry_set_config(stage->world->registry, &stage->world->config);
    registry_put_task(stage->world->registry, make_task("a", 1, "srvweb", 32768));
    stage->target = find_target(stage->world, "web", 32768);
}

static void
end(struct stage *stage)
{
    dials_free(&stage->dials);
    world_free(stage->world);
    loop_free(&stage->loop);
}

static int
listen_somewhere(struct address *address)
{
    assert_true(address_parse(address, "127.0.0.1", 0));
    int fd = socket_listen(address, false, 8);
    assert_int_not_equal(fd, -1);
    assert_true(socket_local_address(fd, address));
    return fd;
}

static bool
is_dialled_at(struct stage *stage, const struct address *address)
{
    return address_equal(target_dial(stage->target), address);
}

static void
turn_until_dialled_at(struct stage *stage, const struct address *address)
{
    for (unsigned i = 0; i < TURNS_MOST && !is_dialled_at(stage, address); i++) {
        advance_ms(LOOP_TICK_MS);
        loop_turn(stage->loop, LOOP_TICK_MS);
    }
    assert_true(is_dialled_at(stage, address));
}

static void
is_dialled_at_its_own_address_once_that_answers(void **state)
{
    struct stage stage;
    struct address own;

    (void)state;
    begin(&stage);
    int fd = listen_somewhere(&own);
    unsigned changes = stage.world->changes;
    dials_set(stage.dials, stage.target, &own, false);
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    turn_until_dialled_at(&stage, &own);
    assert_int_equal(stage.world->changes, changes + 1);
    dials_set(stage.dials, stage.target, &own, false);
    assert_true(is_dialled_at(&stage, &own));
    close(fd);
    end(&stage);
}

static void
is_tried_again_where_it_refuses(void **state)
{
    struct stage stage;
    struct address own;

    (void)state;
    begin(&stage);
    close(listen_somewhere(&own));
    dials_set(stage.dials, stage.target, &own, false);
    for (unsigned i = 0; i < 4; i++)
        loop_turn(stage.loop, 20);
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    int fd = socket_listen(&own, false, 8);
    assert_int_not_equal(fd, -1);
    turn_until_dialled_at(&stage, &own);
    close(fd);
    end(&stage);
}

static void
goes_back_in_doubt_and_comes_again(void **state)
{
    struct stage stage;
    struct address own;

    (void)state;
    begin(&stage);
    int fd = listen_somewhere(&own);
    dials_doubt(stage.dials, stage.target); /* knows nothing of it */
    dials_set(stage.dials, stage.target, &own, false);
    turn_until_dialled_at(&stage, &own);
    dials_doubt(stage.dials, stage.target);
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    turn_until_dialled_at(&stage, &own);
    close(fd);
    end(&stage);
}

static void
needs_no_answer_where_it_is_sure(void **state)
{
    static const struct address none = {.family = ADDRESS_NONE};
    struct stage stage;
    struct address own;

    (void)state;
    begin(&stage);
    assert_true(address_parse(&own, "192.0.2.1", 80));
    dials_set(stage.dials, stage.target, &own, true);
    assert_true(is_dialled_at(&stage, &own));
    dials_doubt(stage.dials, stage.target);
    assert_true(is_dialled_at(&stage, &own));
    dials_set(stage.dials, stage.target, &none, true);
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    end(&stage);
}

static struct task *
make_container(const char *id, uint64_t generation, unsigned host_port, const char *address)
{
    struct task *task = make_task(id, generation, "srvweb", host_port);

    task->container_address = memory_copy_text(address);
    task->dial = TASK_DIAL_CONTAINER;
    return task;
}

static void
has_its_address_only_until_another_container_has(void **state)
{
    struct stage stage;
    struct registry *registry;
    struct address own;

    (void)state;
    begin(&stage);
    registry = stage.world->registry;
    assert_true(address_parse(&own, "192.0.2.1", 80));
    registry_put_task(registry, make_container("a", 1, 32768, "192.0.2.1"));
    assert_true(is_dialled_at(&stage, &own));
    registry_put_task(registry, make_container("b", 2, 32769, "192.0.2.1"));
    registry_settle(registry);
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    const struct registered_target *newer = find_target(stage.world, "web", 32769);
    assert_true(address_equal(target_dial(newer), &own));
    registry_remove_task(registry, "docker", "b", 2);
    registry_settle(registry);
    assert_true(is_dialled_at(&stage, &own));
    end(&stage);
}

static void
follows_its_container_to_another_address(void **state)
{
    struct stage stage;
    struct address own;

    (void)state;
    begin(&stage);
    registry_put_task(stage.world->registry, make_container("a", 1, 32768, "192.0.2.1"));
    registry_put_task(stage.world->registry, make_container("a", 1, 32768, "2001:db8::7"));
    assert_true(address_parse(&own, "2001:db8::7", 80));
    assert_true(is_dialled_at(&stage, &own));
    registry_put_task(stage.world->registry, make_container("a", 1, 32768, "no address"));
    assert_true(is_dialled_at(&stage, &stage.target->place.address));
    end(&stage);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_dialled_at_its_own_address_once_that_answers),
        cmocka_unit_test(is_tried_again_where_it_refuses),
        cmocka_unit_test(goes_back_in_doubt_and_comes_again),
        cmocka_unit_test(needs_no_answer_where_it_is_sure),
        cmocka_unit_test(has_its_address_only_until_another_container_has),
        cmocka_unit_test(follows_its_container_to_another_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
