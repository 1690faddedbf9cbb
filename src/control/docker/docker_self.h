/* SPDX-License-Identifier: Apache-2.0 */
/* Which container we run in ourselves. */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_SELF_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_SELF_H

#include <stdbool.h>

#include "control/docker/docker_container.h"

/* Its id; false: in none, as far as can be seen. */
bool docker_self_find(char id[DOCKER_ID_SIZE]);

/* The same of the text of a process's mountinfo. */
bool docker_self_read(const char *mounts, char id[DOCKER_ID_SIZE]);

#endif
