/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/task_observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/scheduler/instances.h"

#define ESSENTIAL_EXITED "Essential container in task exited"

static void
set_step(struct task_container *container, enum container_step step)
{
    if (container->step == step)
        return;
    container->step = step;
    container->tries = 0;
    container->task->version++;
}

static void
set_reason(struct task_container *container, const char *reason)
{
    if (container->reason == NULL)
        container->reason = memory_copy_text(reason);
}

static void
note_end(struct task_container *container, const struct engine_container *seen)
{
    container->is_ending = true;
    if (!seen->is_end_known)
        return;
    if (seen->is_oom)
        set_reason(container, "OutOfMemoryError: Container killed due to memory usage");
    container->exit_code = seen->exit_code;
    container->health = TASK_HEALTH_NONE;
    set_step(container, CONTAINER_ENDED);
}

/* One that has ended and runs again was started by somebody else: its task is over all the
 * same, and takes it along. */
static void
note_running(struct task_container *container, const struct engine_container *seen)
{
    if (container->is_ending && container->is_essential)
        scheduled_task_stop(container->task, STOP_CODE_ESSENTIAL_CONTAINER_EXITED,
                            ESSENTIAL_EXITED);
    container->is_ending = false;
    if (container->health != seen->health || !json_equal(container->bindings, seen->bindings))
        container->task->version++;
    container->health = seen->health;
    json_decref(container->bindings);
    container->bindings = json_incref(seen->bindings);
    set_step(container, CONTAINER_RUNNING);
}

/* One that the engine does not have any more was removed by somebody else. */
static void
note_absence(struct task_container *container, const struct engine_containers *containers)
{
    if (!engine_containers_are_known(containers) || container->call != NULL ||
        engine_containers_read_ms(containers) <= container->made_ms)
        return;
    *container->id = '\0';
    if (container->step != CONTAINER_ENDED)
        set_reason(container, "ContainerRemoved: it was removed from its engine");
    set_step(container, CONTAINER_ENDED);
}

static void
observe(struct task_container *container, const struct engine_containers *containers)
{
    const struct engine_container *seen = engine_containers_find(containers, container->id);

    if (seen == NULL)
        note_absence(container, containers);
    else if (seen->state == ENGINE_CONTAINER_RUNNING)
        note_running(container, seen);
    else if (seen->state == ENGINE_CONTAINER_ENDED)
        note_end(container, seen);
    else if (container->step < CONTAINER_CREATED)
        set_step(container, CONTAINER_CREATED);
}

/* An essential one that has ended takes the others with it. */
static void
judge(struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++)
        if (task->containers[i]->is_essential && task->containers[i]->step == CONTAINER_ENDED)
            scheduled_task_stop(task, STOP_CODE_ESSENTIAL_CONTAINER_EXITED, ESSENTIAL_EXITED);
}

void
task_observe(struct scheduled_task *task)
{
    const struct engine_containers *containers = task->instance->engine->containers;

    if (containers == NULL || task->life == LIFE_STOPPED)
        return;
    for (size_t i = 0; i < task->container_count; i++)
        if (*task->containers[i]->id != '\0')
            observe(task->containers[i], containers);
    judge(task);
}

static const struct task_record *
record_of(const struct task_parts *parts, const struct task_container *container)
{
    const char *source = container->task->instance->engine->source;

    if (*container->id == '\0' || source == NULL)
        return NULL;
    return registry_find(parts->registry, source, container->id);
}

static void
count(const struct task_record *record, struct task_targets *targets)
{
    const struct registered_target *target;

    LIST_FOREACH (target, &record->targets, of_task) {
        targets->left++;
        if (!target_is_registered(target->membership))
            continue;
        targets->registered++;
        targets->healthy += target_is_selectable(target->membership, target->health);
        targets->unhealthy += target->health == HEALTH_UNHEALTHY;
    }
}

struct task_targets
task_observe_targets(const struct task_parts *parts, const struct scheduled_task *task)
{
    struct task_targets targets = {0};

    for (size_t i = 0; i < task->container_count; i++) {
        const struct task_record *record = record_of(parts, task->containers[i]);
        if (record != NULL)
            count(record, &targets);
    }
    return targets;
}

const struct registered_target *
task_observe_unhealthy(const struct task_parts *parts, const struct scheduled_task *task)
{
    const struct registered_target *target;

    for (size_t i = 0; i < task->container_count; i++) {
        const struct task_record *record = record_of(parts, task->containers[i]);
        if (record == NULL)
            continue;
        LIST_FOREACH (target, &record->targets, of_task)
            if (target_is_registered(target->membership) && target->health == HEALTH_UNHEALTHY)
                return target;
    }
    return NULL;
}
