/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler's own state, for the files that it is made of. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_STATE_H
#define FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_STATE_H

#include "control/scheduler/placement_view.h"
#include "control/scheduler/scheduler.h"
#include "control/scheduler/scheduler_tables.h"
#include "control/scheduler/service_edit.h"
#include "control/scheduler/task_parts.h"

struct cluster_view {
    char *cluster;
    struct placement_view view;
    struct cluster_view *next;
};

struct scheduler {
    struct scheduler_parts parts;
    struct task_parts task_parts;
    const struct config *config; /* NULL: none yet */
    struct instances *instances;
    struct service_edits *edits;
    struct scheduled_task *tasks; /* by id */
    struct service *services;     /* by id */
    struct past_service *past;    /* by id */
    struct alarm_clock soon;
    struct timer timer;
    struct cluster_view *views; /* while everything is looked at: of each cluster so far */
    uint64_t took_us;           /* the last look at everything */
    bool is_stopping;
};

/* A cluster's instances with what is on them; made once a look. */
struct placement_view *scheduler_view(struct scheduler *scheduler, const char *cluster);

/* A task with all that a service, a deployment and an instance make of it; in the table. */
struct scheduled_task *scheduler_add_task(struct scheduler *scheduler,
                                          struct scheduled_task *task, struct service *service);

/* The definition that tasks are made of, as the store has it: borrowed; NULL: there is none. */
json_t *scheduler_definition(const struct scheduler *scheduler, const char *definition_id);

/* scheduler_join.c: tasks of engines' containers and of the store that are not known yet. */
void scheduler_join_engines(struct scheduler *scheduler);
void scheduler_join_object(struct scheduler *scheduler, const struct object *object);

/* scheduler_plan.c: what a service should have more, or less. False: it is not known yet what
 * it has. */
bool scheduler_plan(struct scheduler *scheduler, struct service *service);
/* A task of it has come to RUNNING, or has STOPPED. */
void scheduler_note_running(struct scheduler *scheduler, struct service *service);
void scheduler_note_stopped(struct scheduler *scheduler, struct service *service,
                            struct scheduled_task *task);

#endif
