/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All targets of all groups (registered_target.h). Membership changes only in targets_apply, by
 * the table of transitions (model/target_states.def), and every change stands in the event log.
 * The registry decides which targets there should be; drain.c decides when one that leaves is
 * gone.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGETS_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/address.h"
#include "control/registry/event_log.h"
#include "control/registry/numbers.h"
#include "control/registry/registered_target.h"
#include "model/target.h"
#include "model/task.h"

TAILQ_HEAD(registered_targets, registered_target);

struct targets;

/* The owner is told of what workers must hear about. */
struct targets_callbacks {
    /* Something that stands in the snapshot changed; urgent: do not wait for more. */
    void (*on_change)(void *argument, bool is_urgent);
    /* Close the target's connections, after the next snapshot. */
    void (*on_close)(void *argument, uint64_t target_id, bool is_evicted);
    /* It left the targets that its group can count on, by that event; may be NULL. */
    void (*on_leave)(void *argument, const struct registered_target *target,
                     enum target_event event);
    /* It became gone: its place is free. */
    void (*on_gone)(void *argument, struct registered_target *target);
    /* The state that is shown for it, the ALB's word, is another one; may be NULL. */
    void (*on_state)(void *argument, const char *state);
};

struct targets *targets_new(struct numbers *numbers, struct event_log *events,
                            const struct targets_callbacks *callbacks, void *argument);
void targets_free(struct targets **table);

/* What a new target is made of; task NULL: static or by hand. */
struct target_spec {
    const char *group;
    struct address address;
    enum target_origin origin;
    const char *zone;
    const struct task *task;
};

/* A new target, registering; NULL when all counter rows are taken. */
struct registered_target *targets_add(struct targets *table, const struct target_spec *spec);

/* Lets the event happen to it; true when its membership changed. */
bool targets_apply(struct targets *table, struct registered_target *target,
                   enum target_event event, const char *why);

void targets_set_health(struct targets *table, struct registered_target *target,
                        const struct target_verdict *verdict);

/*
 * What the engine's own check (HEALTHCHECK) says of its task: unhealthy makes the target
 * unhealthy, whatever the observer found; starting keeps it initial where waits is set. It
 * stays registered, so that requests go on, are held, or fail open.
 */
void targets_set_opinion(struct targets *table, struct registered_target *target,
                         enum task_health opinion, bool waits);

/* Where it is dialled; family NONE: at its place. falls_back: there too, if it does not answer.
 */
void targets_set_dial(struct targets *table, struct registered_target *target,
                      const struct address *dial, bool falls_back);

/* Something else about it changed that stands in the snapshot (ejected): an event of that kind.
 */
void targets_tell(struct targets *table, struct registered_target *target, enum event_kind kind,
                  const char *what);

struct registered_target *targets_find(struct targets *table, const char *group,
                                       const struct address *address);
struct registered_target *targets_find_id(struct targets *table, uint64_t id);

/* The first of the live targets at an address; the others follow by at_address. */
struct registered_target *targets_at(struct targets *table, const struct address *address);
/* Live targets by age; those that are gone are not among them. */
struct registered_targets *targets_live(struct targets *table);
size_t targets_count(const struct targets *table);

/* Of these: those that workers may choose. */
size_t targets_count_healthy(const struct targets *table);
struct target_count targets_count_group(const struct targets *table, uint32_t group_id);

/*
 * Those whose membership has changed, so that nobody needs to look at all the others: drain.c
 * follows each until it rests (in service, and every worker knows) or is buried.
 */
TAILQ_HEAD(moving_targets, registered_target);
struct moving_targets *targets_moving(struct targets *table);
void targets_rest(struct targets *table, struct registered_target *target);

/* Forgets a departed one for good: its counter row may be used again. */
void targets_bury(struct targets *table, struct registered_target *target);

/* The id that the next new target gets; ids below were used, also by earlier processes. */
uint64_t targets_next_id(const struct targets *table);
void targets_raise_next_id(struct targets *table, uint64_t next_id);

/* What an earlier process knew of a target: when the same one is added again, it keeps its id
 * and health. */
struct target_memory;
void targets_remember(struct targets *table, const struct target_memory *memory);

#endif
