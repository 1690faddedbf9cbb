/* SPDX-License-Identifier: Apache-2.0 */
/* What ECS's Describe calls of a cluster's things have in common. */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_DESCRIBE_H
#define FAIRLEAD_CONTROL_ECS_ECS_DESCRIBE_H

#include "control/ecs/ecs_view.h"

/* What a name or ARN stands for in a cluster, a new object; NULL: nothing. */
typedef json_t *ecs_describe_one(const struct ecs_view *view, const char *cluster,
                                 const char *given);

/* {member: what is there, "failures": what is not}; NULL: there is no such cluster. */
json_t *ecs_describe(struct aws_call *call, const json_t *names, const char *kind,
                     const char *member, ecs_describe_one *one);

#endif
