/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wish is one (service, address) that the task should have. It becomes a target only where
 * the task has won the address; the target of any other task at that address is evicted.
 */
#include "control/registry/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

/* What one service asks for. */
struct wish {
    const struct config_service *service;
    struct address address;
    struct address container; /* the same at the container's own address; family NONE: none */
};

struct wishes {
    struct wish *items;
    size_t count;
    struct address *addresses; /* places and containers' own */
    size_t address_count;
};

static bool
is_overridden(const struct reconcile_parts *parts, enum override_kind kind,
              const struct wish *wish, const struct task *task)
{
    return overrides_contain(parts->overrides,
                             &(struct override_spec){.kind = kind,
                                                     .group = wish->service->target_group,
                                                     .address = wish->address,
                                                     .task = task});
}

/* Whether it is about to stop, or may have, so that its targets are to leave before long. */
static bool
has_stop_sign(const struct task_record *record)
{
    return record->is_stopping || record->is_missing || task_is_stopping(record->task);
}

static void
add_address(struct wishes *wishes, const struct address *address)
{
    wishes->addresses =
        memory_resize(wishes->addresses, wishes->address_count + 1, sizeof(*wishes->addresses));
    wishes->addresses[wishes->address_count++] = *address;
}

static void
add_wish(struct wishes *wishes, const struct wish *wish)
{
    wishes->items = memory_resize(wishes->items, wishes->count + 1, sizeof(*wishes->items));
    wishes->items[wishes->count++] = *wish;
    add_address(wishes, &wish->address);
    if (wish->container.family != ADDRESS_NONE)
        add_address(wishes, &wish->container);
}

/* Where the container itself has the port. */
static struct address
container_address(const struct service_matcher *matcher, const struct task *task,
                  const struct config_service *service)
{
    struct address address;

    if (task->container_address != NULL && task->dial != TASK_DIAL_HOST_PORT &&
        address_parse(&address, task->container_address, (uint16_t)service->container_port) &&
        target_address_fault(matcher->config, matcher->host, &address) == NULL)
        return address;
    return (struct address){.family = ADDRESS_NONE};
}

/* Of a task that is about to stop, what it would ask for. */
static void
collect_wishes(const struct reconcile_parts *parts, const struct task_record *record,
               struct wishes *wishes)
{
    const struct config *config = parts->matcher.config;
    const struct task *task = record->task;

    *wishes = (struct wishes){0};
    if (config == NULL || record->is_withdrawn ||
        !(task_is_eligible(task) || task_is_stopping(task)))
        return;
    for (size_t i = 0; i < config->service_count; i++) {
        struct wish wish = {.service = &config->services[i]};
        if (service_match(&parts->matcher, wish.service, task, &wish.address) !=
                SERVICE_MATCHES ||
            is_overridden(parts, OVERRIDE_EXCLUDED, &wish, task))
            continue;
        wish.container = container_address(&parts->matcher, task, wish.service);
        if (address_equal(&wish.container, &wish.address))
            wish.container = (struct address){.family = ADDRESS_NONE};
        add_wish(wishes, &wish);
    }
}

/* Everything else at the address that must not get a request meant for this task. */
static void
evict_others(const struct reconcile_parts *parts, const struct wish *wish,
             const struct task *task)
{
    struct registered_target *target = targets_at(parts->targets, &wish->address);

    while (target != NULL) {
        struct registered_target *next = LIST_NEXT(target, at_address);
        bool is_other = target->origin == ORIGIN_TASK
                            ? !target_is_of_task(target, task)
                            : strcmp(target->group, wish->service->target_group) == 0;
        if (is_other)
            targets_apply(parts->targets, target, TARGET_EVENT_EVICTED, NULL);
        target = next;
    }
}

static void
ensure_target(const struct reconcile_parts *parts, struct task_record *record,
              const struct wish *wish)
{
    const char *group = wish->service->target_group;

    evict_others(parts, wish, record->task);
    struct registered_target *target = targets_find(parts->targets, group, &wish->address);
    if (target == NULL) {
        target = targets_add(parts->targets, &(struct target_spec){
                                                 .group = group,
                                                 .address = wish->address,
                                                 .origin = ORIGIN_TASK,
                                                 .zone = record->task->zone,
                                                 .task = record->task,
                                             });
        if (target == NULL) {
            log_error("target group %s: too many targets, task %s was left out", group,
                      record->task->id);
            return;
        }
    }
    targets_apply(parts->targets, target,
                  is_overridden(parts, OVERRIDE_HELD, wish, record->task)
                      ? TARGET_EVENT_HOLD
                      : TARGET_EVENT_REGISTER,
                  NULL);
    if (target->record == NULL) {
        target->record = record;
        LIST_INSERT_HEAD(&record->targets, target, of_task);
    }
}

/* Names change (a roll's new container gets the old one's), and so do the engine's opinions. */
static void
follow_task(const struct reconcile_parts *parts, const struct task_record *record)
{
    struct registered_target *target;

    LIST_FOREACH (target, &record->targets, of_task) {
        const struct config_target_group *group =
            parts->matcher.config == NULL
                ? NULL
                : config_find_group(parts->matcher.config, target->group);
        if (!target_is_of_task(target, record->task))
            continue;
        target_follow_names(target, record->task);
        targets_set_opinion(parts->targets, target, record->task->health_status,
                            group != NULL && group->health_check.waits_for_task);
    }
}

static bool
is_wished(const struct wishes *wishes, const struct registered_target *target)
{
    for (size_t i = 0; i < wishes->count; i++) {
        const struct wish *wish = &wishes->items[i];
        if (address_equal(&wish->address, &target->place.address) &&
            strcmp(wish->service->target_group, target->group) == 0)
            return true;
    }
    return false;
}

/* A reason for a target to leave, and what that is for its group. */
struct farewell {
    enum target_event event;
    const char *why;
};

/* What the task as it is now says to a target of it; no reason: it stays. */
static struct farewell
judge_target(const struct reconcile_parts *parts, const struct task_record *record,
             const struct wishes *wishes, const struct registered_target *target)
{
    const struct task *task = record->task;

    if (record->is_withdrawn)
        return (struct farewell){TARGET_EVENT_DEREGISTER, "fairlead is going to stop its task"};
    if (!target_is_of_task(target, task))
        return (struct farewell){TARGET_EVENT_TASK_ENDED, "its task was started anew"};
    if (task->last_status != TASK_RUNNING)
        return (struct farewell){TARGET_EVENT_TASK_ENDED, "its task is no longer running"};
    if (!is_wished(wishes, target))
        return (struct farewell){TARGET_EVENT_DEREGISTER, "its task no longer asks for it"};
    if (record->is_stopping)
        return (struct farewell){TARGET_EVENT_STOP_SIGN, "its task got a stop sign"};
    if (task_is_stopping(task))
        return (struct farewell){TARGET_EVENT_STOP_SIGN, "its task is meant to stop"};
    if (record->is_missing)
        return (struct farewell){TARGET_EVENT_STOP_SIGN,
                                 "its port refuses, and its source cannot be asked"};
    if (!claims_is_winner(parts->claims, &record->claimant, &target->place.address))
        return (struct farewell){TARGET_EVENT_DEREGISTER, "another task has its address"};
    return (struct farewell){0};
}

/* When the task is ended by force; 0: unknown. */
static uint64_t
end_of_stop_ms(const struct task_record *record)
{
    bool is_known = record->stopping_since_ms != 0 && record->task->stop_seconds != 0;

    return is_known ? record->stopping_since_ms + record->task->stop_seconds * UINT64_C(1000)
                    : 0;
}

/* Ends what the task no longer asks for; a target outlives its record while it drains. */
static void
let_go(const struct reconcile_parts *parts, struct task_record *record,
       const struct wishes *wishes)
{
    struct registered_target *target = LIST_FIRST(&record->targets);

    while (target != NULL) {
        struct registered_target *next = LIST_NEXT(target, of_task);
        struct farewell farewell = judge_target(parts, record, wishes, target);
        target->stop_ends_ms = end_of_stop_ms(record);
        if (farewell.why != NULL)
            targets_apply(parts->targets, target, farewell.event, farewell.why);
        target = next;
    }
}

/* A container's address goes to another one soon after its end: who has it now is dialled
 * there, and nobody else. */
static void
choose_dials(const struct reconcile_parts *parts, struct task_record *record,
             const struct wishes *wishes)
{
    static const struct address none = {.family = ADDRESS_NONE};

    for (size_t i = 0; i < wishes->count && parts->dials != NULL; i++) {
        const struct wish *wish = &wishes->items[i];
        struct registered_target *target =
            targets_find(parts->targets, wish->service->target_group, &wish->address);
        if (target == NULL || !target_is_of_task(target, record->task))
            continue;
        bool is_its = wish->container.family != ADDRESS_NONE &&
                      claims_is_winner(parts->claims, &record->claimant, &wish->container);
        dials_set(parts->dials, target, is_its ? &wish->container : &none,
                  record->task->dial == TASK_DIAL_CONTAINER);
    }
}

/* From the first word of it on. */
static void
note_stop(struct task_record *record)
{
    if (!record->is_stopping && !task_is_stopping(record->task))
        record->stopping_since_ms = 0;
    else if (record->stopping_since_ms == 0)
        record->stopping_since_ms = clock_ms();
}

void
reconcile_task(const struct reconcile_parts *parts, struct task_record *record)
{
    struct wishes wishes;

    collect_wishes(parts, record, &wishes);
    note_stop(record);
    claims_set(parts->claims, &record->claimant, wishes.addresses, wishes.address_count);
    for (size_t i = 0; i < wishes.count && !has_stop_sign(record); i++) {
        if (claims_is_winner(parts->claims, &record->claimant, &wishes.items[i].address))
            ensure_target(parts, record, &wishes.items[i]);
    }
    choose_dials(parts, record, &wishes);
    let_go(parts, record, &wishes);
    follow_task(parts, record);
    free(wishes.items);
    free(wishes.addresses);
}

void
reconcile_removed_task(const struct reconcile_parts *parts, struct task_record *record,
                       enum target_event event, const char *why)
{
    struct registered_target *target = LIST_FIRST(&record->targets), *next;

    for (; target != NULL; target = next) {
        next = LIST_NEXT(target, of_task);
        targets_apply(parts->targets, target, event, why);
    }
    while ((target = LIST_FIRST(&record->targets)) != NULL) {
        LIST_REMOVE(target, of_task);
        target->record = NULL;
    }
}
