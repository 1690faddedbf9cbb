/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is owned by the world and freed with it. */
#include "world.h"

static void
on_change(void *argument, bool is_urgent)
{
    struct world *world = argument;

    world->changes++;
    world->urgent_changes += is_urgent ? 1 : 0;
    if (world->vacancies != NULL)
        vacancies_note_change(world->vacancies);
}

static void
on_leave(void *argument, const struct registered_target *target, enum target_event event)
{
    struct world *world = argument;

    if (world->vacancies != NULL)
        vacancies_note_leave(world->vacancies, target, event);
}

static void
on_close(void *argument, uint64_t target_id, bool is_evicted)
{
    struct world *world = argument;

    world->closes++;
    world->evictions += is_evicted ? 1 : 0;
    world->last_closed = target_id;
}

static void
on_gone(void *argument, struct registered_target *target)
{
    struct world *world = argument;

    registry_note_gone(world->registry, target);
    if (world->waits != NULL)
        target_waits_note_gone(world->waits, target->id);
}

struct world *
world_new(void)
{
    static const struct targets_callbacks callbacks = {on_change, on_close, on_leave, on_gone,
                                                       NULL};
    struct world *world = memory_take(1, sizeof(*world));

    clock_set_for_test(1000000, 1700000000000000);
    world->groups[0] = (struct config_target_group){.name = (char *)"web",
                                                    .port = 80,
                                                    .deregistration_delay_ms = 300000,
                                                    .passive_health_enabled = true};
    world->groups[1] = (struct config_target_group){.name = (char *)"app", .port = 80};
    world->services[0] = (struct config_service){
        .name = (char *)"srvweb", .target_group = (char *)"web", .container_port = 80};
    world->services[1] = (struct config_service){.name = (char *)"srvapp",
                                                 .target_group = (char *)"app",
                                                 .container_name = (char *)"c1",
                                                 .container_port = 80};
    world->config = (struct config){.target_groups = world->groups,
                                    .target_group_count = 2,
                                    .services = world->services,
                                    .service_count = 2};
    config_index_groups(&world->config);
    world->numbers = numbers_new();
    world->events = event_log_new(100);
    world->targets = targets_new(world->numbers, world->events, &callbacks, world);
    world->registry = registry_new(world->targets, world->events, NULL);
    registry_set_config(world->registry, &world->config);
    return world;
}

void
world_free(struct world *world)
{
    registry_free(&world->registry);
    targets_free(&world->targets);
    event_log_free(&world->events);
    numbers_free(&world->numbers);
    free(world->config.groups_by_name);
    free(world);
}

struct task *
make_task(const char *id, uint64_t generation, const char *service, unsigned host_port)
{
    struct task *task = task_new("docker", id, generation);
    struct task_binding binding = {
        .container_port = 80, .host_port = host_port, .is_tcp = true};

    task->service = memory_copy_text(service);
    task->host = memory_copy_text("127.0.0.1");
    task->last_status = TASK_RUNNING;
    task->desired_status = TASK_RUNNING;
    task_add_binding(task, &binding);
    return task;
}

struct address
at_port(unsigned port)
{
    struct address address;

    memset(&address, 0, sizeof(address));
    address_parse(&address, "127.0.0.1", (uint16_t)port);
    return address;
}

struct registered_target *
find_target(struct world *world, const char *group, unsigned port)
{
    struct address address = at_port(port);

    return targets_find(world->targets, group, &address);
}

void
advance_ms(uint64_t milliseconds)
{
    clock_set_for_test(clock_us() + milliseconds * 1000, clock_wall_us() + milliseconds * 1000);
}
