/* SPDX-License-Identifier: Apache-2.0 */
/* Which kind a state is, and how its line ends, are tables. */
#include "control/registry/target_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"

struct group_count {
    uint32_t group_id;
    struct target_count count;
    UT_hash_handle hh;
};

struct target_events {
    struct event_log *log;
    struct group_count *groups;
};

struct target_events *
target_events_new(struct event_log *log)
{
    struct target_events *events = memory_take(1, sizeof(*events));

    events->log = log;
    return events;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
void
target_events_free(struct target_events **events)
{
    struct group_count *group, *next;

    if (*events == NULL)
        return;
    HASH_ITER (hh, (*events)->groups, group, next) {
        HASH_DEL((*events)->groups, group);
        free(group);
    }
    free(*events);
    *events = NULL;
}

static struct group_count *
count_of(struct target_events *events, uint32_t group_id)
{
    struct group_count *group;

    HASH_FIND(hh, events->groups, &group_id, sizeof(group_id), group);
    if (group != NULL)
        return group;
    group = memory_take(1, sizeof(*group));
    group->group_id = group_id;
    HASH_ADD(hh, events->groups, group_id, sizeof(group->group_id), group);
    return group;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

void
target_events_count(struct target_events *events, struct registered_target *target)
{
    struct target_count *group = &count_of(events, target->place.group_id)->count;
    struct target_count *before = &target->counted;
    struct target_count now = {.registered = target_is_registered(target->membership),
                               .stopping = target_is_stopping(target->membership)};
    bool is_chosen = target->passive.ejected_until_ms == 0 &&
                     target_is_selectable(target->membership, target->health);

    now.healthy = now.registered != 0 && is_chosen;
    now.recalled = now.stopping != 0 && is_chosen;
    now.undecided = now.registered != 0 &&
                    (target->membership == MEMBERSHIP_REGISTERING ||
                     target->health == HEALTH_INITIAL || target->health == HEALTH_UNUSED);
    group->registered += now.registered - before->registered;
    group->healthy += now.healthy - before->healthy;
    group->undecided += now.undecided - before->undecided;
    group->stopping += now.stopping - before->stopping;
    group->recalled += now.recalled - before->recalled;
    *before = now;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
struct target_count
target_events_of_group(const struct target_events *events, uint32_t group_id)
{
    struct group_count *group;

    HASH_FIND(hh, events->groups, &group_id, sizeof(group_id), group);
    return group == NULL ? (struct target_count){0} : group->count;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static enum event_kind
kind_of(const struct registered_target *target)
{
    static const enum event_kind by_membership[MEMBERSHIP_COUNT] = {
        [MEMBERSHIP_REGISTERING] = EVENT_TARGET_REGISTERED,
        [MEMBERSHIP_IN_SERVICE] = EVENT_TARGET_STEP,
        [MEMBERSHIP_HELD] = EVENT_TARGET_HELD,
        [MEMBERSHIP_STOPPING] = EVENT_TARGET_DRAINING,
        [MEMBERSHIP_RECALLED] = EVENT_TARGET_RECALLED,
        [MEMBERSHIP_DRAINING] = EVENT_TARGET_DRAINING,
        [MEMBERSHIP_GONE] = EVENT_TARGET_GONE,
    };

    if (target->membership != MEMBERSHIP_IN_SERVICE)
        return by_membership[target->membership];
    if (target->health == HEALTH_HEALTHY)
        return EVENT_TARGET_HEALTHY;
    return target->health == HEALTH_UNHEALTHY ? EVENT_TARGET_UNHEALTHY : EVENT_TARGET_STEP;
}

/* How many of the group are left, for what takes one away or brings one back. */
static void
print_left(const struct target_count *group, enum event_kind kind, char *text, size_t size)
{
    static const struct {
        enum event_kind kind;
        const char *word;
        unsigned is_out; /* no longer registered itself, but was of the group until now */
    } rows[] = {
        {EVENT_TARGET_HEALTHY, "healthy", 0}, {EVENT_TARGET_UNHEALTHY, "left", 0},
        {EVENT_TARGET_EJECTED, "left", 0},    {EVENT_TARGET_BACK, "healthy", 0},
        {EVENT_TARGET_DRAINING, "left", 1},   {EVENT_TARGET_HELD, "left", 1},
    };

    *text = '\0';
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (rows[i].kind == kind)
            snprintf(text, size, "; %u of %u %s", group->healthy,
                     group->registered + rows[i].is_out, rows[i].word);
}

void
target_events_tell(struct target_events *events, struct registered_target *target,
                   enum event_kind kind, const char *what)
{
    char left[64];

    target_events_count(events, target);
    print_left(&count_of(events, target->place.group_id)->count, kind, left, sizeof(left));
    char *subject = memory_print("%s %s", target->group, target->name);
    event_log_add(events->log, kind, subject, "%s%s", what, left);
    free(subject);
}

/* What is told of one that left; the drain's own reason is that it is over. */
static char *
gone_text(const struct registered_target *target, const char *why)
{
    uint64_t now = clock_ms();

    if (target->drain_began_ms == 0 || now < target->drain_began_ms)
        return memory_print("gone: %s", why);
    uint64_t tenths = (now - target->drain_began_ms + 50) / 100;
    return memory_print("gone after draining for %" PRIu64 ".%" PRIu64 " s: %s", tenths / 10,
                        tenths % 10, why);
}

static char *
state_text(const struct registered_target *target, const char *why)
{
    char words[192];

    switch (target->membership) {
    case MEMBERSHIP_REGISTERING:
        return memory_copy_text(why);
    case MEMBERSHIP_HELD:
        return memory_print("held: %s", why);
    case MEMBERSHIP_RECALLED:
        return memory_print("takes requests again: %s", why);
    case MEMBERSHIP_GONE:
        return gone_text(target, why);
    default:
        break;
    }
    if (kind_of(target) != EVENT_TARGET_UNHEALTHY)
        return memory_print("%s: %s", target_state_word(target), why);
    target_describe(target, words, sizeof(words));
    return memory_print("unhealthy: %s", words);
}

void
target_events_tell_state(struct target_events *events, struct registered_target *target,
                         const char *why)
{
    char *text = state_text(target, why);

    target_events_tell(events, target, kind_of(target), text);
    free(text);
}
