/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes of a task and where its containers mount them. Private to docker_template*.c. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_MOUNTS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_MOUNTS_H

#include "control/docker/docker_template.h"

/* HostConfig.Binds and HostConfig.VolumesFrom; NULL: none. */
json_t *docker_template_binds(const struct docker_template *what);
json_t *docker_template_volumes_from(const struct docker_template *what);

/* The part of the ARN behind its last slash. */
const char *docker_template_task_id(const struct docker_template *what);

#endif
