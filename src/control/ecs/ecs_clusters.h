/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAIRLEAD_CONTROL_ECS_ECS_CLUSTERS_H
#define FAIRLEAD_CONTROL_ECS_ECS_CLUSTERS_H

#include "control/ecs/ecs_view.h"

/* A cluster as answers have it; is_whole: with all that a call could ask to include, but
 * statistics. */
json_t *ecs_cluster_to_json(const struct ecs_view *view, const char *name, bool is_whole);

/* Of the configuration and of the API; not those that are INACTIVE. */
unsigned ecs_cluster_services(const struct ecs_view *view, const char *cluster);

#endif
