/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pushed task events: EventBridge's "ECS Task State Change", delivered at least once and in any
 * order. Each task's highest version counts, STOPPED is the last word whatever comes later, and
 * what cannot be used is refused with its reason.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_TASK_EVENTS_H
#define FAIRLEAD_CONTROL_DISCOVERY_TASK_EVENTS_H

#include <stddef.h>

#include "control/registry/registry.h"

/* The source of the tasks that come this way. */
#define TASK_EVENTS_SOURCE CONFIG_PUSH_SOURCE

struct task_events;

struct task_events *task_events_new(struct registry *registry);
void task_events_free(struct task_events **events);

enum task_event_result { TASK_EVENT_TAKEN, TASK_EVENT_OLD, TASK_EVENT_REFUSED };

/* About one event: its task's ARN, or what names it best, and why it was refused. */
struct task_event_verdict {
    enum task_event_result result;
    char *subject;
    char *reason; /* NULL unless refused */
};

/* Takes one event as EventBridge sends it; the verdict's texts are the caller's to clear. */
void task_events_take(struct task_events *events, const char *text, size_t length,
                      struct task_event_verdict *verdict);
void task_event_verdict_clear(struct task_event_verdict *verdict);

#endif
