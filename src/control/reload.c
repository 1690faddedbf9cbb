/* SPDX-License-Identifier: Apache-2.0 */
/* Prepare may fail and can be taken back; from reload_apply on nothing fails any more. */
#include "control/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

struct reload {
    struct reload_parts parts;
    struct config *config;
};

struct reload *
reload_new(const struct reload_parts *parts)
{
    struct reload *reload = memory_take(1, sizeof(*reload));

    reload->parts = *parts;
    return reload;
}

void
reload_free(struct reload **reload)
{
    if (*reload == NULL)
        return;
    config_free(&(*reload)->config);
    free(*reload);
    *reload = NULL;
}

const struct config *
reload_config(const struct reload *reload)
{
    return reload->config;
}

static bool
prepare(const struct reload_parts *parts, const struct config *config,
        struct config_errors *errors)
{
    /* Both are tried, so that people see all that is wrong at once. */
    bool has_sockets = listener_sockets_prepare(parts->sockets, config, errors);
    bool has_fds = observer_fds_prepare(parts->observer_fds, config, errors);

    if (has_sockets && has_fds)
        return true;
    if (has_sockets)
        listener_sockets_abandon(parts->sockets);
    if (has_fds)
        observer_fds_abandon(parts->observer_fds);
    return false;
}

static void
warn_of_fixed(const struct config *old, const struct config *new)
{
    if (old->workers != new->workers)
        log_warning("workers stays %u: it changes only with a restart", old->workers);
    if (strcmp(old->admin_socket, new->admin_socket) != 0)
        log_warning("admin.socket stays %s: it changes only with a restart", old->admin_socket);
    if (strcmp(old->state_dir, new->state_dir) != 0)
        log_warning("state_dir stays %s: it changes only with a restart", old->state_dir);
    if (strcmp(old->user, new->user) != 0)
        log_warning("user stays %s: it changes only with a restart", old->user);
}

/* What is in use already when slow start is switched on does not ramp, as with the ALB. */
static void
end_ramps(struct targets *targets, const struct config *old)
{
    struct registered_target *target;

    TAILQ_FOREACH (target, targets_live(targets), in_table) {
        const struct config_target_group *group = config_find_group(old, target->group);
        if (group != NULL && group->slow_start_ms == 0)
            target->healthy_since_ms = 0;
    }
}

static void
compile(const struct reload_parts *parts, const struct config *config)
{
    struct snapshot_compiler_config compiled = {.config = config,
                                                .stickiness_key = parts->stickiness_key};

    compiled.providers = providers_names(parts->providers, &compiled.provider_count);
    snapshot_compiler_set_config(parts->compiler, &compiled);
}

void
reload_apply(struct reload *reload, struct config *config)
{
    const struct reload_parts *parts = &reload->parts;
    struct config *old = reload->config;

    if (old != NULL)
        end_ramps(parts->targets, old);
    reload->config = config;
    admin_set_config(parts->admin, config);
    rollout_set_config(parts->rollout, config);
    observer_fds_commit(parts->observer_fds);
    listener_sockets_commit(parts->sockets, children_close_listener, parts->children);
    registry_set_config(parts->registry, config);
    drain_set_config(parts->drain, config);
    passive_health_set_config(parts->passive, config);
    providers_set_config(parts->providers, config);
    compile(parts, config);
    publisher_publish(parts->publisher);
    children_open_listeners(parts->children);
    if (!observer_fds_metrics_stayed(parts->observer_fds))
        children_send_metrics_listener(parts->children);
    children_send_access_file(parts->children);
    config_free(&old);
}

static void
note_refusal(const struct reload_parts *parts, const struct config_errors *errors)
{
    counter_add(&parts->counters->values[COUNTER_RELOADS_REFUSED], 1);
    event_log_add(parts->events, "configuration", parts->config_path,
                  "reload refused (errors: %zu)", errors->count);
    for (size_t i = 0; i < errors->count; i++)
        log_error("%s", errors->lines[i]);
    log_error("%s was refused (errors: %zu); the configuration before it goes on",
              parts->config_path, errors->count);
}

static void
note_success(const struct reload_parts *parts)
{
    unsigned long long generation = publisher_generation(parts->publisher);

    counter_add(&parts->counters->values[COUNTER_RELOADS_OK], 1);
    event_log_add(parts->events, "configuration", parts->config_path,
                  "reloaded, generation %llu", generation);
    log_notice("%s was reloaded as generation %llu", parts->config_path, generation);
}

bool
reload_run(struct reload *reload, struct config_errors *errors)
{
    const struct reload_parts *parts = &reload->parts;
    struct config *config = config_load(parts->config_path, errors);

    if (config != NULL && !prepare(parts, config, errors))
        config_free(&config);
    if (config == NULL) {
        note_refusal(parts, errors);
        return false;
    }
    warn_of_fixed(reload->config, config);
    config->workers = reload->config->workers;
    reload_apply(reload, config);
    note_success(parts);
    return true;
}
