/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of targets in the event log, in plain words and with what is left of the group.
 * Counts registered and healthy targets of each group, so that a burst costs no walks.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGET_EVENTS_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGET_EVENTS_H

#include "control/registry/event_log.h"
#include "control/registry/registered_target.h"

struct target_events;

struct target_events *target_events_new(struct event_log *log);
void target_events_free(struct target_events **events);

/* Counts it as it is now: to be called after each change of it. */
void target_events_count(struct target_events *events, struct registered_target *target);

struct target_count target_events_of_group(const struct target_events *events,
                                           uint32_t group_id);

/* Its present state, counted first, with the reason: "its checks", "deregistered by hand". */
void target_events_tell_state(struct target_events *events, struct registered_target *target,
                              const char *why);

/* Another event of the kind; counted first too. */
void target_events_tell(struct target_events *events, struct registered_target *target,
                        enum event_kind kind, const char *what);

#endif
