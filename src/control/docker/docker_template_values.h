/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of a container definition in the engine's form. Each makes a new value, or NULL: there
 * is nothing to say. Private to docker_template*.c.
 */
#ifndef FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_VALUES_H
#define FAIRLEAD_CONTROL_DOCKER_DOCKER_TEMPLATE_VALUES_H

#include <jansson.h>

typedef json_t *docker_template_value(const json_t *value);

/* As it is; an empty list or text says nothing. */
json_t *docker_template_same(const json_t *value);

/* MiB in bytes, and those of memory: no less than an engine takes. */
json_t *docker_template_mebibytes(const json_t *value);
json_t *docker_template_memory(const json_t *value);

/* CPU units: 0 and 1 are the engine's least. */
json_t *docker_template_cpu_shares(const json_t *value);

json_t *docker_template_health_check(const json_t *value);
json_t *docker_template_ulimits(const json_t *value);
json_t *docker_template_devices(const json_t *value);
json_t *docker_template_tmpfs(const json_t *value);
json_t *docker_template_extra_hosts(const json_t *value);
json_t *docker_template_sysctls(const json_t *value);
json_t *docker_template_log_config(const json_t *value);
json_t *docker_template_gpus(const json_t *value);

/* A member's text, "" where it has none. */
const char *docker_template_text(const json_t *object, const char *member);

/* Of a list or set that is empty, NULL; the reference passes. */
json_t *docker_template_unless_empty(json_t *list);

#endif
