/* SPDX-License-Identifier: Apache-2.0 */
/* In-flight counts are read rather than reported, so that workers pay nothing for drains. */
#include "control/registry/drain.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define LOOK_US 10000
/* A delay that is over for nothing is looked at again after this time. */
#define LATER_MS 1000

struct drain {
    struct targets *targets;
    const struct config *config;
    uint64_t (*in_flight)(void *argument, const struct registered_target *target);
    void *argument;
    struct alarm_clock alarm;
};

static void
on_time(void *argument)
{
    drain_look(argument);
}

struct drain *
drain_new(struct loop *loop, struct targets *targets,
          uint64_t (*in_flight)(void *argument, const struct registered_target *target),
          void *argument)
{
    struct drain *drain = memory_take(1, sizeof(*drain));

    drain->targets = targets;
    drain->in_flight = in_flight;
    drain->argument = argument;
    alarm_clock_open(&drain->alarm, loop, on_time, drain);
    return drain;
}

void
drain_free(struct drain **drain)
{
    if (*drain == NULL)
        return;
    alarm_clock_close(&(*drain)->alarm);
    free(*drain);
    *drain = NULL;
}

void
drain_set_config(struct drain *drain, const struct config *config)
{
    drain->config = config;
}

void
drain_note_published(struct drain *drain, uint64_t generation)
{
    struct registered_target *target;

    TAILQ_FOREACH (target, targets_moving(drain->targets), in_moving) {
        if (target->told_generation == 0)
            target->told_generation = generation;
    }
}

static uint64_t
delay_ms(const struct drain *drain, const struct registered_target *target)
{
    const struct config_target_group *group =
        drain->config == NULL ? NULL : config_find_group(drain->config, target->group);

    return group == NULL ? 0 : group->deregistration_delay_ms;
}

static void
settle(struct drain *drain, struct registered_target *target)
{
    target->is_settled = true;
    if (targets_apply(drain->targets, target, TARGET_EVENT_APPLIED, NULL))
        return;
    if (target->membership == MEMBERSHIP_DRAINING || target->membership == MEMBERSHIP_STOPPING)
        target->drain_ends_ms = clock_ms() + delay_ms(drain, target);
    else if (target->membership != MEMBERSHIP_GONE)
        targets_rest(drain->targets, target);
}

static bool
is_news(const struct registered_target *target, uint64_t generation)
{
    return !target->is_settled && target->told_generation != 0 &&
           target->told_generation <= generation;
}

void
drain_note_applied(struct drain *drain, uint64_t generation)
{
    struct registered_target *target = TAILQ_FIRST(targets_moving(drain->targets));

    while (target != NULL) {
        struct registered_target *next = TAILQ_NEXT(target, in_moving);
        if (is_news(target, generation))
            settle(drain, target);
        target = next;
    }
    drain_look(drain);
}

/* Each function below returns after how many milliseconds to look again; NEVER: not at all. */
#define NEVER UINT64_MAX
#define SOON (LOOK_US / 1000)

static uint64_t
earlier_of(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static uint64_t
look_at_draining(struct drain *drain, struct registered_target *target)
{
    if (drain->in_flight(drain->argument, target) == 0)
        targets_apply(drain->targets, target, TARGET_EVENT_DRAINED, NULL);
    else if (clock_ms() >= target->drain_ends_ms)
        targets_apply(drain->targets, target, TARGET_EVENT_DELAY_OVER, NULL);
    return SOON;
}

/* While nobody else takes its group's requests, those in flight may go on to the task's end. */
static uint64_t
look_at_stopping(struct drain *drain, struct registered_target *target)
{
    struct target_count group = targets_count_group(drain->targets, target->place.group_id);
    uint64_t now_ms = clock_ms();

    if (now_ms < target->drain_ends_ms)
        return target->drain_ends_ms - now_ms;
    if (group.healthy == 0 || drain->in_flight(drain->argument, target) == 0)
        return LATER_MS;
    targets_apply(drain->targets, target, TARGET_EVENT_DELAY_OVER, NULL);
    return SOON;
}

static uint64_t
look_at_departed(struct drain *drain, struct registered_target *target)
{
    if (drain->in_flight(drain->argument, target) != 0)
        return SOON;
    targets_bury(drain->targets, target);
    return NEVER;
}

static uint64_t
look_at(struct drain *drain, struct registered_target *target)
{
    if (!target->is_settled)
        return NEVER;
    switch (target->membership) {
    case MEMBERSHIP_DRAINING:
        return look_at_draining(drain, target);
    case MEMBERSHIP_STOPPING:
        return look_at_stopping(drain, target);
    case MEMBERSHIP_GONE:
        return look_at_departed(drain, target);
    default:
        return NEVER;
    }
}

void
drain_look(struct drain *drain)
{
    struct registered_target *target = TAILQ_FIRST(targets_moving(drain->targets));
    uint64_t wait_ms = NEVER;

    while (target != NULL) {
        struct registered_target *next = TAILQ_NEXT(target, in_moving);
        wait_ms = earlier_of(wait_ms, look_at(drain, target));
        target = next;
    }
    if (wait_ms != NEVER)
        alarm_clock_set(&drain->alarm, wait_ms * 1000);
}
