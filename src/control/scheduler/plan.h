/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service is to start and to stop, from what there is: a pure function. By our own doing
 * never fewer are healthy than minimumHealthyPercent says, never more are there than
 * maximumPercent says, and what is done over and over again ends. The arithmetic is in
 * docs/services.md.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_PLAN_H
#define FAIRLEAD_CONTROL_SCHEDULER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/scheduler/placement.h"

enum plan_life {
    PLAN_STARTING, /* PROVISIONING to ACTIVATING */
    PLAN_RUNNING,
    PLAN_STOPPING /* DEACTIVATING and later: it counts for nothing */
};

enum plan_health {
    PLAN_HEALTH_UNKNOWN, /* it does not count as healthy yet */
    PLAN_HEALTHY,
    PLAN_UNHEALTHY
};

struct plan_task {
    bool is_primary;  /* of the PRIMARY deployment */
    bool is_in_grace; /* that it is unhealthy is no matter yet */
    enum plan_life life;
    enum plan_health health;
    uint32_t instance; /* an index; PLACEMENT_NOWHERE: one that is not configured any more */
    uint64_t created_us;
};

struct plan_service {
    bool is_daemon;
    bool may_start; /* false: it waits after failures */
    bool rebalances_zones;
    unsigned desired; /* of a daemon it is counted */
    unsigned minimum_percent, maximum_percent;
    struct placement_needs needs; /* of its PRIMARY deployment's tasks */
    const struct placement_rules *rules;
};

enum plan_reason {
    PLAN_SCALED_IN,
    PLAN_REPLACED, /* by a task of another deployment */
    PLAN_UNHEALTHY_TASK,
    PLAN_INSTANCE_DRAINING,
    PLAN_REBALANCED
};

struct plan_stop {
    uint32_t task;
    enum plan_reason reason;
};

struct plan {
    uint32_t *starts; /* instances, one a task */
    size_t start_count;
    struct plan_stop *stops;
    size_t stop_count;
    unsigned unplaced; /* that should start, and have no place */
    struct placement_failure failure;
    unsigned desired;
    bool is_complete; /* none of another deployment, as many as are desired, all healthy */
    bool cannot_roll; /* a task is to be replaced, and the percents leave no way to */
};

/* What there is. In the instances what is started is noted; their own must be zero. */
struct plan_field {
    const struct plan_task *tasks;
    size_t task_count;
    struct placement_instance *instances;
    size_t instance_count;
};

/* Give it back with plan_clear. */
void plan_make(struct plan *plan, const struct plan_service *service,
               const struct plan_field *field);
void plan_clear(struct plan *plan);

#endif
