/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container engines of a configuration: providers follow them, container instances run tasks on
 * them. An engine is known by its endpoint, as it is written.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_ENGINES_H
#define FAIRLEAD_MODEL_CONFIG_ENGINES_H

#include <stdbool.h>

#include "model/config.h"

/* Adds a provider for each engine of an instance that no provider of the file follows. */
void config_engines_add(struct config *config);

/* The name of the provider that follows the instance's engine (config_provider_name); give back
 * with free(). */
char *config_engine_source(const struct config *config,
                           const struct config_container_instance *instance);

/* Where tasks on the engine publish their ports: "" is all addresses. */
const char *config_bind_address(const struct config *config, const char *endpoint);

/* The instance of that name in the cluster, or NULL. */
const struct config_container_instance *
config_find_instance(const struct config *config, const char *cluster, const char *name);

/* unix:///path; tcp://host:port; and whether the latter's host is this machine for sure. */
bool config_endpoint_is_unix(const char *endpoint);
bool config_endpoint_is_tcp(const char *endpoint);
bool config_endpoint_is_local(const char *endpoint);

#endif
