/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, success and failure of the whole; roll_pair.c replaces one container. */
#include "control/rollout/roll.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/registry/service_match.h"
#include "control/rollout/roll_pair.h"

/* Of the configured services with that name, or of none: the tasks say it themselves. */
static bool
is_of_service(const struct service_matcher *matcher, const char *name, const struct task *task)
{
    const struct config *config = matcher->config;
    struct address address;
    bool is_configured = false;

    for (size_t i = 0; i < config->service_count; i++) {
        const struct config_service *service = &config->services[i];
        if (strcmp(service->name, name) != 0)
            continue;
        is_configured = true;
        if (service_match(matcher, service, task, &address) == SERVICE_MATCHES)
            return true;
    }
    return !is_configured && task->service != NULL && strcmp(task->service, name) == 0;
}

static bool
is_replaceable(const struct rollout *rollout, const struct task_record *record)
{
    struct discovery *discovery =
        providers_find(rollout->parts.providers, record->task->source);

    return discovery != NULL && discovery_driver(discovery) != NULL && !record->is_stale &&
           !task_record_is_leaving(record) && task_is_eligible(record->task);
}

static void
free_roll(struct roll *roll)
{
    struct roll_pair *pair;

    while ((pair = TAILQ_FIRST(&roll->pairs)) != NULL) {
        TAILQ_REMOVE(&roll->pairs, pair, entry);
        roll_pair_free(pair);
    }
    timer_close(&roll->timer, roll->rollout->parts.loop);
    free(roll->service);
    free(roll->image);
    free(roll->error);
    free(roll);
}

static void
release(void *object)
{
    free_roll(object);
}

static unsigned
count(const struct roll *roll, enum roll_step step)
{
    const struct roll_pair *pair;
    unsigned number = 0;

    TAILQ_FOREACH (pair, &roll->pairs, entry)
        number += pair->step == step ? 1 : 0;
    return number;
}

/* The first one that rests there; runs it. */
static bool
run_one(struct roll *roll, enum roll_step from, enum roll_step to)
{
    struct roll_pair *pair;

    TAILQ_FOREACH (pair, &roll->pairs, entry)
        if (pair->step == from) {
            roll_pair_run(pair, to);
            return true;
        }
    return false;
}

static unsigned
in_motion(const struct roll *roll)
{
    const struct roll_pair *pair;
    unsigned number = 0;

    TAILQ_FOREACH (pair, &roll->pairs, entry)
        number += roll_pair_rests(pair) ? 0 : 1;
    return number;
}

static void
end(struct roll *roll)
{
    LIST_REMOVE(roll, entry);
    roll->callbacks.on_done(roll->argument, roll->error);
    loop_free_later(roll->rollout->parts.loop, roll, release);
}

/* Old ones come back side by side: each brings its own target. */
static void
look_backward(struct roll *roll)
{
    while (run_one(roll, ROLL_REPLACED, ROLL_GO_BACK))
        continue;
    if (in_motion(roll) == 0)
        end(roll);
}

static void
look_forward(struct roll *roll)
{
    while (in_motion(roll) < roll->batch && roll->error == NULL &&
           run_one(roll, ROLL_WAITING, ROLL_READ_CONTAINER))
        continue;
    if (in_motion(roll) > 0 || count(roll, ROLL_WAITING) > 0)
        return;
    if (!run_one(roll, ROLL_REPLACED, ROLL_REMOVE_OLD))
        end(roll);
}

static void
on_look(void *argument)
{
    struct roll *roll = argument;

    if (roll->rollout->is_stopping)
        return;
    if (roll->error != NULL)
        look_backward(roll);
    else
        look_forward(roll);
}

static bool
is_being_rolled(const struct rollout *rollout, const char *service)
{
    const struct roll *roll;

    LIST_FOREACH (roll, &rollout->rolls, entry)
        if (strcmp(roll->service, service) == 0)
            return true;
    return false;
}

/* The next of the service's containers that can be replaced; previous NULL: the first. */
static struct task_record *
next_record(struct rollout *rollout, const char *service, struct task_record *previous)
{
    struct task_record *record = previous;

    while ((record = registry_next_task(rollout->parts.registry, record)) != NULL)
        if (is_of_service(registry_matcher(rollout->parts.registry), service, record->task) &&
            is_replaceable(rollout, record))
            return record;
    return NULL;
}

/* In the order of their names, which people expect. */
static void
add_pair(struct roll *roll, struct roll_pair *pair)
{
    struct roll_pair *other;

    TAILQ_FOREACH (other, &roll->pairs, entry)
        if (strcmp(pair->name, other->name) < 0) {
            TAILQ_INSERT_BEFORE(other, pair, entry);
            return;
        }
    TAILQ_INSERT_TAIL(&roll->pairs, pair, entry);
}

const char *
roll_obstacle(struct rollout *rollout, const char *service)
{
    if (is_being_rolled(rollout, service))
        return "it is being rolled already";
    if (next_record(rollout, service, NULL) == NULL)
        return "it has no running containers that can be replaced from here";
    return NULL;
}

void
roll_begin(struct rollout *rollout, const struct roll_order *order,
           const struct roll_callbacks *callbacks, void *argument)
{
    struct roll *roll = memory_take(1, sizeof(*roll));
    struct task_record *record = NULL;

    roll->rollout = rollout;
    roll->callbacks = *callbacks;
    roll->argument = argument;
    roll->service = memory_copy_text(order->service);
    roll->image = order->image == NULL ? NULL : memory_copy_text(order->image);
    roll->batch = order->batch;
    roll->ready_seconds = order->ready_seconds;
    roll->stop_seconds = order->stop_seconds;
    TAILQ_INIT(&roll->pairs);
    timer_init(&roll->timer, on_look, roll);
    while ((record = next_record(rollout, roll->service, record)) != NULL)
        add_pair(roll, roll_pair_new(roll, record));
    LIST_INSERT_HEAD(&rollout->rolls, roll, entry);
    roll_look(roll);
}

void
roll_forget(struct roll *roll)
{
    LIST_REMOVE(roll, entry);
    free_roll(roll);
}
