/* SPDX-License-Identifier: Apache-2.0 */
/* What registry.c shares with registry_reports.c and registry_by_hand.c; everybody else has
 * registry.h. */
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

/* A new record, without its task; and its end. */
struct task_record *registry_add_record(struct registry *registry, const struct task *task);
void registry_free_record(struct registry *registry, struct task_record *record);

/* At the next registry_settle it is compared with its targets. */
void registry_mark_dirty(struct registry *registry, struct task_record *record);

/* Tells why the task is no target, or (reason NULL) that this is over. Takes the reason over.
 */
void registry_set_misfit(struct registry *registry, struct task_record *record, char *reason);

/* The task is one of its project's that use the service's name; or no more. */
void registry_join_project(struct registry *registry, struct task_record *record);
void registry_leave_project(struct registry *registry, struct task_record *record);

/* Compares every task and every plain target again. */
void registry_settle_everything(struct registry *registry);

#endif
