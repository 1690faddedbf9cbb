/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler's tables by id: what stands in them belongs to it. */
#ifndef FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_TABLES_H
#define FAIRLEAD_CONTROL_SCHEDULER_SCHEDULER_TABLES_H

#include <jansson.h>
#include <uthash.h>

#include "control/scheduler/scheduled_task.h"
#include "control/scheduler/service.h"

/* A service that is INACTIVE, as it was last. */
struct past_service {
    char *id;
    json_t *document;
    uint64_t ended_ms;
    UT_hash_handle hh;
};

/* NULL: there is none. */
struct scheduled_task *task_table_find(struct scheduled_task *all, const char *id);
void task_table_add(struct scheduled_task **all, struct scheduled_task *task);
void task_table_remove(struct scheduled_task **all, struct scheduled_task *task);

struct service *service_table_find(struct service *all, const char *id);
void service_table_add(struct service **all, struct service *service);
void service_table_remove(struct service **all, struct service *service);

struct past_service *past_table_find(struct past_service *all, const char *id);
void past_table_add(struct past_service **all, struct past_service *past);
void past_table_remove(struct past_service **all, struct past_service *past);

#endif
