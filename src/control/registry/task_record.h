/* SPDX-License-Identifier: Apache-2.0 */
/* A task as the registry keeps it: the report, what is known beside it, and its targets. */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TASK_RECORD_H
#define FAIRLEAD_CONTROL_REGISTRY_TASK_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <uthash.h>

#include "control/registry/claims.h"
#include "control/registry/projects.h"
#include "control/registry/targets.h"
#include "model/task.h"

/* Owned by the registry. */
struct task_record {
    struct task *task;
    char *key;
    char *end;                  /* how its run ended, once that was told; NULL: it runs */
    bool is_stale;              /* from the state file: its source has not spoken of it yet */
    bool is_stopping;           /* a first sign of a stop was seen in this generation */
    bool is_withdrawn;          /* fairlead itself is going to stop it */
    bool is_missing;            /* its source cannot be asked, and its port refuses */
    bool is_of_future;          /* its start is later than now: its claims count last */
    bool is_dirty;              /* waits to be compared with its targets */
    bool is_seen;               /* while a full set is taken in */
    uint64_t stopping_since_ms; /* of the first sign, or of the report that said so; 0: none */
    uint64_t known_wall_us;
    struct project_use *project; /* while it runs with a Compose project's name */
    char *misfit;                /* why it is no target, as last told; NULL: nothing was */
    struct claimant claimant;
    LIST_HEAD(, registered_target) targets; /* live ones made for it */
    struct task_record *next_dirty;
    UT_hash_handle hh;
};

/* Whether a stop of it has begun, whoever wants it. */
static inline bool
task_record_is_leaving(const struct task_record *record)
{
    return record->is_stopping || record->is_withdrawn;
}

#endif
