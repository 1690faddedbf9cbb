/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source of tasks. Every kind is one file discovery_<kind>.c that fills in a discovery_kind;
 * all of them report through the same sink, level not edge: whole tasks and whole sets, never
 * changes (docs/decisions/0002-state-not-changes.md). Adding a source: that file, its line in
 * local.mk, its row in discovery_kinds.def, and in model/settings.def its word, its scope and
 * the settings that only it has.
 */
#ifndef FAIRLEAD_CONTROL_DISCOVERY_DISCOVERY_H
#define FAIRLEAD_CONTROL_DISCOVERY_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"
#include "model/task.h"
#include "net/loop.h"

/* What providers call; implemented by the registry's side of control. */
struct discovery_sink {
    /* One task as it is now, read again from the source; ownership passes to the sink. */
    void (*on_task)(void *argument, const char *provider, struct task *task);
    /* A task that the source says is gone; generation 0: whichever. Unknown ones are ignored.
     */
    void (*on_task_gone)(void *argument, const char *provider, const char *id,
                         uint64_t generation);
    /*
     * Everything that the source has now (ownership of the tasks and the array passes): what is
     * missing is gone. Returns how many additions and removals no event had told of.
     */
    unsigned (*on_full_set)(void *argument, const char *provider, struct task **tasks,
                            size_t count);
    /* Quarantine: an object that cannot be used, with the reason; NULL reason: it is well
     * again. */
    void (*on_problem)(void *argument, const char *provider, const char *object,
                       const char *reason);
    /* A first sign of a stop: drain the task's targets now, the task itself will be read again.
     */
    void (*on_stop_sign)(void *argument, const char *provider, const char *id,
                         const char *sign);
    /* How the task's run ended ("exited with code 137"), before it is told that it is gone. */
    void (*on_end)(void *argument, const char *provider, const char *id, const char *end);
    void *argument;
};

/* How a provider stands, for fairleadctl providers and the metrics. */
struct discovery_status {
    bool is_connected;
    uint64_t last_sync_ms;  /* clock_ms of the last full set; 0: never */
    uint64_t last_event_ms; /* 0: never */
    uint64_t syncs, events, missed_events;
    const char *error; /* what went wrong last and what to do; NULL: nothing; the provider's */
    bool is_strange;   /* runs in another network namespace than we do, as far as we see */
    char version[64];  /* of the API in use; "" where there is none */
};

struct discovery;
struct driver;

struct discovery_kind {
    const char *type; /* as in providers = ( { type = "docker" } ) */
    /* Starts; config must live until close. Never fails: an unreachable source is a status. */
    void *(*open)(struct loop *loop, const struct config_provider *config, const char *name,
                  const struct discovery_sink *sink);
    void (*status)(void *provider, struct discovery_status *status);
    /* As discovery_driver; NULL: what this kind follows cannot be acted on. */
    struct driver *(*driver)(void *provider);
    /* The callbacks of the sink come no more; acts under way end with an error. */
    void (*close)(void *provider);
};

/* The kind of that type, or NULL. */
const struct discovery_kind *discovery_find_kind(const char *type);

/*
 * A running provider: its kind, its name ("docker", "docker-2" for a second one), and its own
 * state. NULL when there is no such kind, which the configuration has checked.
 */
struct discovery *discovery_open(struct loop *loop, const struct config_provider *config,
                                 const char *name, const struct discovery_sink *sink);
void discovery_close(struct discovery **discovery);
const char *discovery_name(const struct discovery *discovery);
const struct config_provider *discovery_config(const struct discovery *discovery);
void discovery_read_status(struct discovery *discovery, struct discovery_status *status);

/* How to act on the engine behind it (control/driver/driver.h); NULL: it has none. */
struct driver *discovery_driver(struct discovery *discovery);

#endif
