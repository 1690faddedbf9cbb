/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/placement_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct placement_needs
placement_view_needs(const struct task_size *size)
{
    return (struct placement_needs){.cpu = size->cpu,
                                    .memory_mib = size->memory,
                                    .host_ports = size->host_ports,
                                    .host_port_count = size->host_port_count};
}

static void
add_instance(struct placement_view *view, struct instance *instance)
{
    view->all[view->count] = instance;
    view->instances[view->count++] = (struct placement_instance){
        .id = instance->name,
        .zone = instance->zone,
        .attributes = instance->attributes,
        .is_active = !instance->is_draining,
        .is_connected = instance_is_connected(instance),
        .is_lost = scheduler_has_lost(view->scheduler, instance),
        .cpu_left = instance_cpu(instance),
        .memory_left = instance_memory_mib(instance),
    };
}

static void
note_task(struct placement_view *view, const struct scheduled_task *task)
{
    uint32_t index = placement_view_find(view, task->instance);

    if (index == PLACEMENT_NOWHERE || task->life == LIFE_STOPPED)
        return;
    struct placement_needs needs = placement_view_needs(&task->size);
    placement_note(&view->instances[index], &needs);
}

void
placement_view_make(struct placement_view *view, const struct scheduler *scheduler,
                    const char *cluster)
{
    struct instances *instances = scheduler_instances(scheduler);
    const struct scheduled_task *task = NULL;
    size_t most = instances_count(instances);

    *view = (struct placement_view){
        .scheduler = scheduler,
        .all = memory_take(most + 1, sizeof(struct instance *)),
        .instances = memory_take(most + 1, sizeof(*view->instances)),
    };
    for (size_t i = 0; i < most; i++)
        if (strcmp(instances_at(instances, i)->cluster, cluster) == 0)
            add_instance(view, instances_at(instances, i));
    while ((task = scheduler_next_task(scheduler, task)) != NULL)
        note_task(view, task);
}

void
placement_view_find_groups(struct placement_view *view)
{
    const struct scheduled_task *task = NULL;

    if (view->count == 0 || view->instances[0].has_groups)
        return;
    for (size_t i = 0; i < view->count; i++)
        view->instances[i].has_groups = true;
    while ((task = scheduler_next_task(view->scheduler, task)) != NULL) {
        uint32_t index = placement_view_find(view, task->instance);
        if (index == PLACEMENT_NOWHERE || !task->is_wanted || task->life == LIFE_STOPPED)
            continue;
        char *group = scheduled_task_group(task);
        placement_note_group(&view->instances[index], group);
        free(group);
    }
}

void
placement_view_begin(struct placement_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        view->instances[i].own = 0;
}

void
placement_view_clear(struct placement_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        placement_instance_clear(&view->instances[i]);
    free(view->all);
    free(view->instances);
    *view = (struct placement_view){.count = 0};
}

uint32_t
placement_view_find(const struct placement_view *view, const struct instance *instance)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->all[i] == instance)
            return (uint32_t)i;
    return PLACEMENT_NOWHERE;
}

static const struct {
    const char *reason, *text;
} obstacles[] = {
    [PLACEMENT_POSSIBLE] = {"", ""},
    [PLACEMENT_NO_INSTANCES] = {"EMPTY CAPACITY",
                                "No Container Instances were found in your cluster."},
    [PLACEMENT_NOT_ACTIVE] = {"INACTIVE", "is draining."},
    [PLACEMENT_AGENT] = {"AGENT", "encountered error \"AGENT\"."},
    [PLACEMENT_CONSTRAINT] = {"ATTRIBUTE", "is missing an attribute required by your task."},
    [PLACEMENT_PORT] = {"RESOURCE:PORTS", "is already using a port required by your task."},
    [PLACEMENT_MEMORY] = {"RESOURCE:MEMORY", "has insufficient memory available."},
    [PLACEMENT_CPU] = {"RESOURCE:CPU", "has insufficient CPU units available."},
};

const char *
placement_obstacle_reason(enum placement_obstacle obstacle)
{
    return obstacles[obstacle].reason;
}

const char *
placement_obstacle_text(enum placement_obstacle obstacle)
{
    return obstacles[obstacle].text;
}
