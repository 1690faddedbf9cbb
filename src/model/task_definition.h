/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Task definitions: whether one can be run here, and what AWS adds to one. A definition is the
 * JSON that RegisterTaskDefinition takes, with each member of the type that its shape says;
 * what the members may be, and how they go together, is judged here. Start reading at
 * task_definition.c; containers are in task_definition_container.c.
 */
#ifndef FAIRLEAD_MODEL_TASK_DEFINITION_H
#define FAIRLEAD_MODEL_TASK_DEFINITION_H

#include <stdint.h>

#include <jansson.h>

#include "model/config.h"

#define TASK_DEFINITION_CONTAINERS_MAX 10

/* What is wrong with it, in ECS's words where ECS has some; a new text to free(). NULL:
 * nothing. The entries are those of api.allow. */
char *task_definition_fault(const json_t *definition, const struct config_value *allow,
                            size_t allow_count);

/* The same of a sound one that was judged by other entries: what it would reach without one. */
char *task_definition_reach_fault(const json_t *definition, const struct config_value *allow,
                                  size_t allow_count);

/* A new one with what AWS adds to a sound one that was given: defaults of containers, empty
 * lists, sizes in plain units. */
json_t *task_definition_complete(const json_t *definition);

/* [{"name"}]: what an instance must be capable of. */
json_t *task_definition_attributes(const json_t *definition);

/* "1 vCPU" or "1024" in CPU units, "2GB" or "2048" in MiB; 0: it is no such size. */
uint64_t task_definition_cpu(const char *text);
uint64_t task_definition_memory(const char *text);

#endif
