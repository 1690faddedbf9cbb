/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers go from step to step by what the engine answers; what they wait for is looked at
 * each time. An engine that cannot be reached is asked again, one that refuses ends the task.
 */
#include "control/scheduler/task_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/scheduler/instances.h"
#include "control/scheduler/task_observe.h"
#include "control/scheduler/task_template.h"
#include "control/scheduler/task_volumes.h"

#define RETRY_MS 1000
#define TRIES_MOST 5
/* For what a container depends on, where its definition does not say (ECS's agent). */
#define START_TIMEOUT_S 180
/* A target that is refused is told elsewhere; the task goes on without it. */
#define TARGETS_WAIT_MS 10000

/* What a call of a container needs when it ends; the container's own memory. */
static const struct task_parts *
parts_of(const struct task_container *container)
{
    return container->task->parts;
}

static void
tell(const struct task_container *container)
{
    const struct task_parts *parts = parts_of(container);

    parts->on_change(parts->argument);
}

/* The task cannot be: ECS's word for the kind of failure stands before the reason. */
static void
fail(struct task_container *container, const char *kind, const char *error)
{
    if (container->reason == NULL)
        container->reason = memory_print("%s: %s", kind, error);
    container->step = CONTAINER_ENDED;
    scheduled_task_stop(container->task, STOP_CODE_TASK_FAILED_TO_START, container->reason);
}

/* Whether it is to be tried again: nobody has said no. */
static bool
may_retry(struct task_container *container, enum driver_fault fault)
{
    if (fault != DRIVER_UNREACHABLE && fault != DRIVER_TIMEOUT && fault != DRIVER_CONFLICT)
        return false;
    container->retry_ms = clock_ms() + RETRY_MS;
    return fault != DRIVER_CONFLICT || ++container->tries < TRIES_MOST;
}

static void
on_image(void *argument, const struct image_pulled *pulled)
{
    struct task_container *container = argument;

    container->is_pulling = false;
    container->task->pull_stopped_us = clock_wall_us();
    if (pulled->error == NULL) {
        container->step = CONTAINER_PULLED;
        free(container->image_digest);
        container->image_digest = memory_copy_text(pulled->digest);
    } else if (!may_retry(container, pulled->fault)) {
        fail(container, "CannotPullContainerError", pulled->error);
    }
    tell(container);
}

static void
pull(struct task_container *container)
{
    struct scheduled_task *task = container->task;
    const char *image = json_string_value(json_object_get(container->definition, "image"));

    if (task->pull_started_us == 0)
        task->pull_started_us = clock_wall_us();
    container->is_pulling = true;
    image_pulls_ask(task->instance->engine->pulls, image, on_image, container);
}

static void
on_created(void *argument, const struct driver_result *result)
{
    struct task_container *container = argument;
    const char *id = json_string_value(json_object_get(result->answer, "Id"));

    container->call = NULL;
    container->made_ms = clock_ms();
    if (result->error == NULL && id != NULL) {
        snprintf(container->id, sizeof(container->id), "%s", id);
        container->step = CONTAINER_CREATED;
        container->tries = 0;
    } else if (!may_retry(container, result->fault)) {
        fail(container, "CannotCreateContainerError",
             result->error == NULL ? "the engine gave it no id" : result->error);
    } else {
        /* It may be there all the same; then the next list has it. */
        engine_containers_look(container->task->instance->engine->containers);
    }
    tell(container);
}

/* Links and volumes of others need these others' containers. */
static bool
may_be_created(const struct task_container *container)
{
    static const char *const lists[] = {"links", "volumesFrom"};
    const json_t *one;
    size_t index;

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        json_array_foreach (json_object_get(container->definition, lists[i]), index, one) {
            const struct task_container *other = task_template_other(container, one);
            if (other != NULL && other != container && *other->id == '\0')
                return false;
        }
    return true;
}

static void
create(struct task_container *container)
{
    const struct task_parts *parts = parts_of(container);
    char *error = NULL;
    json_t *body = task_template_body(container, parts->config, &error);

    if (body == NULL) {
        fail(container, "CannotCreateContainerError", error);
        free(error);
        tell(container);
        return;
    }
    char *name = task_template_name(container);
    container->call = driver_create(container->task->instance->engine->driver, name, body,
                                    on_created, container);
    json_decref(body);
    free(name);
}

static void
on_started(void *argument, const struct driver_result *result)
{
    struct task_container *container = argument;

    bool is_unsure = result->fault == DRIVER_TIMEOUT || result->fault == DRIVER_UNREACHABLE;

    container->call = NULL;
    container->is_started = result->error == NULL;
    container->is_start_sent = container->is_started || is_unsure;
    container->unsure_ms = is_unsure ? clock_ms() : 0;
    if (result->error != NULL && !may_retry(container, result->fault))
        fail(container, "CannotStartContainerError", result->error);
    else
        engine_containers_look(container->task->instance->engine->containers);
    tell(container);
}

static void
start(struct task_container *container)
{
    container->is_start_sent = true;
    container->call = driver_start(container->task->instance->engine->driver, container->id,
                                   on_started, container);
}

enum dependency { DEPENDENCY_HOLDS, DEPENDENCY_WAITS, DEPENDENCY_FAILED };

static enum dependency
judge_end(const struct task_container *other, bool needs_success)
{
    if (other->step != CONTAINER_ENDED)
        return DEPENDENCY_WAITS;
    return !needs_success || other->exit_code == 0 ? DEPENDENCY_HOLDS : DEPENDENCY_FAILED;
}

static enum dependency
judge_dependency(const struct task_container *container, const json_t *dependency)
{
    const char *name = json_string_value(json_object_get(dependency, "containerName"));
    const char *condition = json_string_value(json_object_get(dependency, "condition"));
    const struct task_container *other = scheduled_task_find(container->task, name);

    if (other == NULL)
        return DEPENDENCY_HOLDS;
    if (strcmp(condition, "COMPLETE") == 0 || strcmp(condition, "SUCCESS") == 0)
        return judge_end(other, *condition == 'S');
    if (other->step == CONTAINER_ENDED)
        return strcmp(condition, "START") == 0 ? DEPENDENCY_HOLDS : DEPENDENCY_FAILED;
    if (other->step != CONTAINER_RUNNING)
        return DEPENDENCY_WAITS;
    return strcmp(condition, "START") == 0 || other->health == TASK_HEALTH_HEALTHY
               ? DEPENDENCY_HOLDS
               : DEPENDENCY_WAITS;
}

static enum dependency
judge_dependencies(const struct task_container *container)
{
    const json_t *dependency;
    enum dependency worst = DEPENDENCY_HOLDS;
    size_t index;

    json_array_foreach (json_object_get(container->definition, "dependsOn"), index,
                        dependency) {
        enum dependency one = judge_dependency(container, dependency);
        worst = one > worst ? one : worst;
    }
    return worst;
}

/* One whose start was left without an answer may have run and ended meanwhile: what the engine
 * has is read first, so that nothing runs twice. */
static bool
is_sure(const struct task_container *container)
{
    return container->unsure_ms == 0 ||
           engine_containers_read_ms(container->task->instance->engine->containers) >
               container->unsure_ms;
}

static bool
has_waited_enough(struct task_container *container)
{
    const json_t *timeout = json_object_get(container->definition, "startTimeout");
    json_int_t seconds = timeout == NULL ? START_TIMEOUT_S : json_integer_value(timeout);

    if (container->wait_began_ms == 0)
        container->wait_began_ms = clock_ms();
    return clock_ms() >= container->wait_began_ms + (uint64_t)seconds * 1000;
}

static void
start_in_turn(struct task_container *container)
{
    enum dependency dependency = judge_dependencies(container);

    if (dependency == DEPENDENCY_HOLDS)
        start(container);
    else if (dependency == DEPENDENCY_FAILED || has_waited_enough(container))
        fail(container, "DependencyError",
             "a container that it depends on did not get as far as it is needed");
}

static void
advance(struct task_container *container)
{
    if (container->call != NULL || container->is_pulling || clock_ms() < container->retry_ms)
        return;
    switch (container->step) {
    case CONTAINER_NONE:
        pull(container);
        break;
    case CONTAINER_PULLED:
        if (task_volumes_make(parts_of(container), container->task) &&
            may_be_created(container))
            create(container);
        break;
    case CONTAINER_CREATED:
        if (!container->is_started && is_sure(container))
            start_in_turn(container);
        break;
    case CONTAINER_RUNNING:
    case CONTAINER_ENDED:
        break;
    }
}

static bool
have_all_begun(const struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++)
        if (task->containers[i]->step < CONTAINER_RUNNING)
            return false;
    return true;
}

static void
enter(struct scheduled_task *task, enum task_life life)
{
    task->life = life;
    task->version++;
    if (life == LIFE_ACTIVATING)
        task->activating_ms = clock_ms();
    if (life != LIFE_RUNNING)
        return;
    task->has_run = true;
    task->running_ms = clock_ms();
    task->started_us = clock_wall_us();
}

static bool
are_targets_there(const struct task_parts *parts, const struct scheduled_task *task)
{
    return task->targets_expected == 0 ||
           task_observe_targets(parts, task).registered >= task->targets_expected ||
           clock_ms() >= task->activating_ms + TARGETS_WAIT_MS;
}

void
task_start_advance(const struct task_parts *parts, struct scheduled_task *task)
{
    task->parts = parts;
    if (task->life == LIFE_PROVISIONING)
        enter(task, LIFE_PENDING);
    /* What a fairlead of before has left is known first. */
    if (task->instance->engine->driver != NULL &&
        engine_containers_read_ms(task->instance->engine->containers) != 0)
        for (size_t i = 0; i < task->container_count && task->is_wanted; i++)
            advance(task->containers[i]);
    if (task->life == LIFE_PENDING && have_all_begun(task))
        enter(task, LIFE_ACTIVATING);
    if (task->life == LIFE_ACTIVATING && are_targets_there(parts, task))
        enter(task, LIFE_RUNNING);
}
