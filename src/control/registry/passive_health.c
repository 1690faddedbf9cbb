/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observations are gathered in a window of ten seconds a target. Connection failures weigh more
 * than answers with 5xx, because an application's own errors may be the client's fault.
 */
#include "control/registry/passive_health.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define WINDOW_MS 10000
#define LOOK_MS 1000
#define FIRST_EJECTION_MS 5000
#define MOST_EJECTION_MS 300000
/* After this long in service its past ejections no longer count. */
#define FORGIVE_MS 300000
/* Fewer than these prove nothing. */
#define FEWEST_CONNECTION_FAILURES 3
#define FEWEST_ERRORS 20

struct passive_health {
    struct loop *loop;
    struct targets *targets;
    const struct config *config;
    void (*check_now)(void *argument, uint64_t target_id);
    void *argument;
    struct timer timer;
};

static void
on_time(void *argument)
{
    struct passive_health *passive = argument;

    passive_health_look(passive);
    timer_set(&passive->timer, passive->loop, LOOK_MS);
}

struct passive_health *
passive_health_new(struct loop *loop, struct targets *targets,
                   void (*check_now)(void *argument, uint64_t target_id), void *argument)
{
    struct passive_health *passive = memory_take(1, sizeof(*passive));

    passive->loop = loop;
    passive->targets = targets;
    passive->check_now = check_now;
    passive->argument = argument;
    timer_init(&passive->timer, on_time, passive);
    timer_set(&passive->timer, loop, LOOK_MS);
    return passive;
}

void
passive_health_free(struct passive_health **passive)
{
    if (*passive == NULL)
        return;
    timer_close(&(*passive)->timer, (*passive)->loop);
    free(*passive);
    *passive = NULL;
}

static void
take_back(struct passive_health *passive, struct registered_target *target, const char *why)
{
    target->passive.ejected_until_ms = 0;
    target->passive.window_began_ms = 0;
    target->healthy_since_ms = clock_ms();
    targets_tell(passive->targets, target, EVENT_TARGET_BACK, why);
}

static bool
takes_part(const struct passive_health *passive, const struct registered_target *target)
{
    const struct config_target_group *group =
        passive->config == NULL ? NULL : config_find_group(passive->config, target->group);

    return group != NULL && group->passive_health_enabled;
}

void
passive_health_set_config(struct passive_health *passive, const struct config *config)
{
    struct registered_target *target;

    passive->config = config;
    TAILQ_FOREACH (target, targets_live(passive->targets), in_table) {
        if (passive_is_ejected(target) && !takes_part(passive, target))
            take_back(passive, target, "no longer ejected: passive health was switched off");
    }
}

bool
passive_is_failing(const struct target_passive *seen)
{
    if (seen->connection_failures >= FEWEST_CONNECTION_FAILURES &&
        seen->connection_failures * 2 >= seen->requests)
        return true;
    return seen->errors >= FEWEST_ERRORS && seen->errors * 10 >= seen->requests * 9;
}

uint64_t
passive_ejection_ms(unsigned earlier_ejections)
{
    uint64_t length = FIRST_EJECTION_MS;

    while (earlier_ejections-- > 0 && length < MOST_EJECTION_MS)
        length *= 2;
    return length < MOST_EJECTION_MS ? length : MOST_EJECTION_MS;
}

/* Whether the group can do without one more. */
static bool
may_eject(const struct passive_health *passive, const struct registered_target *target)
{
    const struct registered_target *other;
    unsigned selectable = 0, ejected = 0;

    TAILQ_FOREACH (other, targets_live(passive->targets), in_table) {
        if (other->place.group_id != target->place.group_id ||
            !target_is_selectable(other->membership, other->health))
            continue;
        selectable++;
        ejected += passive_is_ejected(other) ? 1 : 0;
    }
    return (ejected + 1) * 100 <= selectable * PASSIVE_MOST_EJECTED_PERCENT;
}

static void
eject(struct passive_health *passive, struct registered_target *target)
{
    struct target_passive *seen = &target->passive;
    uint64_t now = clock_ms();

    if (seen->ejections > 0 && now - seen->ejected_last_ms > FORGIVE_MS)
        seen->ejections = 0;
    uint64_t length = passive_ejection_ms(seen->ejections++);
    seen->ejected_last_ms = now;
    target->joined_ms = now;
    seen->ejected_until_ms = now + length;
    char *message = memory_print(
        "ejected for %llu s: of %llu requests %llu failed to reach it "
        "and %llu were answered with 5xx",
        (unsigned long long)length / 1000, (unsigned long long)seen->requests,
        (unsigned long long)seen->connection_failures, (unsigned long long)seen->errors);
    targets_tell(passive->targets, target, EVENT_TARGET_EJECTED, message);
    free(message);
}

void
passive_health_note(struct passive_health *passive,
                    const struct message_target_failures *failures)
{
    struct registered_target *target = targets_find_id(passive->targets, failures->target_id);

    if (target == NULL || target->membership != MEMBERSHIP_IN_SERVICE ||
        !takes_part(passive, target))
        return;
    struct target_passive *seen = &target->passive;
    if (seen->window_began_ms == 0 || clock_ms() - seen->window_began_ms > WINDOW_MS) {
        seen->window_began_ms = clock_ms();
        seen->requests = seen->connection_failures = seen->errors = 0;
    }
    seen->requests += failures->requests;
    seen->connection_failures += failures->connect_failures + failures->resets;
    seen->errors += failures->errors_5xx;
    if (passive_is_ejected(target) || !passive_is_failing(seen))
        return;
    if (may_eject(passive, target))
        eject(passive, target);
}

void
passive_health_note_verdict(struct passive_health *passive, struct registered_target *target)
{
    if (!passive_is_ejected(target) || clock_ms() < target->passive.ejected_until_ms)
        return;
    if (target->health == HEALTH_HEALTHY)
        take_back(passive, target, "back from its ejection: a check passed");
    else if (target->health == HEALTH_UNHEALTHY)
        take_back(passive, target, "no longer ejected: its checks keep it out");
}

void
passive_health_look(struct passive_health *passive)
{
    struct registered_target *target;

    TAILQ_FOREACH (target, targets_live(passive->targets), in_table) {
        if (!passive_is_ejected(target) || clock_ms() < target->passive.ejected_until_ms)
            continue;
        /* Asked again every second until the observer answers: it may just be starting. */
        passive->check_now(passive->argument, target->id);
    }
}
