/* SPDX-License-Identifier: Apache-2.0 */
/* The sink of all providers, and their order: row n of the counters is the n-th provider. */
#include "control/discovery/providers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "control/discovery/provider_reach.h"

#define COUNT_EVERY_MS 1000
/* The name of a provider itself among its problems. */
#define PROVIDER_OBJECT "provider"

struct provider {
    struct config_provider config; /* a copy: the configuration goes with the next reload */
    char *name;
    struct discovery *discovery;
    bool is_connected, is_lost; /* as the event log was told last; neither: nothing yet */
    uint64_t lost_ms;
};

struct providers {
    struct provider_parts parts;
    struct discovery_sink sink;
    struct provider **items;
    size_t count;
    const char **names; /* of items */
    struct timer timer;
};

static void
on_task(void *argument, const char *provider, struct task *task)
{
    struct providers *providers = argument;

    (void)provider;
    registry_put_task(providers->parts.registry, task);
}

static void
on_task_gone(void *argument, const char *provider, const char *id, uint64_t generation)
{
    struct providers *providers = argument;

    registry_remove_task(providers->parts.registry, provider, id, generation);
}

static unsigned
on_full_set(void *argument, const char *provider, struct task **tasks, size_t count)
{
    struct providers *providers = argument;

    return registry_put_full_set(providers->parts.registry, provider, tasks, count);
}

/* Silent: another event says it. */
static void
set_problem(struct providers *providers, const char *source, const char *object,
            const char *reason, bool is_silent)
{
    struct problems *problems = providers->parts.problems;

    if (!problems_set(problems, source, object, reason))
        return;
    counter_set(&providers->parts.counters->values[COUNTER_PROBLEMS], problems_count(problems));
    if (is_silent)
        return;
    if (reason == NULL)
        event_log_add(providers->parts.events, EVENT_PROBLEM_SOLVED, object, "well again");
    else
        event_log_add(providers->parts.events, EVENT_PROBLEM, object, "%s (%s)", reason,
                      source);
}

void
providers_report_problem(struct providers *providers, const char *source, const char *object,
                         const char *reason)
{
    set_problem(providers, source, object, reason, false);
}

static void
on_problem(void *argument, const char *provider, const char *object, const char *reason)
{
    providers_report_problem(argument, provider, object, reason);
}

static void
on_stop_sign(void *argument, const char *provider, const char *id, const char *sign)
{
    struct providers *providers = argument;

    registry_stop_sign(providers->parts.registry, provider, id, sign);
}

static void
on_end(void *argument, const char *provider, const char *id, const char *end)
{
    struct providers *providers = argument;

    registry_note_end(providers->parts.registry, provider, id, end);
}

/* An error alone is no loss: an engine without events is followed too. */
static void
tell_connection(struct providers *providers, struct provider *provider,
                const struct discovery_status *status)
{
    struct event_log *events = providers->parts.events;
    bool was_lost = provider->is_lost;

    if (status->is_connected && !provider->is_connected) {
        uint64_t away_s = (clock_ms() - provider->lost_ms) / 1000;
        if (was_lost)
            event_log_add(events, EVENT_PROVIDER_BACK, provider->name, "back after %llu s",
                          (unsigned long long)away_s);
        else
            event_log_add(events, EVENT_PROVIDER_BACK, provider->name, "followed from now on");
        provider->is_lost = false;
    } else if (!status->is_connected && !was_lost &&
               (provider->is_connected || status->error != NULL)) {
        event_log_add(events, EVENT_PROVIDER_LOST, provider->name, "%s; trying again",
                      status->error == NULL ? "no connection" : status->error);
        provider->is_lost = true;
        provider->lost_ms = clock_ms();
    }
    provider->is_connected = status->is_connected;
}

static void
count_one(struct providers *providers, size_t row)
{
    struct provider *provider = providers->items[row];
    struct provider_counters *counters = &providers->parts.counters->providers[row];
    struct discovery_status status = {0};

    discovery_read_status(provider->discovery, &status);
    tell_connection(providers, provider, &status);
    counter_set(&counters->connected, status.is_connected ? 1 : 0);
    counter_set(&counters->last_sync_ms, status.last_sync_ms);
    counter_set(&counters->missed_events, status.missed_events);
    counter_set(&counters->syncs, status.syncs);
    counter_set(&counters->events, status.events);
    counter_set(&counters->tasks,
                registry_task_count(providers->parts.registry, provider->name));
}

/* One that cannot be reached, or not in full, is a problem until it can. */
static void
judge_provider(struct providers *providers, const struct provider *provider)
{
    struct discovery_status status = {0};

    discovery_read_status(provider->discovery, &status);
    char *advice = status.error != NULL ? memory_copy_text(status.error)
                   : status.is_strange
                       ? provider_reach_advice(providers->parts.registry, &provider->config,
                                               provider->name)
                       : NULL;
    /* That it is away, or back, is told by tell_connection. */
    set_problem(providers, provider->name, PROVIDER_OBJECT, advice,
                !status.is_connected || advice == NULL);
    free(advice);
}

static void
on_time(void *argument)
{
    struct providers *providers = argument;

    for (size_t row = 0; row < providers->count && row < COUNTERS_PROVIDER_ROWS; row++)
        count_one(providers, row);
    for (size_t i = 0; i < providers->count; i++)
        judge_provider(providers, providers->items[i]);
    timer_set(&providers->timer, providers->parts.loop, COUNT_EVERY_MS);
}

struct providers *
providers_new(const struct provider_parts *parts)
{
    struct providers *providers = memory_take(1, sizeof(*providers));

    providers->parts = *parts;
    providers->sink = (struct discovery_sink){
        .on_task = on_task,
        .on_task_gone = on_task_gone,
        .on_full_set = on_full_set,
        .on_problem = on_problem,
        .on_stop_sign = on_stop_sign,
        .on_end = on_end,
        .argument = providers,
    };
    registry_watch_problems(parts->registry, on_problem, providers);
    timer_init(&providers->timer, on_time, providers);
    timer_set(&providers->timer, parts->loop, COUNT_EVERY_MS);
    return providers;
}

static void
close_one(struct providers *providers, struct provider *provider)
{
    discovery_close(&provider->discovery);
    providers_report_problem(providers, provider->name, PROVIDER_OBJECT, NULL);
    free(provider->config.type);
    free(provider->config.endpoint);
    free(provider->config.directory);
    free(provider->config.network);
    free(provider->config.host);
    free(provider->config.tls.ca);
    free(provider->config.tls.certificate);
    free(provider->config.tls.key);
    free(provider->name);
    free(provider);
}

void
providers_free(struct providers **providers)
{
    if (*providers == NULL)
        return;
    registry_watch_problems((*providers)->parts.registry, NULL, NULL);
    timer_close(&(*providers)->timer, (*providers)->parts.loop);
    for (size_t i = 0; i < (*providers)->count; i++)
        close_one(*providers, (*providers)->items[i]);
    free((*providers)->items);
    free((*providers)->names);
    free(*providers);
    *providers = NULL;
}

static bool
is_same(const struct config_provider *one, const struct config_provider *other)
{
    return text_is_same(one->type, other->type) &&
           text_is_same(one->endpoint, other->endpoint) &&
           text_is_same(one->directory, other->directory) && one->dial == other->dial &&
           text_is_same(one->network, other->network) && text_is_same(one->host, other->host) &&
           text_is_same(one->tls.ca, other->tls.ca) &&
           text_is_same(one->tls.certificate, other->tls.certificate) &&
           text_is_same(one->tls.key, other->tls.key) &&
           one->resync_seconds == other->resync_seconds;
}

static struct provider *
open_one(struct providers *providers, const struct config_provider *config, const char *name)
{
    struct provider *provider = memory_take(1, sizeof(*provider));

    provider->config = *config;
    provider->config.type = memory_copy_text(config->type);
    provider->config.endpoint = memory_copy_text(config->endpoint);
    provider->config.directory = memory_copy_text(config->directory);
    provider->config.network = memory_copy_text(config->network);
    provider->config.host = memory_copy_text(config->host);
    provider->config.tls.ca = memory_copy_text(config->tls.ca);
    provider->config.tls.certificate = memory_copy_text(config->tls.certificate);
    provider->config.tls.key = memory_copy_text(config->tls.key);
    /* What its tasks may name is the registry's to ask. */
    provider->config.services = NULL;
    provider->config.service_count = 0;
    provider->name = memory_copy_text(name);
    provider->discovery = discovery_open(providers->parts.loop, &provider->config,
                                         provider->name, &providers->sink);
    return provider;
}

/* Takes the running one of that name and configuration out of the old list, or NULL. */
static struct provider *
take_kept(struct provider **old, size_t old_count, const struct config_provider *config,
          const char *name)
{
    for (size_t i = 0; i < old_count; i++) {
        struct provider *provider = old[i];
        if (provider != NULL && strcmp(provider->name, name) == 0 &&
            is_same(&provider->config, config)) {
            old[i] = NULL;
            return provider;
        }
    }
    return NULL;
}

static bool
is_known_source(const struct providers *providers, const char *source)
{
    return strcmp(source, PROVIDERS_PUSH) == 0 || providers_find(providers, source) != NULL;
}

/* Tasks of sources that are not configured (any more), also those of the state file. */
static void
forget_unknown_sources(struct providers *providers)
{
    struct task_record *record = registry_next_task(providers->parts.registry, NULL);

    while (record != NULL) {
        if (is_known_source(providers, record->task->source)) {
            record = registry_next_task(providers->parts.registry, record);
            continue;
        }
        char *source = memory_copy_text(record->task->source);
        registry_forget_source(providers->parts.registry, source);
        problems_forget(providers->parts.problems, source);
        free(source);
        record = registry_next_task(providers->parts.registry, NULL);
    }
}

void
providers_set_config(struct providers *providers, const struct config *config)
{
    struct provider **old = providers->items;
    size_t old_count = providers->count;

    providers->items = memory_take(config->provider_count + 1, sizeof(struct provider *));
    providers->count = 0;
    providers->names =
        memory_resize(providers->names, config->provider_count + 1, sizeof(const char *));
    for (size_t i = 0; i < config->provider_count; i++) {
        /* Push runs nothing: task events come through the admin socket. */
        if (discovery_find_kind(config->providers[i].type) == NULL)
            continue;
        char *name = config_provider_name(config, i);
        struct provider *provider = take_kept(old, old_count, &config->providers[i], name);
        if (provider == NULL)
            provider = open_one(providers, &config->providers[i], name);
        free(name);
        providers->names[providers->count] = provider->name;
        providers->items[providers->count++] = provider;
    }
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != NULL)
            close_one(providers, old[i]);
    }
    free(old);
    /* One that was only changed lives on under its name, and so do its tasks meanwhile. */
    forget_unknown_sources(providers);
}

const char *const *
providers_names(const struct providers *providers, size_t *count)
{
    *count = providers->count;
    return providers->names;
}

struct discovery *
providers_at(const struct providers *providers, size_t n)
{
    return n < providers->count ? providers->items[n]->discovery : NULL;
}

struct discovery *
providers_find(const struct providers *providers, const char *name)
{
    for (size_t i = 0; i < providers->count; i++) {
        if (strcmp(providers->items[i]->name, name) == 0)
            return providers->items[i]->discovery;
    }
    return NULL;
}

bool
providers_can_stop(const struct providers *providers, const char *name)
{
    const struct discovery *discovery = providers_find(providers, name);
    const struct discovery_kind *kind =
        discovery == NULL ? NULL : discovery_find_kind(discovery_config(discovery)->type);

    return kind != NULL && kind->driver != NULL;
}

bool
providers_is_away(const struct providers *providers, const struct registered_target *target)
{
    struct discovery *discovery =
        target->source == NULL ? NULL : providers_find(providers, target->source);
    struct discovery_status status = {0};

    if (discovery == NULL)
        return false;
    discovery_read_status(discovery, &status);
    return !status.is_connected;
}

void
providers_note_verdict(struct providers *providers, const struct registered_target *target)
{
    enum probe_outcome outcome = target->last_check.outcome;

    if (outcome == PROBE_PASSED)
        registry_note_missing(providers->parts.registry, target, false);
    else if ((outcome == PROBE_REFUSED || outcome == PROBE_UNREACHABLE) &&
             providers_is_away(providers, target))
        registry_note_missing(providers->parts.registry, target, true);
}
