/* SPDX-License-Identifier: Apache-2.0 */
/* What registry.c and registry_by_hand.c share; everybody else has registry.h. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_REGISTRY_STATE_H
#define FAIRLEAD_CONTROL_REGISTRY_REGISTRY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/registry/local_addresses.h"
#include "control/registry/reconcile.h"
#include "control/registry/registry.h"

/* A provider that has told of everything at least once. */
struct known_source {
    char *name;
    struct known_source *next;
};

struct registry {
    struct reconcile_parts parts;
    struct event_log *events;
    struct local_addresses *local;
    registry_on_problem *on_problem; /* NULL: nobody is told */
    void *problem_argument;
    struct task_record *by_key;
    struct task_record *first_dirty;
    struct plain_targets *plain;
    struct known_source *synced_sources;
    uint64_t sequence;
    bool are_plain_dirty;
    bool is_settling;
};

/* Compares every task and every plain target again. */
void registry_settle_everything(struct registry *registry);

#endif
