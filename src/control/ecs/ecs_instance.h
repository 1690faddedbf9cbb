/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One container instance: of the configuration, where fairlead runs tasks, or a host that tasks
 * were seen on. What calls have said of one of the configuration is in the object
 * "container-instance/CLUSTER/ID": "status", "attributes" (an object of texts) and "tags".
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_INSTANCE_H
#define FAIRLEAD_CONTROL_ECS_ECS_INSTANCE_H

#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_view.h"
#include "control/objects/objects.h"
#include "control/scheduler/cluster_query.h"
#include "control/scheduler/instances.h"

#define ECS_DRAINING "DRAINING"

struct ecs_instance {
    const char *cluster;
    struct ecs_id id;
    const struct config_container_instance *configured; /* NULL: it is only seen */
    const struct instance
        *own; /* the scheduler's of the configured one; NULL: it has none yet */
    const struct ecs_task *seen; /* a task on it; NULL: configured */
};

/* Of the one that a task was seen on. */
struct ecs_id ecs_instance_id(const struct ecs_task *task);

/* Those of a cluster, the configured ones first; give back with ecs_instance_list_clear. */
struct ecs_instance_list {
    struct ecs_instance *all;
    size_t count;
};

void ecs_instance_list_make(struct ecs_instance_list *list, const struct ecs_view *view,
                            const char *cluster);
void ecs_instance_list_clear(struct ecs_instance_list *list);

/* By its id or ARN; NULL: there is none. */
const struct ecs_instance *ecs_instance_find(const struct ecs_instance_list *list,
                                             const char *given);

/* What calls have said of it; NULL: nothing. */
const struct object *ecs_instance_object(const struct aws_call *call,
                                         const struct ecs_instance *instance);

/* A copy of that, or a new one, to be changed; and its way back, which takes it. */
json_t *ecs_instance_document(const struct aws_call *call, const struct ecs_instance *instance);
void ecs_instance_put(struct aws_call *call, const struct ecs_instance *instance,
                      json_t *document);

/* All of its attributes, a new object of texts ("": without a value): those that it has by
 * itself, the configuration's, and the API's. */
json_t *ecs_instance_attributes(const struct aws_call *call,
                                const struct ecs_instance *instance);
/* Where the configuration has one, or NULL. */
const struct setting_places *ecs_instance_attribute_place(const struct ecs_instance *instance,
                                                          const char *name);

/* "ACTIVE" or "DRAINING". */
const char *ecs_instance_status(const struct aws_call *call,
                                const struct ecs_instance *instance);

/* Whether the query holds for it. */
bool ecs_instance_fits(const struct ecs_view *view, const struct ecs_instance *instance,
                       const struct cluster_query *query);

/* As answers have it. */
json_t *ecs_instance_to_json(const struct ecs_view *view, const struct ecs_instance *instance);

#endif
