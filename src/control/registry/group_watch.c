/* SPDX-License-Identifier: Apache-2.0 */
/* What a group was told as stays under its id, also while a configuration lacks it. */
#include "control/registry/group_watch.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/clock.h"
#include "base/memory.h"

struct watched_group {
    uint32_t id;
    enum group_state state;
    uint64_t since_wall_us;
    UT_hash_handle hh;
};

struct group_watch {
    struct group_watch_parts parts;
    struct watched_group *groups;
};

struct group_watch *
group_watch_new(const struct group_watch_parts *parts)
{
    struct group_watch *watch = memory_take(1, sizeof(*watch));

    watch->parts = *parts;
    return watch;
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
void
group_watch_free(struct group_watch **watch)
{
    struct watched_group *group, *next;

    if (*watch == NULL)
        return;
    HASH_ITER (hh, (*watch)->groups, group, next) {
        HASH_DEL((*watch)->groups, group);
        free(group);
    }
    free(*watch);
    *watch = NULL;
}

static struct watched_group *
find(const struct group_watch *watch, uint32_t id)
{
    struct watched_group *group;

    HASH_FIND(hh, watch->groups, &id, sizeof(id), group);
    return group;
}

static struct watched_group *
find_or_add(struct group_watch *watch, uint32_t id)
{
    struct watched_group *group = find(watch, id);

    if (group != NULL)
        return group;
    group = memory_take(1, sizeof(*group));
    group->id = id;
    HASH_ADD(hh, watch->groups, id, sizeof(group->id), group);
    return group;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static bool
is_below_minimum(const struct config_target_group *config, const struct target_count *count)
{
    return count->healthy < config->minimum_healthy_count ||
           count->healthy * UINT64_C(100) <
               (uint64_t)config->minimum_healthy_percentage * count->registered;
}

/* Without a target that is registered. */
static enum group_state
judge_empty(enum snapshot_vacancy vacancy, const struct target_count *count,
            enum group_state before)
{
    if (vacancy == VACANCY_HOLDS)
        return GROUP_WAITS;
    return count->recalled > 0 || before == GROUP_STARTING ? before : GROUP_EMPTY;
}

static enum group_state
judge(const struct config_target_group *config, enum snapshot_vacancy vacancy,
      const struct target_count *count, enum group_state before)
{
    if (count->registered == 0)
        return judge_empty(vacancy, count, before);
    if (!is_below_minimum(config, count))
        return GROUP_WELL;
    /* A new one, or one that was empty, is held rather than opened. */
    if (count->undecided == count->registered)
        return before == GROUP_WELL ? GROUP_WAITS : before;
    return GROUP_OPEN;
}

static void
tell_vacant(struct event_log *events, const struct config_target_group *config,
            enum group_state from, enum group_state to)
{
    if (to == GROUP_WAITS)
        event_log_add(events, EVENT_GROUP_WAITS, config->name,
                      "waits for a target: requests are held, each for at most %u s",
                      config->hold_ms / 1000);
    else
        event_log_add(events, EVENT_GROUP_EMPTY, config->name,
                      "empty: no target %s; requests are answered with 503",
                      from == GROUP_WAITS ? "came in time" : "is left");
}

static void
tell(struct group_watch *watch, const struct config_target_group *config,
     const struct target_count *count, const enum group_state states[2])
{
    struct event_log *events = watch->parts.events;
    enum group_state from = states[0], to = states[1];

    if (to == GROUP_WAITS || to == GROUP_EMPTY)
        tell_vacant(events, config, from, to);
    else if (to == GROUP_OPEN)
        event_log_add(events, EVENT_GROUP_FAILS_OPEN, config->name,
                      "fails open: %u of %u healthy, too few; requests go to all of them",
                      count->healthy, count->registered);
    else if (from != GROUP_STARTING)
        event_log_add(events, EVENT_GROUP_RECOVERED, config->name, "%s: %u of %u healthy",
                      from == GROUP_OPEN    ? "no longer fails open"
                      : from == GROUP_WAITS ? "waits no longer"
                                            : "no longer empty",
                      count->healthy, count->registered);
}

static void
look_at(struct group_watch *watch, const struct config_target_group *config)
{
    uint32_t id = numbers_group_id(watch->parts.numbers, config->name);
    struct watched_group *watched = find_or_add(watch, id);
    struct target_count count = targets_count_group(watch->parts.targets, id);
    enum group_state state =
        judge(config, vacancies_told(watch->parts.vacancies, config), &count, watched->state);

    if (state == watched->state)
        return;
    tell(watch, config, &count, (enum group_state[2]){watched->state, state});
    watched->state = state;
    watched->since_wall_us = clock_wall_us();
}

void
group_watch_look(struct group_watch *watch, const struct config *config)
{
    for (size_t i = 0; i < config->target_group_count; i++)
        look_at(watch, &config->target_groups[i]);
}

struct group_view
group_watch_view(const struct group_watch *watch, const char *group)
{
    uint32_t id = numbers_group_id(watch->parts.numbers, group);
    const struct watched_group *watched = find(watch, id);
    struct group_view view = {.count = targets_count_group(watch->parts.targets, id)};

    if (watched != NULL) {
        view.state = watched->state;
        view.since_wall_us = watched->since_wall_us;
    }
    return view;
}
