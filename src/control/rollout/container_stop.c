/* SPDX-License-Identifier: Apache-2.0 */
/* Three steps: drain, stop, done. The record may go at any time; its names are kept here. */
#include "control/rollout/container_stop.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/driver/driver.h"

struct stop {
    struct rollout *rollout;
    struct container_stop_callbacks callbacks;
    void *argument;
    char *source, *id, *name;
    unsigned timeout_seconds;
    unsigned draining; /* targets that are not gone yet */
};

static void
free_stop(struct stop *stop)
{
    free(stop->source);
    free(stop->id);
    free(stop->name);
    free(stop);
}

static void
tell(struct stop *stop, const char *what)
{
    char *text = memory_print("%s %s", stop->name, what);

    stop->callbacks.on_step(stop->argument, text);
    free(text);
}

static void
end(struct stop *stop, const char *error)
{
    if (error != NULL)
        registry_withdraw(stop->rollout->parts.registry, stop->source, stop->id, false);
    stop->callbacks.on_done(stop->argument, error);
    free_stop(stop);
}

static void
on_stopped(void *argument, const struct driver_result *result)
{
    struct stop *stop = argument;

    if (result->error == NULL)
        tell(stop, "is stopped");
    end(stop, result->error);
}

static void
stop_container(struct stop *stop)
{
    struct discovery *discovery = providers_find(stop->rollout->parts.providers, stop->source);

    if (discovery == NULL) {
        end(stop, "its provider was removed from the configuration meanwhile");
        return;
    }
    tell(stop, "is drained; stopping it");
    struct driver *driver = discovery_driver(discovery);
    if (driver == NULL)
        end(stop, "its provider cannot stop containers");
    else
        driver_stop(driver, stop->id, stop->timeout_seconds, on_stopped, stop);
}

static void
stop_later(void *argument)
{
    stop_container(argument);
}

static void
on_target_gone(void *argument)
{
    struct stop *stop = argument;

    if (--stop->draining == 0)
        loop_call_later(stop->rollout->parts.loop, stop_later, stop);
}

const char *
container_stop(struct rollout *rollout, const struct task_record *record,
               unsigned timeout_seconds, const struct container_stop_callbacks *callbacks,
               void *argument)
{
    const struct task *task = record->task;
    struct registered_target *target;

    if (!providers_can_stop(rollout->parts.providers, task->source))
        return "its provider cannot stop containers";
    struct stop *stop = memory_take(1, sizeof(*stop));
    stop->rollout = rollout;
    stop->callbacks = *callbacks;
    stop->argument = argument;
    stop->source = memory_copy_text(task->source);
    stop->id = memory_copy_text(task->id);
    stop->name = memory_copy_text(task->name != NULL ? task->name : task->id);
    stop->timeout_seconds = timeout_seconds;
    LIST_FOREACH (target, &record->targets, of_task) {
        stop->draining++;
        target_waits_add(rollout->parts.waits, target->id, on_target_gone, stop);
    }
    tell(stop, stop->draining == 0 ? "has no targets" : "is being drained");
    registry_withdraw(rollout->parts.registry, stop->source, stop->id, true);
    if (stop->draining == 0)
        loop_call_later(rollout->parts.loop, stop_later, stop);
    return NULL;
}
