/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets that need no task: those of the configuration and those registered by hand. They give
 * way to a task at the same place of the same group and come back when it leaves.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_PLAIN_TARGETS_H
#define FAIRLEAD_CONTROL_REGISTRY_PLAIN_TARGETS_H

#include <stdbool.h>

#include "control/registry/overrides.h"
#include "control/registry/targets.h"
#include "model/config.h"
#include "model/target_address.h"

struct plain_targets;

/* What it works with; all of it outlives it. */
struct plain_targets_parts {
    struct targets *targets;
    const struct overrides *overrides;
    const struct target_address_host *host;
    /* A target that may not be one, with the reason; NULL: it may again. */
    void (*on_refusal)(void *argument, const char *object, const char *reason);
    void *argument;
};

struct plain_targets *plain_targets_new(const struct plain_targets_parts *parts);
void plain_targets_free(struct plain_targets **plain);

/* Drives the table towards what the configuration (living on) and people ask for. */
void plain_targets_set_config(struct plain_targets *plain, const struct config *config);
void plain_targets_settle(struct plain_targets *plain);

/* A target was registered by hand: takes it in. */
void plain_targets_add(struct plain_targets *plain, const struct override *one);

/* Whether the configuration asks for a target there. */
bool plain_targets_is_configured(const struct plain_targets *plain, const char *group,
                                 const struct address *address);

#endif
