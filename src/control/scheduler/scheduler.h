/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs what the API's objects ask for: services with a desired count and tasks that stand
 * alone, on container instances. By level: whatever happens, what is there is compared with
 * what should be, and the difference is acted on. What must not be forgotten is in the store;
 * everything else is known again from the containers' labels.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_H
#define FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>

#include "control/discovery/providers.h"
#include "control/object_orders.h"
#include "control/objects/objects.h"
#include "control/registry/event_log.h"
#include "control/registry/registry.h"
#include "control/scheduler/instances.h"
#include "control/scheduler/scheduled_task.h"
#include "control/scheduler/service.h"
#include "model/config.h"
#include "net/loop.h"

struct scheduler;

/* All of it outlives the scheduler. */
struct scheduler_parts {
    struct loop *loop;
    const struct objects *objects;
    struct object_orders *orders;
    struct registry *registry;
    struct providers *providers;
    struct event_log *events;
};

struct scheduler *scheduler_new(const struct scheduler_parts *parts);
void scheduler_free(struct scheduler **scheduler);

/* Another configuration, after the providers have it. */
void scheduler_set_config(struct scheduler *scheduler, const struct config *config);

/* Other objects are in force. */
void scheduler_follow_objects(struct scheduler *scheduler);

/* Targets have changed: soon everything is looked at. */
void scheduler_note_change(struct scheduler *scheduler);

/* Control is stopping: nothing is begun any more. Containers go on. */
void scheduler_stop(struct scheduler *scheduler);

struct instances *scheduler_instances(const struct scheduler *scheduler);

/* Whether an instance was not reached for so long that its tasks count as gone. */
bool scheduler_has_lost(const struct scheduler *scheduler, const struct instance *instance);

/* Also those that have STOPPED, for an hour. NULL: there is none; next of NULL is the first. */
const struct scheduled_task *scheduler_find_task(const struct scheduler *scheduler,
                                                 const char *id);
const struct scheduled_task *scheduler_next_task(const struct scheduler *scheduler,
                                                 const struct scheduled_task *task);

/* Likewise; those of the store. */
const struct service *scheduler_find_service(const struct scheduler *scheduler, const char *id);
const struct service *scheduler_next_service(const struct scheduler *scheduler,
                                             const struct service *service);
/* One that is INACTIVE since less than an hour: its last document; NULL: there is none. */
const json_t *scheduler_find_past_service(const struct scheduler *scheduler, const char *id);

/* Whether the registry's task is a container that fairlead itself runs. */
bool scheduler_owns(const struct scheduler *scheduler, const char *source, const char *id);

/* The task that such a container is of; NULL: it is none, or nobody's. */
const struct scheduled_task *scheduler_task_of(const struct scheduler *scheduler,
                                               const char *source, const char *id);

/* The tasks that run or are to run on an instance, and what is left on it. */
struct instance_use {
    unsigned running, pending;
    uint32_t cpu_left, memory_left;
};

struct instance_use scheduler_instance_use(const struct scheduler *scheduler,
                                           const struct instance *instance);

#endif
