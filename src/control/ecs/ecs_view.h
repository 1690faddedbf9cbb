/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the registry knows as ECS has it: containers joined into tasks, each of a cluster, on a
 * container instance, and perhaps of a service of the configuration. Made for one call.
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_VIEW_H
#define FAIRLEAD_CONTROL_ECS_ECS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "control/aws/aws_call.h"
#include "control/registry/task_record.h"
#include "model/task.h"

/* Of tasks that name none: it is always there. */
#define ECS_DEFAULT_CLUSTER "default"

/* One container, or those that came under one task's ARN. */
struct ecs_task {
    const char *cluster;
    const char *id;                     /* 32 digits, or the last part of its ARN */
    const struct task_record **records; /* its containers, in the order of their ids */
    size_t count;
    bool is_service_known;
    const char *service; /* ecs_view_service gives it */
};

/* Made by ecs_view_make, freed by ecs_view_clear. */
struct ecs_view {
    const struct aws_call *call;
    struct ecs_task *tasks; /* by cluster and id */
    size_t count;
    struct ecs_place *places;
    const struct task_record **records;
    size_t record_count;
};

void ecs_view_make(struct ecs_view *view, const struct aws_call *call);
void ecs_view_clear(struct ecs_view *view);

/* The cluster of the input, "default" without one; NULL: there is no such, and the call has
 * failed. */
const char *ecs_view_cluster(const struct ecs_view *view, struct aws_call *call);

/* The cluster of that name or ARN; NULL: there is none. */
const char *ecs_view_find_cluster(const struct ecs_view *view, const char *given);

/* The configured service that the task is of: the name in the first entry that has it; or NULL.
 */
const char *ecs_view_service(const struct ecs_view *view, struct ecs_task *task);

/* A configured service by its place; NULL where an earlier entry has its name. */
const char *ecs_view_service_name(const struct ecs_view *view, size_t index);

/* Whether it is there for that cluster: it has tasks there, or none at all. */
bool ecs_view_has_service(const struct ecs_view *view, const char *service,
                          const char *cluster);

struct ecs_counts {
    unsigned desired, running, pending;
};

/* Of a cluster's tasks, with those that fairlead runs, or (service not NULL) of those of a
 * service, whose name is one of ecs_view_service_name. */
struct ecs_counts ecs_view_count(const struct ecs_view *view, const char *cluster,
                                 const char *service);

/* Whether it is meant to go on. */
bool ecs_task_is_wanted(const struct ecs_task *task);
/* RUNNING where all of its containers do, else the first other one's. */
enum task_status ecs_task_status(const struct ecs_task *task);
const char *ecs_health_text(enum task_health health);
const char *ecs_task_health_text(const struct ecs_task *task);
/* What it runs on: a host's address, or without one its source. */
const char *ecs_task_host(const struct ecs_task *task);

#endif
