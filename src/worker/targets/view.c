/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins a snapshot's rows with the runtime state of targets and groups, and works out once for
 * each generation what may be chosen, so that choosing costs no scan of states.
 */
#include "worker/targets/view.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "ipc/snapshot_open.h"
#include "worker/shared/context.h"

/* What names a target in stickiness cookies, alike in every instance that knows the same tasks.
 */
static uint64_t
identity_of(const struct snapshot *snapshot, const struct snapshot_target *row)
{
    uint64_t hash = slice_hash(SLICE_HASH_START, snapshot_slice(snapshot, row->name));

    hash = slice_hash(slice_hash_byte(hash, '|'), snapshot_slice(snapshot, row->task));
    return slice_hash(slice_hash_byte(hash, '|'), snapshot_slice(snapshot, row->generation));
}

static bool
is_ramping(const struct snapshot_group *group, const struct snapshot_target *row)
{
    return group->slow_start_ms > 0 && row->healthy_since_ms != 0 &&
           clock_ms() < row->healthy_since_ms + group->slow_start_ms;
}

static bool
is_selectable(const struct view *view, const struct view_group *group, uint32_t index)
{
    const struct snapshot_target *row = snapshot_target(view->snapshot, index);

    if (view->targets[index]->is_closed)
        return false;
    if (group->roster->fails_open)
        return target_is_registered(row->membership);
    return !row->is_ejected && target_is_selectable(row->membership, row->health);
}

static bool
is_local(const struct view *view, const struct view_group *group, uint32_t index)
{
    struct slice zone = snapshot_slice(view->snapshot, view->settings->zone);

    return (group->group->flags & GROUP_ZONE_PREFERENCE) == 0 || zone.length == 0 ||
           slice_equal(zone, snapshot_slice(view->snapshot,
                                            snapshot_target(view->snapshot, index)->zone));
}

/* Notes the selectable targets of one group, those of our own zone first. */
static uint32_t
fill_group(struct view *view, struct view_group *group, uint32_t *memory)
{
    struct snapshot_rows rows = group->roster->targets;

    group->selectable = memory;
    for (int local = 1; local >= 0; local--) {
        for (uint32_t i = rows.first; i < rows.first + rows.count; i++) {
            if (is_local(view, group, i) != (local == 1) || !is_selectable(view, group, i))
                continue;
            group->selectable[group->selectable_count++] = i;
            group->is_ramping |= is_ramping(group->group, snapshot_target(view->snapshot, i));
        }
        if (local == 1)
            group->local_count = group->selectable_count;
    }
    return group->selectable_count;
}

/*
 * The state of a target that the older view names at *place or, where one has left, just
 * behind it; *place moves on. NULL: it does not stand there.
 */
static struct target_state *
take_next(const struct view *older, uint32_t *place, uint64_t id)
{
    uint32_t count = older == NULL ? 0 : snapshot_target_count(older->snapshot);

    for (uint32_t i = *place; i < count && i <= *place + 1; i++) {
        if (snapshot_target(older->snapshot, i)->id == id) {
            *place = i + 1;
            return older->targets[i];
        }
    }
    return NULL;
}

static const struct target_link_kind *
link_kind(const struct worker *worker, const struct view *view,
          const struct snapshot_target *row)
{
    return worker->link_kinds[snapshot_group(view->snapshot, row->group)->protocol_version];
}

/* Most targets are the older view's, in the same order: only the others are looked for. */
static void
join_targets(struct worker *worker, struct view *view, const struct view *older)
{
    uint32_t place = 0;

    for (uint32_t i = 0; i < snapshot_target_count(view->snapshot); i++) {
        const struct snapshot_target *row = snapshot_target(view->snapshot, i);
        struct target_state *target = take_next(older, &place, row->id);
        if (target == NULL)
            target = target_table_find(worker->targets, row->id);
        if (target == NULL)
            target = target_table_add(worker, row, identity_of(view->snapshot, row));
        target_state_speak(target, link_kind(worker, view, row));
        target_table_dial(target, &row->dial);
        target->views++;
        view->targets[i] = target;
    }
}

struct view *
view_new(struct worker *worker, struct snapshot *snapshot)
{
    struct view *view = memory_take(1, sizeof(*view));
    uint32_t group_count = snapshot_group_count(snapshot);
    uint32_t target_count = snapshot_target_count(snapshot);
    uint32_t used = 0;

    view->snapshot = snapshot;
    view->settings = snapshot_settings(snapshot);
    view->pins = 1;
    view->groups = memory_take(group_count, sizeof(*view->groups));
    view->targets = memory_take(target_count, sizeof(struct target_state *));
    view->selectable_memory = memory_take(target_count, sizeof(*view->selectable_memory));
    join_targets(worker, view, worker->view);
    for (uint32_t i = 0; i < group_count; i++) {
        struct view_group *group = &view->groups[i];
        group->group = snapshot_group(snapshot, i);
        group->state = target_table_use_group(worker, group->group->id);
        group->roster = snapshot_roster(snapshot, i);
        used += fill_group(view, group, view->selectable_memory + used);
    }
    return view;
}

static void
free_view(struct worker *worker, struct view *view)
{
    for (uint32_t i = 0; i < snapshot_target_count(view->snapshot); i++)
        target_table_release(worker, &view->targets[i]);
    for (uint32_t i = 0; i < snapshot_group_count(view->snapshot); i++)
        target_table_release_group(worker, &view->groups[i].state);
    snapshot_close(&view->snapshot);
    free(view->groups);
    free(view->targets);
    free(view->selectable_memory);
    free(view);
}

void
view_unpin(struct worker *worker, struct view **view)
{
    struct view *unpinned = *view;

    *view = NULL;
    if (unpinned != NULL && --unpinned->pins == 0)
        free_view(worker, unpinned);
}

struct view_group *
view_find_group(struct view *view, uint32_t group_id)
{
    for (uint32_t i = 0; i < snapshot_group_count(view->snapshot); i++)
        if (view->groups[i].group->id == group_id)
            return &view->groups[i];
    return NULL;
}
