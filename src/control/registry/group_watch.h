/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the event log when a target group fails open, is empty, or is well again: by the same
 * minimums as the snapshot (snapshot_build_targets.c). A group that is only starting is not
 * told of until its first checks have an outcome.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_GROUP_WATCH_H
#define FAIRLEAD_CONTROL_REGISTRY_GROUP_WATCH_H

#include "control/registry/event_log.h"
#include "control/registry/numbers.h"
#include "control/registry/targets.h"
#include "model/config.h"

struct group_watch;

/* What is handed in outlives it. */
struct group_watch *group_watch_new(struct numbers *numbers, struct targets *targets,
                                    struct event_log *events);
void group_watch_free(struct group_watch **watch);

/* Compares all configured groups with how they were at the last look. */
void group_watch_look(struct group_watch *watch, const struct config *config);

#endif
