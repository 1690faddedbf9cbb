/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The orders that replace and stop containers while they serve: what their steps may reach, and
 * which rolls are under way. Private members are for the files of this folder.
 */
#ifndef FAIRLEAD_CONTROL_ROLLOUT_ROLLOUT_H
#define FAIRLEAD_CONTROL_ROLLOUT_ROLLOUT_H

#include <stdbool.h>
#include <sys/queue.h>

#include "control/discovery/providers.h"
#include "control/registry/registry.h"
#include "control/registry/target_waits.h"
#include "model/config.h"
#include "net/loop.h"

struct roll;

/* All of it outlives the rollout but the providers, which are closed before. */
struct rollout_parts {
    struct loop *loop;
    struct registry *registry;
    struct target_waits *waits;
    struct providers *providers;
};

struct rollout {
    struct rollout_parts parts;
    const struct config *config;
    bool is_stopping;
    LIST_HEAD(roll_list, roll) rolls; /* under way */
};

struct rollout *rollout_new(const struct rollout_parts *parts);

/* Rolls under way are forgotten, where they are. The providers are closed by then. */
void rollout_free(struct rollout **rollout);

void rollout_set_config(struct rollout *rollout, const struct config *config);

/* Control is stopping: no roll takes another step. */
void rollout_stop(struct rollout *rollout);

#endif
