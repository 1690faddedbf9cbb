/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the event log when a target group fails open, waits for a target, is empty, or is well
 * again: by the same minimums as the snapshot (snapshot_build_targets.c). A group that is only
 * starting is not told of until its first checks have an outcome.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_GROUP_WATCH_H
#define FAIRLEAD_CONTROL_REGISTRY_GROUP_WATCH_H

#include "control/registry/event_log.h"
#include "control/registry/numbers.h"
#include "control/registry/targets.h"
#include "control/registry/vacancies.h"
#include "model/config.h"

struct group_watch;

enum group_state { GROUP_STARTING, GROUP_WELL, GROUP_OPEN, GROUP_WAITS, GROUP_EMPTY };

/* How a group was at the last look. */
struct group_view {
    enum group_state state;
    struct target_count count;
    uint64_t since_wall_us; /* of the state; 0: it was always so */
};

/* What it reads, and tells; all of it outlives the watch. */
struct group_watch_parts {
    struct numbers *numbers;
    struct targets *targets;
    struct vacancies *vacancies;
    struct event_log *events;
};

struct group_watch *group_watch_new(const struct group_watch_parts *parts);
void group_watch_free(struct group_watch **watch);

/* Compares all configured groups with how they were at the last look. */
void group_watch_look(struct group_watch *watch, const struct config *config);

struct group_view group_watch_view(const struct group_watch *watch, const char *group);

#endif
