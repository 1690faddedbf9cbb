/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARNs of ECS's objects, and the names that calls give them: an ARN of any region and account,
 * or its last part.
 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_ARN_H
#define FAIRLEAD_CONTROL_ECS_ECS_ARN_H

#include <stdbool.h>

#include "control/aws/aws_call.h"

#define ECS_CLUSTER "cluster"
#define ECS_SERVICE "service"
#define ECS_TASK "task"
#define ECS_CONTAINER "container"
#define ECS_INSTANCE "container-instance"
#define ECS_CAPACITY_PROVIDER "capacity-provider"
/* "ecs-svc/" and 19 digits. */
#define ECS_DEPLOYMENT_ID_SIZE 28

/* Of ids that are made here: 32 hexadecimal digits. */
#define ECS_ID_LENGTH 32

struct ecs_id {
    char text[ECS_ID_LENGTH + 1];
};

/* Always the same of the same words. */
struct ecs_id ecs_id_make(const char *kind, const char *one, const char *other);

/* Of a service by its name. */
void ecs_deployment_id(const char *service, char text[ECS_DEPLOYMENT_ID_SIZE]);

/* New texts, to free(). A cluster's name stands for itself. */
char *ecs_arn(const struct aws_call *call, const char *kind, const char *cluster,
              const char *name);
char *ecs_arn_cluster(const struct aws_call *call, const char *name);

/* What stands behind "KIND/" of an ARN of that kind; of words that are no ARN all. NULL: it is
 * an ARN of another kind. */
const char *ecs_arn_path(const char *given, const char *kind);

/* Whether the given words name that; of a cluster cluster is NULL. */
bool ecs_arn_names(const char *given, const char *kind, const char *cluster, const char *name);

/* {"arn", "reason": "MISSING"} of what was asked for. */
json_t *ecs_failure(const struct aws_call *call, const char *kind, const char *cluster,
                    const char *given);

/* The member's list of 1 to most names; NULL: the call has failed. */
const json_t *ecs_names(struct aws_call *call, const char *member, size_t most);

#endif
