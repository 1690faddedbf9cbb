/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live targets hang in three places: by id, by (group, address), and on the list of their
 * address, by which a newer claim finds whom to evict. Gone ones keep only their id until they
 * are buried.
 */
#include "control/registry/targets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/registry/target_events.h"
#include "control/registry/target_memories.h"
#include "ipc/counters.h"

struct used_address {
    struct address address;
    LIST_HEAD(, registered_target) targets;
    UT_hash_handle hh;
};

struct targets {
    struct numbers *numbers;
    struct event_log *log;
    struct target_events *events;
    struct targets_callbacks callbacks;
    void *argument;
    uint64_t next_id;
    size_t live_count;
    struct registered_target *by_id, *by_place;
    struct used_address *addresses;
    struct registered_targets live, departed;
    struct moving_targets moving;
    struct target_memories *memories;
    bool has_told_no_row;
};

struct targets *
targets_new(struct numbers *numbers, struct event_log *events,
            const struct targets_callbacks *callbacks, void *argument)
{
    struct targets *table = memory_take(1, sizeof(*table));

    table->numbers = numbers;
    table->log = events;
    table->events = target_events_new(events);
    table->callbacks = *callbacks;
    table->argument = argument;
    table->next_id = 1;
    TAILQ_INIT(&table->live);
    TAILQ_INIT(&table->departed);
    TAILQ_INIT(&table->moving);
    table->memories = target_memories_new();
    return table;
}

struct moving_targets *
targets_moving(struct targets *table)
{
    return &table->moving;
}

static void
note_moving(struct targets *table, struct registered_target *target)
{
    target->told_generation = 0;
    target->is_settled = false;
    if (!target->is_moving)
        TAILQ_INSERT_TAIL(&table->moving, target, in_moving);
    target->is_moving = true;
}

void
targets_rest(struct targets *table, struct registered_target *target)
{
    if (target->is_moving)
        TAILQ_REMOVE(&table->moving, target, in_moving);
    target->is_moving = false;
}

static void
free_target(struct registered_target *target)
{
    free(target->zone);
    free(target->source);
    free(target->task_id);
    free(target->service);
    free(target->container_name);
    free(target);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static void
link_address(struct targets *table, struct registered_target *target)
{
    struct used_address *used;

    HASH_FIND(hh, table->addresses, &target->place.address, sizeof(struct address), used);
    if (used == NULL) {
        used = memory_take(1, sizeof(*used));
        used->address = target->place.address;
        LIST_INIT(&used->targets);
        HASH_ADD(hh, table->addresses, address, sizeof(struct address), used);
    }
    LIST_INSERT_HEAD(&used->targets, target, at_address);
}

static void
unlink_address(struct targets *table, struct registered_target *target)
{
    struct used_address *used;

    LIST_REMOVE(target, at_address);
    HASH_FIND(hh, table->addresses, &target->place.address, sizeof(struct address), used);
    if (used != NULL && LIST_EMPTY(&used->targets)) {
        HASH_DEL(table->addresses, used);
        free(used);
    }
}

/* Gone: the place is free from now on. */
static void
depart(struct targets *table, struct registered_target *target)
{
    HASH_DELETE(by_place, table->by_place, target);
    unlink_address(table, target);
    TAILQ_REMOVE(&table->live, target, in_table);
    TAILQ_INSERT_TAIL(&table->departed, target, in_table);
    table->live_count--;
    target->gone_ms = clock_ms();
}

void
targets_bury(struct targets *table, struct registered_target *target)
{
    CHECK(target->membership == MEMBERSHIP_GONE);
    targets_rest(table, target);
    TAILQ_REMOVE(&table->departed, target, in_table);
    HASH_DELETE(by_id, table->by_id, target);
    numbers_give_back_target_row(table->numbers, target->counter_row);
    free_target(target);
}

void
targets_free(struct targets **table)
{
    struct registered_target *target;

    if (*table == NULL)
        return;
    while ((target = TAILQ_FIRST(&(*table)->live)) != NULL) {
        target->membership = MEMBERSHIP_GONE;
        depart(*table, target);
    }
    while ((target = TAILQ_FIRST(&(*table)->departed)) != NULL)
        targets_bury(*table, target);
    target_memories_free(&(*table)->memories);
    target_events_free(&(*table)->events);
    free(*table);
    *table = NULL;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static struct target_place
place_of(struct targets *table, const char *group, const struct address *address)
{
    struct target_place place;

    memset(&place, 0, sizeof(place));
    place.group_id = numbers_group_id(table->numbers, group);
    place.address = *address;
    return place;
}

static void
copy_identity(struct registered_target *target, const struct target_spec *spec)
{
    const struct task *task = spec->task;

    target->zone = memory_copy_text(spec->zone);
    if (task == NULL)
        return;
    target->source = memory_copy_text(task->source);
    target->task_id = memory_copy_text(task->id);
    target_follow_names(target, task);
    target->task_generation = task->generation;
    snprintf(target->task_generation_text, sizeof(target->task_generation_text), "%" PRIu64,
             task->generation);
}

/* A new id, or the one that an earlier process gave to this same target. */
static void
recall(struct targets *table, struct registered_target *target)
{
    struct target_memory memory;

    if (!target_memories_take(table->memories, target, &memory) ||
        targets_find_id(table, memory.id) != NULL) {
        target->id = table->next_id++;
        return;
    }
    target->id = memory.id;
    target->checked_health = target->health = memory.verdict.health;
    target->checked_reason = target->health_reason = memory.verdict.reason;
    target->http_code = memory.verdict.http_code;
    if (memory.has_row) {
        numbers_give_back_target_row(table->numbers, target->counter_row);
        target->counter_row = memory.row;
    }
    if (memory.ejected_ms != 0)
        target->passive.ejected_until_ms = clock_ms() + memory.ejected_ms;
    if (memory.ejections != 0)
        target->passive.ejected_last_ms = clock_ms();
    target->passive.ejections = memory.ejections;
}

static void
tell_state(struct targets *table, struct registered_target *target, const char *why)
{
    const char *state =
        target->membership == MEMBERSHIP_GONE ? "unused" : target_state_word(target);

    if (table->callbacks.on_state != NULL)
        table->callbacks.on_state(table->argument, state);
    target_events_tell_state(table->events, target, why);
}

/* Told once until there is room again. */
static void
note_no_row(struct targets *table, const struct target_spec *spec)
{
    char address[ADDRESS_TEXT_SIZE];

    if (table->has_told_no_row)
        return;
    table->has_told_no_row = true;
    address_format_with_port(&spec->address, address);
    log_error("there are %d targets already: %s of group %s, and more, are left out until one "
              "goes",
              COUNTERS_TARGET_ROWS, address, spec->group);
    event_log_add(table->log, EVENT_TARGET_NO_ROOM, spec->group,
                  "left out: there are %d targets already", COUNTERS_TARGET_ROWS);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
struct registered_target *
targets_add(struct targets *table, const struct target_spec *spec)
{
    uint32_t row = numbers_take_target_row(table->numbers);

    if (row == NUMBERS_NO_ROW) {
        note_no_row(table, spec);
        return NULL;
    }
    table->has_told_no_row = false;
    struct registered_target *target = memory_take(1, sizeof(*target));
    target->place = place_of(table, spec->group, &spec->address);
    target->group = numbers_group_name(table->numbers, spec->group);
    target->counter_row = row;
    target->origin = spec->origin;
    target->checked_health = target->health = HEALTH_INITIAL;
    target->checked_reason = target->health_reason = TARGET_REASON_INITIAL_HEALTH_CHECKING;
    target->since_wall_us = clock_wall_us();
    target->joined_ms = clock_ms();
    address_format_with_port(&spec->address, target->name);
    copy_identity(target, spec);
    recall(table, target);
    HASH_ADD(by_id, table->by_id, id, sizeof(target->id), target);
    HASH_ADD(by_place, table->by_place, place, sizeof(target->place), target);
    TAILQ_INSERT_TAIL(&table->live, target, in_table);
    link_address(table, target);
    note_moving(table, target);
    table->live_count++;
    tell_state(table, target,
               spec->origin == ORIGIN_STATIC    ? "registered by the configuration"
               : spec->origin == ORIGIN_BY_HAND ? "registered by hand"
                                                : "registered for its task");
    table->callbacks.on_change(table->argument, false);
    return target;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

/* While it is registered, or may be recalled. */
static bool
counts_for_group(enum target_membership membership)
{
    return target_is_registered(membership) || target_is_stopping(membership);
}

static void
tell_leave(struct targets *table, const struct registered_target *target,
           enum target_membership from, enum target_event event)
{
    if (table->callbacks.on_leave != NULL && counts_for_group(from) &&
        !target_is_registered(target->membership))
        table->callbacks.on_leave(table->argument, target, event);
}

/* Its new membership's marks. */
static void
enter(struct registered_target *target, enum target_membership from, enum target_membership to)
{
    target->membership = to;
    target->drain_ends_ms = 0;
    /* In service shows its health, whose time it keeps. */
    if (to != MEMBERSHIP_IN_SERVICE)
        target->since_wall_us = clock_wall_us();
    if (to != MEMBERSHIP_GONE && target_is_leaving(to) && !target_is_leaving(from))
        target->drain_began_ms = clock_ms();
    if (to == MEMBERSHIP_RECALLED)
        target->was_recalled = true;
}

static void
tell_change(struct targets *table, struct registered_target *target, enum target_event event,
            const char *why)
{
    bool was_checked = event == TARGET_EVENT_APPLIED && target->health == HEALTH_HEALTHY;

    tell_state(table, target,
               why != NULL   ? why
               : was_checked ? "its checks pass"
                             : target_event_text(event));
}

/* What is to get no more requests is told at once; the end of a drain can wait. */
static bool
is_urgent(const struct registered_target *target, enum target_event event)
{
    return event == TARGET_EVENT_EVICTED ||
           (!target_is_registered(target->membership) && target->membership != MEMBERSHIP_GONE);
}

bool
targets_apply(struct targets *table, struct registered_target *target, enum target_event event,
              const char *why)
{
    enum target_membership from = target->membership;
    enum target_membership to = target_next_membership(from, event);

    if (from == to)
        return false;
    enter(target, from, to);
    note_moving(table, target);
    tell_leave(table, target, from, event);
    if (to == MEMBERSHIP_GONE)
        depart(table, target);
    if (event == TARGET_EVENT_EVICTED || event == TARGET_EVENT_DELAY_OVER)
        table->callbacks.on_close(table->argument, target->id, event == TARGET_EVENT_EVICTED);
    /* That it leaves was told at the stop sign. */
    if (target_is_stopping(from) && event == TARGET_EVENT_TASK_ENDED)
        target_events_tell(table->events, target, EVENT_TARGET_STEP, "its task has ended");
    else
        tell_change(table, target, event, why);
    table->callbacks.on_change(table->argument, is_urgent(target, event));
    if (to == MEMBERSHIP_GONE)
        table->callbacks.on_gone(table->argument, target);
    return true;
}

/* The observer's word, but where the task's own check knows worse. */
static void
join_health(const struct registered_target *target, struct target_verdict *joined)
{
    joined->health = target->checked_health;
    joined->reason = target->checked_reason;
    if (target->checked_health == HEALTH_UNUSED)
        return;
    if (target->opinion == TASK_HEALTH_UNHEALTHY) {
        joined->health = HEALTH_UNHEALTHY;
        joined->reason = TARGET_REASON_TASK_UNHEALTHY;
    } else if (target->opinion == TASK_HEALTH_STARTING && target->waits_for_task) {
        joined->health = HEALTH_INITIAL;
        joined->reason = TARGET_REASON_TASK_STARTING;
    }
}

static void
show_health(struct targets *table, struct registered_target *target, const char *why)
{
    struct target_verdict joined;

    join_health(target, &joined);
    if (target->health == joined.health && target->health_reason == joined.reason)
        return;
    const char *shown_before = target_state_word(target);
    const char *reason_before = target_reason_word(target);
    bool is_recovery = joined.health == HEALTH_HEALTHY && target->health != HEALTH_HEALTHY;

    if (target->health != joined.health)
        target->since_wall_us = clock_wall_us();
    if (is_recovery)
        target->healthy_since_ms = clock_ms();
    else if (target->health == HEALTH_HEALTHY)
        target->joined_ms = clock_ms();
    target->health = joined.health;
    target->health_reason = joined.reason;
    if (strcmp(shown_before, target_state_word(target)) != 0 ||
        strcmp(reason_before, target_reason_word(target)) != 0)
        tell_state(table, target, why);
    else
        target_events_count(table->events, target);
    table->callbacks.on_change(table->argument, is_recovery);
}

void
targets_set_health(struct targets *table, struct registered_target *target,
                   const struct target_verdict *verdict)
{
    target->cause = verdict->cause;
    target->http_code = verdict->http_code;
    target->last_check = verdict->last_check;
    target->checked_health = verdict->health;
    target->checked_reason = verdict->reason;
    show_health(table, target, "its checks pass");
}

void
targets_set_opinion(struct targets *table, struct registered_target *target,
                    enum task_health opinion, bool waits)
{
    target->opinion = opinion;
    target->waits_for_task = waits;
    show_health(table, target, "by its task's own health check");
}

void
targets_set_dial(struct targets *table, struct registered_target *target,
                 const struct address *dial, bool falls_back)
{
    if (address_equal(&target->dial, dial) && target->falls_back == falls_back)
        return;
    target->dial = *dial;
    target->falls_back = falls_back;
    table->callbacks.on_change(table->argument, false);
}

void
targets_tell(struct targets *table, struct registered_target *target, enum event_kind kind,
             const char *what)
{
    target_events_tell(table->events, target, kind, what);
    table->callbacks.on_change(table->argument, false);
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
struct registered_target *
targets_find(struct targets *table, const char *group, const struct address *address)
{
    struct target_place place = place_of(table, group, address);
    struct registered_target *target;

    HASH_FIND(by_place, table->by_place, &place, sizeof(place), target);
    return target;
}

struct registered_target *
targets_find_id(struct targets *table, uint64_t id)
{
    struct registered_target *target;

    HASH_FIND(by_id, table->by_id, &id, sizeof(id), target);
    return target;
}

struct registered_target *
targets_at(struct targets *table, const struct address *address)
{
    struct used_address *used;

    HASH_FIND(hh, table->addresses, address, sizeof(*address), used);
    return used == NULL ? NULL : LIST_FIRST(&used->targets);
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

struct registered_targets *
targets_live(struct targets *table)
{
    return &table->live;
}

size_t
targets_count(const struct targets *table)
{
    return table->live_count;
}

size_t
targets_count_healthy(const struct targets *table)
{
    const struct registered_target *target;
    size_t count = 0;

    TAILQ_FOREACH (target, &table->live, in_table)
        count += target_is_selectable(target->membership, target->health) ? 1 : 0;
    return count;
}

struct target_count
targets_count_group(const struct targets *table, uint32_t group_id)
{
    return target_events_of_group(table->events, group_id);
}

uint64_t
targets_next_id(const struct targets *table)
{
    return table->next_id;
}

void
targets_raise_next_id(struct targets *table, uint64_t next_id)
{
    if (next_id > table->next_id)
        table->next_id = next_id;
}

void
targets_remember(struct targets *table, const struct target_memory *memory)
{
    target_memories_add(table->memories, memory);
    targets_raise_next_id(table, memory->id + 1);
}
