/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container instances of a cluster as placement sees them, with what the tasks on them
 * take; and places for tasks that stand alone, one after the other.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_PLACEMENT_VIEW_H
#define FAIRLEAD_CONTROL_SCHEDULER_PLACEMENT_VIEW_H

#include <jansson.h>

#include "control/scheduler/placement.h"
#include "control/scheduler/scheduler.h"

/* As placement wants it; valid as long as the size. */
struct placement_needs placement_view_needs(const struct task_size *size);

struct placement_view {
    const struct scheduler *scheduler;
    struct instance **all; /* of each element of instances */
    struct placement_instance *instances;
    size_t count;
};

/* For the next service: what was placed stays noted, own counts nothing again. */
void placement_view_begin(struct placement_view *view);

/* Of a cluster; own counts nothing yet. Give back with placement_view_clear. */
void placement_view_make(struct placement_view *view, const struct scheduler *scheduler,
                         const char *cluster);
void placement_view_clear(struct placement_view *view);

/* Which groups run on each, for rules that ask; once is enough. */
void placement_view_find_groups(struct placement_view *view);

/* The index of an instance; PLACEMENT_NOWHERE: it is not one of the cluster's (any more). */
uint32_t placement_view_find(const struct placement_view *view,
                             const struct instance *instance);

/* What ECS calls the reason of a failure to run a task ("RESOURCE:MEMORY"), and the obstacle in
 * an event's words. */
const char *placement_obstacle_reason(enum placement_obstacle obstacle);
const char *placement_obstacle_text(enum placement_obstacle obstacle);

#endif
