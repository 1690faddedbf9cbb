/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of a container definition: secrets[].valueFrom is the name of a file in a folder of
 * the operator's, alone or as the end of an ARN of a parameter.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_SECRETS_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_SECRETS_H

#include <jansson.h>

/*
 * {"VARIABLE": "value"}, the caller's reference; a line end behind the value is left out. NULL
 * with *error set (free it): a secret cannot be read. folder NULL: there is none.
 */
json_t *docker_secrets_read(const char *folder, const json_t *container, char **error);

#endif
