/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running sources of tasks: what the configuration names, each opened once and kept over
 * reloads that do not change it. What they report goes to the registry and the quarantine; how
 * they stand goes to the counters.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_PROVIDERS_H
#define FAIRLEAD_CONTROL_DISCOVERY_PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "control/discovery/discovery.h"
#include "control/discovery/problems.h"
#include "control/discovery/task_events.h"
#include "control/registry/event_log.h"
#include "control/registry/registry.h"
#include "ipc/counters.h"

/* The name that pushed task events have as a source: they come without a connection. */
#define PROVIDERS_PUSH TASK_EVENTS_SOURCE

struct providers;

/* What providers report into; all of it outlives them. */
struct provider_parts {
    struct loop *loop;
    struct registry *registry;
    struct problems *problems;
    struct event_log *events;
    struct counters *counters;
};

struct providers *providers_new(const struct provider_parts *parts);
void providers_free(struct providers **providers);

/* Opens, keeps and closes them as the configuration says. */
void providers_set_config(struct providers *providers, const struct config *config);

/* Names in the order of their counter rows. */
const char *const *providers_names(const struct providers *providers, size_t *count);

/* The n-th running one, or that of a name; NULL: there is none. */
struct discovery *providers_at(const struct providers *providers, size_t n);
struct discovery *providers_find(const struct providers *providers, const char *name);

/* Whether there is one of that name that can stop containers. */
bool providers_can_stop(const struct providers *providers, const char *name);

/* Whether the target's task is one of a provider that cannot be asked now. */
bool providers_is_away(const struct providers *providers,
                       const struct registered_target *target);

/*
 * The observer's word of a target has come: of one whose provider is away, a refused connection
 * says what the provider cannot, that the task has ended.
 */
void providers_note_verdict(struct providers *providers,
                            const struct registered_target *target);

/* A thing that cannot be used, with its reason; NULL: it is well again. */
void providers_report_problem(struct providers *providers, const char *source,
                              const char *object, const char *reason);

#endif
