/* Prepare may fail and can be taken back; from reload_apply on nothing fails any more. */
#include "control/reload.h"

#include <string.h>

#include "base/log.h"
#include "control/processes/children.h"
#include "control/processes/snapshot_sources.h"

static bool
prepare(struct control *control, const struct config *config, struct config_errors *errors)
{
    /* Both are tried, so that people see all that is wrong at once. */
    bool has_sockets = listener_sockets_prepare(control->sockets, config, errors);
    bool has_fds = observer_fds_prepare(control->observer_fds, config, errors);

    if (has_sockets && has_fds)
        return true;
    if (has_sockets)
        listener_sockets_abandon(control->sockets);
    if (has_fds)
        observer_fds_abandon(control->observer_fds);
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
end_ramps(struct control *control, const struct config *old)
{
    struct registered_target *target;

    TAILQ_FOREACH (target, targets_live(control->targets), in_table) {
        const struct config_target_group *group = config_find_group(old, target->group);
        if (group != NULL && group->slow_start_ms == 0)
            target->healthy_since_ms = 0;
    }
}

void
reload_apply(struct control *control, struct config *config)
{
    struct config *old = control->config;

    if (old != NULL)
        end_ramps(control, old);
    control->config = config;
    observer_fds_commit(control->observer_fds);
    listener_sockets_commit(control->sockets, children_close_listener, control);
    registry_set_config(control->registry, config);
    drain_set_config(control->drain, config);
    passive_health_set_config(control->passive, config);
    providers_set_config(control->providers, config);
    snapshot_sources_set_config(control);
    publisher_publish(control->publisher);
    children_open_listeners(control);
    if (!observer_fds_metrics_stayed(control->observer_fds))
        children_send_metrics_listener(control);
    children_send_access_file(control);
    config_free(&old);
}

static void
log_refusal(struct control *control, const struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        log_error("%s", errors->lines[i]);
    log_error("%s was refused (errors: %zu); the configuration before it goes on",
              control->config_path, errors->count);
}

bool
reload_run(struct control *control, struct config_errors *errors)
{
    struct counters *own = counter_board_own(control->board);
    struct config *config = config_load(control->config_path, errors);

    if (config != NULL && !prepare(control, config, errors))
        config_free(&config);
    if (config == NULL) {
        counter_add(&own->values[COUNTER_RELOADS_REFUSED], 1);
        event_log_add(control->events, "configuration", control->config_path,
                      "reload refused (errors: %zu)", errors->count);
        log_refusal(control, errors);
        return false;
    }
    warn_of_fixed(control->config, config);
    config->workers = control->config->workers;
    reload_apply(control, config);
    counter_add(&own->values[COUNTER_RELOADS_OK], 1);
    event_log_add(control->events, "configuration", control->config_path,
                  "reloaded, generation %llu",
                  (unsigned long long)publisher_generation(control->publisher));
    log_notice("%s was reloaded as generation %llu", control->config_path,
               (unsigned long long)publisher_generation(control->publisher));
    return true;
}
