/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service while fairlead runs: its object of the store, the tasks that it has, what it has
 * told, and how its newest deployment fares. Made and freed by the scheduler.
 */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SERVICE_H
#define FAIRLEAD_CONTROL_SCHEDULER_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jansson.h>
#include <uthash.h>

#include "control/objects/objects.h"
#include "control/scheduler/breaker.h"
#include "control/scheduler/placement.h"
#include "control/scheduler/scheduled_task.h"
#include "control/scheduler/service_document.h"
#include "control/scheduler/service_events.h"

struct service {
    char *id; /* "service/CLUSTER/NAME" */
    char *cluster, *name;
    json_t *document; /* as the store has it */
    uint64_t revision;
    LIST_HEAD(, scheduled_task) tasks; /* those that have not STOPPED */
    struct service_events events;
    char deployment[DEPLOYMENT_ID_SIZE]; /* the PRIMARY one, that the following is of */
    struct breaker breaker;
    unsigned failed_tasks;
    char *last_failure; /* why the last of these failed; NULL: none has */
    char *unplaced;     /* what was told last of tasks without a place; NULL: none */
    bool is_steady, is_completion_told, is_failure_told; /* of the deployment */
    bool is_told_of_failures;
    unsigned daemon_desired;           /* of a daemon, as it was planned last */
    struct placement_rules *placement; /* NULL: not read yet */
    UT_hash_handle hh;
};

struct service *service_new(const struct object *object);
void service_free(struct service **service);

/* Takes over what the store has of it now. */
void service_follow(struct service *service, const struct object *object);

/* The rules that its tasks are placed by, the definition's (may be NULL) among them. */
const struct placement_rules *service_placement(struct service *service,
                                                const json_t *definition);

unsigned service_desired(const struct service *service);

struct service_counts {
    unsigned running, pending;
};

/* Of a deployment's tasks, or (NULL) of all. */
struct service_counts service_count(const struct service *service, const char *deployment);

#endif
