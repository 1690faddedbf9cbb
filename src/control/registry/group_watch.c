/* SPDX-License-Identifier: Apache-2.0 */
/* What a group was told as stays under its id, also while a configuration lacks it. */
#include "control/registry/group_watch.h"

#include <stdlib.h>

#include <uthash.h>

#include "base/memory.h"

enum group_state { GROUP_STARTING, GROUP_WELL, GROUP_OPEN, GROUP_EMPTY };

struct watched_group {
    uint32_t id;
    enum group_state state;
    UT_hash_handle hh;
};

struct group_watch {
    struct numbers *numbers;
    struct targets *targets;
    struct event_log *events;
    struct watched_group *groups;
};

struct group_watch *
group_watch_new(struct numbers *numbers, struct targets *targets, struct event_log *events)
{
    struct group_watch *watch = memory_take(1, sizeof(*watch));

    watch->numbers = numbers;
    watch->targets = targets;
    watch->events = events;
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
find_or_add(struct group_watch *watch, uint32_t id)
{
    struct watched_group *group;

    HASH_FIND(hh, watch->groups, &id, sizeof(id), group);
    if (group != NULL)
        return group;
    group = memory_take(1, sizeof(*group));
    group->id = id;
    HASH_ADD(hh, watch->groups, id, sizeof(group->id), group);
    return group;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

static enum group_state
judge(const struct config_target_group *config, const struct target_count *count,
      enum group_state before)
{
    bool is_below = count->healthy < config->minimum_healthy_count ||
                    count->healthy * UINT64_C(100) <
                        (uint64_t)config->minimum_healthy_percentage * count->registered;

    if (count->registered == 0)
        return before == GROUP_STARTING ? GROUP_STARTING : GROUP_EMPTY;
    if (!is_below)
        return GROUP_WELL;
    /* A new one, or one that was empty, is held rather than opened. */
    if (count->undecided == count->registered && before != GROUP_WELL)
        return before;
    return GROUP_OPEN;
}

static void
tell(struct group_watch *watch, const char *name, const struct target_count *count,
     enum group_state from, enum group_state to)
{
    struct event_log *events = watch->events;

    if (to == GROUP_EMPTY)
        event_log_add(events, EVENT_GROUP_EMPTY, name,
                      "empty: no target is left; requests are answered with 503");
    else if (to == GROUP_OPEN)
        event_log_add(events, EVENT_GROUP_FAILS_OPEN, name,
                      "fails open: %u of %u healthy, too few; requests go to all of them",
                      count->healthy, count->registered);
    else if (from != GROUP_STARTING)
        event_log_add(events, EVENT_GROUP_RECOVERED, name, "%s: %u of %u healthy",
                      from == GROUP_OPEN ? "no longer fails open" : "no longer empty",
                      count->healthy, count->registered);
}

void
group_watch_look(struct group_watch *watch, const struct config *config)
{
    for (size_t i = 0; i < config->target_group_count; i++) {
        const struct config_target_group *group = &config->target_groups[i];
        struct watched_group *watched =
            find_or_add(watch, numbers_group_id(watch->numbers, group->name));
        struct target_count count = targets_count_group(watch->targets, watched->id);
        enum group_state state = judge(group, &count, watched->state);
        if (state != watched->state)
            tell(watch, group->name, &count, watched->state, state);
        watched->state = state;
    }
}
