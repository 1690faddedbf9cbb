/* SPDX-License-Identifier: Apache-2.0 */
/* In-flight counts are read rather than reported, so that workers pay nothing for drains. */
#include "control/registry/drain.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define LOOK_US 10000

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
    if (target->membership == MEMBERSHIP_DRAINING)
        target->drain_ends_ms = clock_ms() + delay_ms(drain, target);
    else if (!target_is_leaving(target->membership))
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

enum outcome { DRAIN_WAITS, DRAIN_IS_DONE, DRAIN_IS_OVER };

/* What is to be done with a draining target. */
static enum outcome
decide(const struct registered_target *target, uint64_t in_flight, uint64_t now_ms)
{
    if (target->membership != MEMBERSHIP_DRAINING || !target->is_settled)
        return DRAIN_WAITS;
    if (in_flight == 0)
        return DRAIN_IS_DONE;
    return now_ms >= target->drain_ends_ms ? DRAIN_IS_OVER : DRAIN_WAITS;
}

/* True when it is to be looked at again soon. */
static bool
look_at_live(struct drain *drain, struct registered_target *target)
{
    if (target->membership != MEMBERSHIP_DRAINING || !target->is_settled)
        return false;
    switch (decide(target, drain->in_flight(drain->argument, target), clock_ms())) {
    case DRAIN_IS_DONE:
        targets_apply(drain->targets, target, TARGET_EVENT_DRAINED, NULL);
        return true;
    case DRAIN_IS_OVER:
        targets_apply(drain->targets, target, TARGET_EVENT_DELAY_OVER, NULL);
        return true;
    case DRAIN_WAITS:
        break;
    }
    return true;
}

static bool
look_at_departed(struct drain *drain, struct registered_target *target)
{
    if (!target->is_settled)
        return false;
    if (drain->in_flight(drain->argument, target) != 0)
        return true;
    targets_bury(drain->targets, target);
    return false;
}

void
drain_look(struct drain *drain)
{
    struct registered_target *target = TAILQ_FIRST(targets_moving(drain->targets));
    bool look_again = false;

    while (target != NULL) {
        struct registered_target *next = TAILQ_NEXT(target, in_moving);
        bool is_waited_for = target->membership == MEMBERSHIP_GONE
                                 ? look_at_departed(drain, target)
                                 : look_at_live(drain, target);
        look_again = look_again || is_waited_for;
        target = next;
    }
    if (look_again && !alarm_clock_is_set(&drain->alarm))
        alarm_clock_set(&drain->alarm, LOOK_US);
}
