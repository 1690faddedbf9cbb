/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels by which a container says whose it is: ECS's own, as its agent sets them, and
 * fairlead's. They are all that is needed to know a task again. Pure.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_TASK_LABELS_H
#define FAIRLEAD_CONTROL_SCHEDULER_TASK_LABELS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/scheduler/scheduled_task.h"

/* What labels say; borrowed texts. */
struct task_labels {
    char task_id[TASK_ID_SIZE];
    const char *cluster, *container, *instance;
    char *definition_id;                           /* "family:revision", to free() */
    const char *service, *deployment, *started_by; /* NULL: none */
    const char *group;                             /* likewise */
};

/* A new object of texts, for a container of the task. */
json_t *task_labels_make(const struct task_container *container, const char *task_arn);

/* False: they are not those of a task. Give back with task_labels_clear. */
bool task_labels_read(struct task_labels *labels, const json_t *object);
void task_labels_clear(struct task_labels *labels);

/* 32 hexadecimal digits and NUL, always the same of these words. */
void task_labels_make_instance_id(char id[33], const char *cluster, const char *name);

/* The service that the registry knows its containers by, to free(). */
char *task_labels_service(const char *cluster, const char *service);

#endif
