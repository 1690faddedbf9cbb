/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One task against its targets: what configured services ask for, what the task may have of it,
 * and what there is. The registry calls this for each task that changed.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_RECONCILE_H
#define FAIRLEAD_CONTROL_REGISTRY_RECONCILE_H

#include "control/registry/claims.h"
#include "control/registry/overrides.h"
#include "control/registry/service_match.h"
#include "control/registry/targets.h"
#include "control/registry/dials.h"
#include "control/registry/task_record.h"
#include "model/config.h"

/* What it works with; the registry's. */
struct reconcile_parts {
    struct targets *targets;
    struct service_matcher matcher;
    struct claims *claims;
    struct overrides *overrides;
    struct dials *dials; /* NULL: targets are dialled at their places */
};

/* Makes, brings back, evicts and deregisters targets until they are what is asked for. */
void reconcile_task(const struct reconcile_parts *parts, struct task_record *record);

/* The task is gone: the event happens to all its targets, which no longer belong to a record
 * then. */
void reconcile_removed_task(const struct reconcile_parts *parts, struct task_record *record,
                            enum target_event event, const char *why);

#endif
