/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All targets of all groups: their identity, membership, health and counter row. Membership
 * changes only in targets_apply, by the table of transitions (model/target_states.def),
 * and every change stands in the event log. The registry decides which targets there should be;
 * drain.c decides when one that leaves is gone.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_TARGETS_H
#define FAIRLEAD_CONTROL_REGISTRY_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/address.h"
#include "control/registry/event_log.h"
#include "control/registry/numbers.h"
#include "control/registry/target_events.h"
#include "model/probe_outcome.h"
#include "model/target.h"
#include "model/task.h"

struct task_record;

enum target_origin { ORIGIN_STATIC, ORIGIN_BY_HAND, ORIGIN_TASK };

/* Where a target is registered: unique among those that are not gone. */
struct target_place {
    uint32_t group_id;
    struct address address;
};

/* Passive health's notes about a target: see passive_health.h. */
struct target_passive {
    uint64_t window_began_ms;
    uint64_t requests; /* all of them, those that failed included */
    uint64_t connection_failures, errors;
    uint64_t ejected_until_ms; /* 0: not ejected */
    uint64_t ejected_last_ms;  /* when its last ejection began */
    unsigned ejections;        /* in a row; makes the time grow */
};

/* Made and freed by the table. */
struct registered_target {
    /* What a snapshot tells of it, and the way to the next one, lie together: with 10,000
     * targets, building one is mostly waiting for memory. */
    uint64_t id;                             /* never reused */
    TAILQ_ENTRY(registered_target) in_table; /* live, or departed when gone */
    struct target_place place;
    const char *group; /* lives as long as the numbers */
    uint32_t counter_row;
    enum target_membership membership;
    /* What is shown and told to workers: its checks and its task's own, together. */
    enum target_health health;
    enum target_reason health_reason;
    uint64_t joined_ms;        /* when it was registered, or last fell sick or was ejected */
    uint64_t healthy_since_ms; /* slow start ramps from here; 0: does not ramp */
    char *zone;
    /* The identity of the task it stands for; source NULL: static or by hand. */
    char *source, *task_id;
    char name[ADDRESS_TEXT_SIZE];
    struct target_passive passive;
    char task_generation_text[24];

    uint64_t task_generation;
    char *service, *container_name;
    enum target_origin origin;
    enum probe_outcome cause; /* of its reason, where a check is; and the code of a mismatch */
    unsigned http_code;
    struct probe_report last_check;
    uint64_t since_wall_us; /* of the state that is shown */

    /* First generation that tells of its membership; 0: not published yet. */
    uint64_t told_generation;
    bool is_settled;             /* every worker has applied that generation */
    uint64_t drain_ends_ms;      /* set when the drain begins, at the last worker's word */
    uint64_t drain_began_ms;     /* when it was last deregistered; 0: never */
    uint64_t gone_ms;            /* when it became gone */
    struct target_count counted; /* target_events.c */
    /* The two that health is made of. */
    enum target_health checked_health; /* by the observer */
    enum target_reason checked_reason;
    enum task_health opinion; /* the task's own check, of the engine that runs it */
    bool waits_for_task;      /* while that is starting, it stays initial */
    bool is_configured;       /* plain_targets.c found it in the newest configuration */

    UT_hash_handle by_id, by_place;
    bool is_moving;
    TAILQ_ENTRY(registered_target) in_moving;
    LIST_ENTRY(registered_target) at_address;
    struct task_record *record; /* the registry's, while it still has the task; else NULL */
    LIST_ENTRY(registered_target) of_task;
};

TAILQ_HEAD(registered_targets, registered_target);

struct targets;

/* The owner is told of what workers must hear about. */
struct targets_callbacks {
    /* Something that stands in the snapshot changed; urgent: do not wait for more. */
    void (*on_change)(void *argument, bool is_urgent);
    /* Close the target's connections, after the next snapshot. */
    void (*on_close)(void *argument, uint64_t target_id, bool is_evicted);
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

/* A verdict of the observer. */
struct target_verdict {
    enum target_health health;
    enum target_reason reason;
    enum probe_outcome cause;
    unsigned http_code;
    struct probe_report last_check;
};

void targets_set_health(struct targets *table, struct registered_target *target,
                        const struct target_verdict *verdict);

/*
 * What the engine's own check (HEALTHCHECK) says of its task: unhealthy makes the target
 * unhealthy, whatever the observer found; starting keeps it initial where waits is set. It
 * stays registered, so that requests go on, are held, or fail open.
 */
void targets_set_opinion(struct targets *table, struct registered_target *target,
                         enum task_health opinion, bool waits);

/* Something else about it changed that stands in the snapshot (ejected): an event of that kind.
 */
void targets_tell(struct targets *table, struct registered_target *target, enum event_kind kind,
                  const char *what);

struct registered_target *targets_find(struct targets *table, const char *group,
                                       const struct address *address);
struct registered_target *targets_find_id(struct targets *table, uint64_t id);

/* The first of the live targets at an address; the others follow by at_address. */
struct registered_target *targets_at(struct targets *table, const struct address *address);
bool target_is_of_task(const struct registered_target *target, const struct task *task);

/* Takes over the names that people see, which are no part of its identity. */
void target_follow_names(struct registered_target *target, const struct task *task);

/* Live targets by age; those that are gone are not among them. */
struct registered_targets *targets_live(struct targets *table);
size_t targets_count(const struct targets *table);
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

/*
 * What an earlier process knew of a target: when the same one is added again, it keeps its id
 * and health. Texts are copied; task_id NULL: static or by hand.
 */
struct target_memory {
    uint64_t id;
    const char *group, *address; /* with port */
    const char *source, *task_id;
    uint64_t task_generation;
    struct target_verdict verdict;
};

void targets_remember(struct targets *table, const struct target_memory *memory);

/* The ALB's word for its state, and the reason and description that go with it ("" for none).
 * The description is written into the buffer; it tells what the checks met. */
const char *target_state_word(const struct registered_target *target);
const char *target_reason_word(const struct registered_target *target);
void target_describe(const struct registered_target *target, char *text, size_t size);

#endif
