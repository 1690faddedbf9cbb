/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot as a worker uses it: the mapping, and for each of its rows the runtime state that
 * outlives it. Exchanges pin the view they were routed with; the mapping goes with the last
 * pin.
 */
#ifndef FAIRLEAD_WORKER_VIEW_H
#define FAIRLEAD_WORKER_VIEW_H

#include "ipc/snapshot.h"
#include "worker/targets/target_table.h"

struct worker;

/* A group in one generation: what may be chosen now. */
struct view_group {
    const struct snapshot_group *group;
    const struct snapshot_roster *roster;
    struct group_state *state;
    uint32_t *selectable; /* indices into the view's targets */
    uint32_t selectable_count;
    uint32_t local_count; /* of them in fairlead's own zone; they stand first */
    bool is_ramping;      /* some target is in slow start */
};

struct view {
    struct snapshot *snapshot;
    const struct snapshot_settings *settings;
    unsigned pins;                 /* exchanges, plus one while it is the newest */
    struct view_group *groups;     /* by snapshot index */
    struct target_state **targets; /* by snapshot index */
    uint32_t *selectable_memory;
};

/* Takes a mapped snapshot over, joins it with the target table; pinned once. */
struct view *view_new(struct worker *worker, struct snapshot *snapshot);

static inline struct view *
view_pin(struct view *view)
{
    view->pins++;
    return view;
}

/* The last pin frees it; *view becomes NULL. */
void view_unpin(struct worker *worker, struct view **view);

/* The same group in the worker's newest view, or NULL when it is gone. */
struct view_group *view_find_group(struct view *view, uint32_t group_id);

#endif
