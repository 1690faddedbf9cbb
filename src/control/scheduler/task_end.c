/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/task_end.h"

#include <string.h>

#include "base/clock.h"
#include "control/scheduler/instances.h"
#include "control/scheduler/task_observe.h"
#include "control/scheduler/task_volumes.h"

#define RETRY_MS 1000
/* Between a container's stop signal and its end by force (ECS's agent). */
#define STOP_TIMEOUT_S 30

static void
tell(const struct task_container *container)
{
    const struct task_parts *parts = container->task->parts;

    parts->on_change(parts->argument);
}

static void
enter(struct scheduled_task *task, enum task_life life)
{
    task->life = life;
    task->version++;
    if (life != LIFE_STOPPED)
        return;
    task->stopped_us = clock_wall_us();
    task->stopped_ms = clock_ms();
}

/* Whether no request can come to it any more. */
static bool
is_drained(const struct task_parts *parts, const struct scheduled_task *task)
{
    const char *source = task->instance->engine->source;

    for (size_t i = 0; i < task->container_count; i++) {
        const struct task_container *container = task->containers[i];
        const struct task_record *record =
            *container->id == '\0' || source == NULL
                ? NULL
                : registry_find(parts->registry, source, container->id);
        if (record != NULL && !record->is_withdrawn)
            registry_withdraw(parts->registry, source, container->id, true);
    }
    return task_observe_targets(parts, task).left == 0;
}

/* Images that nobody needs any more are not waited for; what the engine has been asked to make
 * is, so that it can be ended. */
static bool
is_something_under_way(struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++) {
        struct task_container *container = task->containers[i];
        if (container->is_pulling)
            image_pulls_forget(task->instance->engine->pulls, container);
        container->is_pulling = false;
        if (container->call != NULL)
            return true;
    }
    return task->volume_call != NULL;
}

static bool
depends_on(const struct task_container *container, const char *name)
{
    const json_t *dependency;
    size_t index;

    json_array_foreach (json_object_get(container->definition, "dependsOn"), index, dependency)
        if (strcmp(json_string_value(json_object_get(dependency, "containerName")), name) == 0)
            return true;
    return false;
}

/* Who needs it goes first. */
static bool
is_needed(const struct task_container *container)
{
    const struct scheduled_task *task = container->task;

    for (size_t i = 0; i < task->container_count; i++)
        if (task->containers[i]->step == CONTAINER_RUNNING &&
            depends_on(task->containers[i], container->name))
            return true;
    return false;
}

static void
on_stopped(void *argument, const struct driver_result *result)
{
    struct task_container *container = argument;

    container->call = NULL;
    container->retry_ms = clock_ms() + RETRY_MS;
    if (result->error == NULL && container->step == CONTAINER_CREATED)
        container->is_start_sent = false;
    engine_containers_look(container->task->instance->engine->containers);
    tell(container);
}

static void
stop(struct task_container *container)
{
    const json_t *given = json_object_get(container->definition, "stopTimeout");
    unsigned seconds = given == NULL ? STOP_TIMEOUT_S : (unsigned)json_integer_value(given);

    container->call = driver_stop(container->task->instance->engine->driver, container->id,
                                  seconds, on_stopped, container);
}

static bool
has_container(const struct task_container *container)
{
    return *container->id != '\0' && container->step >= CONTAINER_CREATED;
}

/* True: none of its containers runs. */
static bool
stop_containers(struct scheduled_task *task)
{
    bool have_all_ended = true;

    for (size_t i = 0; i < task->container_count; i++) {
        struct task_container *container = task->containers[i];
        bool may_run = container->step == CONTAINER_RUNNING ||
                       (container->step == CONTAINER_CREATED && container->is_start_sent);
        if (!has_container(container) || !may_run)
            continue;
        have_all_ended = false;
        if (container->call == NULL && clock_ms() >= container->retry_ms &&
            !is_needed(container))
            stop(container);
    }
    return have_all_ended;
}

static bool
has_engine(const struct scheduled_task *task)
{
    return task->instance->engine->driver != NULL;
}

void
task_end_advance(const struct task_parts *parts, struct scheduled_task *task)
{
    task->parts = parts;
    if (task->life < LIFE_DEACTIVATING)
        enter(task, LIFE_DEACTIVATING);
    if (task->life == LIFE_DEACTIVATING && is_drained(parts, task) &&
        !is_something_under_way(task))
        enter(task, LIFE_STOPPING);
    /* A container that was seen late may have become a target since. */
    if (task->life == LIFE_STOPPING && is_drained(parts, task) && has_engine(task) &&
        stop_containers(task))
        enter(task, LIFE_DEPROVISIONING);
    if (task->life == LIFE_DEPROVISIONING)
        enter(task, LIFE_STOPPED);
}

/* By what the engine says now. */
static bool
runs_again(const struct task_container *container)
{
    const struct engine_container *seen =
        *container->id == '\0'
            ? NULL
            : engine_containers_find(container->task->instance->engine->containers,
                                     container->id);

    return seen != NULL && seen->state == ENGINE_CONTAINER_RUNNING;
}

bool
task_end_is_kept(const struct task_parts *parts, struct scheduled_task *task)
{
    bool has_ended = true;

    task->parts = parts;
    if (task->instance->engine->containers == NULL)
        return true;
    for (size_t i = 0; i < task->container_count; i++) {
        struct task_container *container = task->containers[i];
        if (!runs_again(container))
            continue;
        has_ended = false;
        if (is_drained(parts, task) && container->call == NULL &&
            clock_ms() >= container->retry_ms)
            stop(container);
    }
    return has_ended;
}

static void
on_removed(void *argument, const struct driver_result *result)
{
    struct task_container *container = argument;

    container->call = NULL;
    if (result->error == NULL || result->fault == DRIVER_NOT_FOUND)
        *container->id = '\0';
    else
        container->retry_ms = clock_ms() + RETRY_MS;
    tell(container);
}

bool
task_end_remove(const struct task_parts *parts, struct scheduled_task *task)
{
    bool is_any_left = false;

    task->parts = parts;
    for (size_t i = 0; i < task->container_count; i++) {
        struct task_container *container = task->containers[i];
        if (*container->id == '\0')
            continue;
        is_any_left = true;
        if (container->call == NULL && clock_ms() >= container->retry_ms && has_engine(task))
            container->call = driver_remove(task->instance->engine->driver, container->id,
                                            DRIVER_REMOVE_FORCED | DRIVER_REMOVE_VOLUMES,
                                            on_removed, container);
    }
    return !is_any_left && task_volumes_remove(parts, task);
}

void
task_end_forget(struct scheduled_task *task)
{
    driver_cancel(&task->volume_call);
    for (size_t i = 0; i < task->container_count; i++) {
        struct task_container *container = task->containers[i];
        driver_cancel(&container->call);
        if (container->is_pulling && task->instance->engine->pulls != NULL)
            image_pulls_forget(task->instance->engine->pulls, container);
        container->is_pulling = false;
    }
}
