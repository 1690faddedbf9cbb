/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a provider's targets can be reached at all: where fairlead stands in a network
 * namespace of its own, the loopback that engines publish ports on is another one.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_PROVIDER_REACH_H
#define FAIRLEAD_CONTROL_DISCOVERY_PROVIDER_REACH_H

#include "control/registry/registry.h"
#include "model/config.h"

/* For a provider in another namespace: what to set when every target of its tasks is on the
 * loopback and refuses connections; new memory. NULL: that is not so. */
char *provider_reach_advice(struct registry *registry, const struct config_provider *config,
                            const char *name);

#endif
