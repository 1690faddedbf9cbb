/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One target of a group: what it is, which task it stands for, its membership and health, and
 * the words for them. Only targets.h changes its membership and health.
 */
#ifndef FAIRLEAD_CONTROL_REGISTRY_REGISTERED_TARGET_H
#define FAIRLEAD_CONTROL_REGISTRY_REGISTERED_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/address.h"
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

/* Of a group, or what one target was last counted as: embedded in it, zero at first. */
struct target_count {
    unsigned registered;
    unsigned healthy;   /* of these: what workers choose from */
    unsigned undecided; /* of these: workers do not know it, not checked yet, or not used */
    unsigned stopping;  /* besides these: about to stop, but there still */
    unsigned recalled;  /* of those: what workers choose from */
};

/* Made and freed by the table. */
struct registered_target {
    /* What a snapshot tells of it, and the way to the next one, lie together: with 10,000
     * targets, building one is mostly waiting for memory. */
    uint64_t id;                             /* never reused */
    TAILQ_ENTRY(registered_target) in_table; /* live, or departed when gone */
    struct target_place place;
    struct address dial; /* where it is reached; family NONE: at its place (dials.h) */
    bool falls_back;     /* to its place, where dial cannot be reached */
    const char *group;   /* lives as long as the numbers */
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
    bool is_settled;         /* every worker has applied that generation */
    uint64_t drain_ends_ms;  /* set when the drain begins, at the last worker's word */
    uint64_t drain_began_ms; /* when it was last deregistered; 0: never */
    uint64_t gone_ms;        /* when it became gone */
    uint64_t stop_ends_ms; /* of a stopping one: when its task is ended by force; 0: unknown */
    bool was_recalled;
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

/* A verdict of the observer. */
struct target_verdict {
    enum target_health health;
    enum target_reason reason;
    enum probe_outcome cause;
    unsigned http_code;
    struct probe_report last_check;
};

bool target_is_of_task(const struct registered_target *target, const struct task *task);

/* Where connections to it go. */
static inline const struct address *
target_dial(const struct registered_target *target)
{
    return target->dial.family == ADDRESS_NONE ? &target->place.address : &target->dial;
}

/* Takes over the names that people see, which are no part of its identity. */
void target_follow_names(struct registered_target *target, const struct task *task);

/* The ALB's word for its state, and the reason and description that go with it ("" for none).
 * The description is written into the buffer; it tells what the checks met. */
const char *target_state_word(const struct registered_target *target);
const char *target_reason_word(const struct registered_target *target);
void target_describe(const struct registered_target *target, char *text, size_t size);

#endif
