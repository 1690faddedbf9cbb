/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/scheduled_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"

const char *
task_life_text(enum task_life life)
{
    static const char *const texts[LIFE_COUNT] = {
#define TASK_LIFE(id, counts_as) [LIFE_##id] = #id,
#include "control/scheduler/task_lives.def"
#undef TASK_LIFE
    };

    CHECK(life < LIFE_COUNT);
    return texts[life];
}

const char *
task_stop_code_text(enum task_stop_code code)
{
    static const char *const texts[] = {
        [STOP_CODE_NONE] = NULL,
        [STOP_CODE_TASK_FAILED_TO_START] = "TaskFailedToStart",
        [STOP_CODE_ESSENTIAL_CONTAINER_EXITED] = "EssentialContainerExited",
        [STOP_CODE_USER_INITIATED] = "UserInitiated",
        [STOP_CODE_SERVICE_SCHEDULER_INITIATED] = "ServiceSchedulerInitiated",
    };

    return texts[code];
}

static void
make_id(char id[TASK_ID_SIZE])
{
    uint64_t halves[2];

    random_fill(halves, sizeof(halves));
    snprintf(id, TASK_ID_SIZE, "%016llx%016llx", (unsigned long long)halves[0],
             (unsigned long long)halves[1]);
}

struct task_container *
scheduled_task_add(struct scheduled_task *task, const char *name)
{
    struct task_container *added = memory_take(1, sizeof(*added));

    *added = (struct task_container){
        .task = task, .name = memory_copy_text(name), .is_essential = true, .exit_code = -1};
    task->containers = memory_resize(task->containers, task->container_count + 1,
                                     sizeof(struct task_container *));
    task->containers[task->container_count++] = added;
    return added;
}

static void
read_container(struct task_container *container, const json_t *definition)
{
    const json_t *essential = json_object_get(definition, "essential");

    container->definition = definition;
    container->is_essential = essential == NULL || json_is_true(essential);
}

struct scheduled_task *
scheduled_task_new(const char *id, const char *cluster, const char *definition_id,
                   json_t *definition)
{
    const json_t *list = json_object_get(definition, "containerDefinitions"), *one;
    struct scheduled_task *task = memory_take(1, sizeof(*task));
    size_t index;

    if (id == NULL)
        make_id(task->id);
    else
        snprintf(task->id, sizeof(task->id), "%s", id);
    task->cluster = memory_copy_text(cluster);
    task->definition_id = memory_copy_text(definition_id);
    task->definition = json_incref(definition);
    task->size = task_size_of(definition);
    task->is_wanted = true;
    task->version = 1;
    task->created_us = clock_wall_us();
    json_array_foreach (list, index, one)
        read_container(
            scheduled_task_add(task, json_string_value(json_object_get(one, "name"))), one);
    return task;
}

static void
free_container(struct task_container *container)
{
    free(container->name);
    free(container->reason);
    free(container->image_digest);
    json_decref(container->bindings);
    free(container);
}

void
scheduled_task_free(struct scheduled_task **task)
{
    struct scheduled_task *freed = *task;

    *task = NULL;
    if (freed == NULL)
        return;
    for (size_t i = 0; i < freed->container_count; i++)
        free_container(freed->containers[i]);
    free(freed->containers);
    free(freed->cluster);
    free(freed->service);
    free(freed->deployment);
    free(freed->definition_id);
    json_decref(freed->definition);
    task_size_clear(&freed->size);
    json_decref(freed->overrides);
    free(freed->started_by);
    free(freed->group);
    free(freed->stopped_reason);
    free(freed);
}

char *
scheduled_task_group(const struct scheduled_task *task)
{
    const char *colon = strrchr(task->definition_id, ':');

    if (task->service != NULL)
        return memory_print("service:%s", task->service);
    if (task->group != NULL)
        return memory_copy_text(task->group);
    return memory_print("family:%.*s", (int)(colon - task->definition_id), task->definition_id);
}

struct task_container *
scheduled_task_find(const struct scheduled_task *task, const char *name)
{
    for (size_t i = 0; i < task->container_count; i++)
        if (strcmp(task->containers[i]->name, name) == 0)
            return task->containers[i];
    return NULL;
}

bool
scheduled_task_is_ending(const struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++)
        if (task->containers[i]->is_essential &&
            (task->containers[i]->is_ending || task->containers[i]->step == CONTAINER_ENDED))
            return true;
    return false;
}

bool
task_container_has_check(const struct task_container *container)
{
    const json_t *check = json_object_get(container->definition, "healthCheck");
    const char *first = json_string_value(json_array_get(json_object_get(check, "command"), 0));

    return first != NULL && strcmp(first, "NONE") != 0;
}

bool
scheduled_task_has_check(const struct scheduled_task *task)
{
    for (size_t i = 0; i < task->container_count; i++)
        if (task->containers[i]->is_essential && task_container_has_check(task->containers[i]))
            return true;
    return false;
}

enum task_health
scheduled_task_health(const struct scheduled_task *task)
{
    enum task_health health = TASK_HEALTH_NONE;
    bool is_unknown = false;

    for (size_t i = 0; i < task->container_count; i++) {
        const struct task_container *container = task->containers[i];
        if (!container->is_essential || !task_container_has_check(container))
            continue;
        if (container->health == TASK_HEALTH_UNHEALTHY)
            return TASK_HEALTH_UNHEALTHY;
        is_unknown = is_unknown || container->health != TASK_HEALTH_HEALTHY;
        health = TASK_HEALTH_HEALTHY;
    }
    return is_unknown ? TASK_HEALTH_NONE : health;
}

static uint32_t
number_of(const json_t *value)
{
    json_int_t number = json_is_string(value) ? strtoll(json_string_value(value), NULL, 10)
                                              : json_integer_value(value);

    return number < 0 ? 0 : number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

/* Of a container what it may not exceed, or without that what it is to have. */
static uint32_t
memory_of(const json_t *container)
{
    uint32_t soft = number_of(json_object_get(container, "memoryReservation"));

    return soft != 0 ? soft : number_of(json_object_get(container, "memory"));
}

static void
add_ports(struct task_size *size, const json_t *container)
{
    const json_t *mappings = json_object_get(container, "portMappings"), *mapping;
    size_t index;

    json_array_foreach (mappings, index, mapping) {
        json_int_t port = json_integer_value(json_object_get(mapping, "hostPort"));
        if (port <= 0)
            continue;
        size->host_ports = memory_resize(size->host_ports, size->host_port_count + 1,
                                         sizeof(*size->host_ports));
        size->host_ports[size->host_port_count++] = (uint16_t)port;
    }
}

/* The task's own numbers win over the sums of its containers'. */
struct task_size
task_size_of(const json_t *definition)
{
    const json_t *list = json_object_get(definition, "containerDefinitions"), *one;
    struct task_size size = {.cpu = number_of(json_object_get(definition, "cpu")),
                             .memory = number_of(json_object_get(definition, "memory"))};
    struct task_size sum = {0};
    size_t index;

    json_array_foreach (list, index, one) {
        sum.cpu += number_of(json_object_get(one, "cpu"));
        sum.memory += memory_of(one);
        add_ports(&size, one);
    }
    size.cpu = size.cpu != 0 ? size.cpu : sum.cpu;
    size.memory = size.memory != 0 ? size.memory : sum.memory;
    return size;
}

void
task_size_clear(struct task_size *size)
{
    free(size->host_ports);
    *size = (struct task_size){.host_ports = NULL};
}

void
scheduled_task_stop(struct scheduled_task *task, enum task_stop_code code, const char *reason)
{
    if (!task->is_wanted)
        return;
    task->is_wanted = false;
    task->stop_code = code;
    task->stopped_reason = memory_copy_text(reason);
    task->stopping_us = clock_wall_us();
    task->version++;
}
