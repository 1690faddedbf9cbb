/* SPDX-License-Identifier: Apache-2.0 */
#include "control/scheduler/task_volumes.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "control/scheduler/instances.h"
#include "control/scheduler/task_template.h"

#define RETRY_MS 1000

static void
tell(const struct scheduled_task *task)
{
    task->parts->on_change(task->parts->argument);
}

static void
on_made(void *argument, const struct driver_result *result)
{
    struct scheduled_task *task = argument;

    task->volume_call = NULL;
    if (result->error == NULL) {
        task->volumes_made++;
    } else if (result->fault == DRIVER_UNREACHABLE || result->fault == DRIVER_TIMEOUT) {
        task->volume_retry_ms = clock_ms() + RETRY_MS;
    } else {
        char *reason = memory_print("CannotCreateVolumeError: %s", result->error);
        scheduled_task_stop(task, STOP_CODE_TASK_FAILED_TO_START, reason);
        free(reason);
    }
    tell(task);
}

bool
task_volumes_make(const struct task_parts *parts, struct scheduled_task *task)
{
    if (json_array_size(json_object_get(task->definition, "volumes")) == 0)
        return true;
    json_t *volumes = task_template_volumes(task);
    bool are_made = task->volumes_made >= json_array_size(volumes);
    task->parts = parts;
    if (!are_made && task->volume_call == NULL && clock_ms() >= task->volume_retry_ms)
        task->volume_call =
            driver_create_volume(task->instance->engine->driver,
                                 json_array_get(volumes, task->volumes_made), on_made, task);
    json_decref(volumes);
    return are_made;
}

/* One that somebody else uses by now stays. */
static void
on_removed(void *argument, const struct driver_result *result)
{
    struct scheduled_task *task = argument;

    task->volume_call = NULL;
    if (result->fault == DRIVER_UNREACHABLE || result->fault == DRIVER_TIMEOUT)
        task->volume_retry_ms = clock_ms() + RETRY_MS;
    else
        task->volumes_removed++;
    tell(task);
}

bool
task_volumes_remove(const struct task_parts *parts, struct scheduled_task *task)
{
    if (json_array_size(json_object_get(task->definition, "volumes")) == 0)
        return true;
    json_t *names = task_template_own_volumes(task);
    bool are_removed = task->volumes_removed >= json_array_size(names);
    task->parts = parts;
    if (!are_removed && task->volume_call == NULL && clock_ms() >= task->volume_retry_ms &&
        task->instance->engine->driver != NULL)
        task->volume_call = driver_remove_volume(
            task->instance->engine->driver,
            json_string_value(json_array_get(names, task->volumes_removed)), on_removed, task);
    json_decref(names);
    return are_removed;
}
