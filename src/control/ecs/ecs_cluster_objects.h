/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calls have said of clusters. One without an object is as a new one is: the default one,
 * and those that tasks and container instances name. The document of "cluster/NAME" has
 * "status", "deletedAt" where it is INACTIVE, and members as answers have them:
 * "clusterSettings" (that is the API's "settings"), "configuration", "capacityProviders",
 * "defaultCapacityProviderStrategy"; and "tags".
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_CLUSTER_OBJECTS_H
#define FAIRLEAD_CONTROL_ECS_ECS_CLUSTER_OBJECTS_H

#include "control/aws/aws_call.h"
#include "control/objects/objects.h"

#define ECS_CLUSTER_SETTINGS "clusterSettings"

/* NULL: calls have said nothing of it. */
const struct object *ecs_cluster_object(const struct aws_call *call, const char *name);

/* Whether it was made, and not deleted again. */
bool ecs_cluster_is_made(const struct object *object);

/* A new document, ACTIVE, with the account's settings. */
json_t *ecs_cluster_new_document(const struct aws_call *call);

/* Puts the document, which it takes, in the place of the one that there is, if any. */
void ecs_cluster_put(struct aws_call *call, const char *name, json_t *document);

/* A copy of what there is of it, or a new one, to be changed and put. */
json_t *ecs_cluster_document(const struct aws_call *call, const char *name);

#endif
