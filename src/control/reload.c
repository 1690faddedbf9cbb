/* SPDX-License-Identifier: Apache-2.0 */
/* Prepare may fail and can be taken back; from reload_apply on nothing fails any more. */
#include "control/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "model/config_changes.h"
#include "model/config_restart.h"

TAILQ_HEAD(order_list, reload_order);

struct reload {
    struct reload_parts parts;
    struct config *config;
    struct config_source source; /* of config */
    struct order_list reading;   /* served by the reading under way */
    struct order_list waiting;   /* for the next one */
    bool is_reading, is_held, is_next_asked, is_forced, is_stopped;
};

struct reload *
reload_new(const struct reload_parts *parts)
{
    struct reload *reload = memory_take(1, sizeof(*reload));

    reload->parts = *parts;
    TAILQ_INIT(&reload->reading);
    TAILQ_INIT(&reload->waiting);
    return reload;
}

void
reload_free(struct reload **reload)
{
    if (*reload == NULL)
        return;
    config_free(&(*reload)->config);
    config_source_clear(&(*reload)->source);
    free(*reload);
    *reload = NULL;
}

const struct config *
reload_config(const struct reload *reload)
{
    return reload->config;
}

static bool
prepare_certificates(const struct reload_parts *parts, struct config_answer *read,
                     struct config_errors *errors)
{
    const char *reason;

    if (certificate_store_prepare(parts->certificates, &read->certificates, &reason))
        return true;
    config_errors_add(errors, memory_print("%s:1: its certificates cannot be used: %s",
                                           parts->config_path, reason));
    return false;
}

static void
abandon(const struct reload_parts *parts)
{
    certificate_store_abandon(parts->certificates);
    listener_sockets_abandon(parts->sockets);
    observer_fds_abandon(parts->observer_fds);
}

/* Sockets and files; both are tried, so that people see all that is wrong at once. */
static bool
prepare_descriptors(const struct reload_parts *parts, const struct config *config,
                    struct config_errors *errors)
{
    bool has_sockets = listener_sockets_prepare(parts->sockets, config, errors);
    bool has_fds = observer_fds_prepare(parts->observer_fds, config, errors);

    if (has_sockets && !has_fds)
        listener_sockets_abandon(parts->sockets);
    if (has_fds && !has_sockets)
        observer_fds_abandon(parts->observer_fds);
    return has_sockets && has_fds;
}

static bool
prepare(const struct reload_parts *parts, struct config_answer *read)
{
    bool has_descriptors = prepare_descriptors(parts, read->config, &read->errors);
    bool has_certificates = prepare_certificates(parts, read, &read->errors);

    if (has_descriptors && has_certificates)
        return true;
    if (has_descriptors)
        abandon(parts);
    certificate_store_abandon(parts->certificates);
    return false;
}

static void
warn_of_later(struct config *config)
{
    for (size_t i = 0; i < config->later_count; i++) {
        const struct setting *row = config->later[i].row;
        char *place = config_place_text(config, setting_places_find(config->places, row));
        config_errors_add(
            &config->warnings,
            memory_print("%s: warning: %s stays as it was: it changes only with a restart",
                         place, row->path));
        free(place);
    }
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

/* Hands a configuration, which it takes over, to every part and publishes. */
static void
apply(struct reload *reload, struct config *config)
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
    if (parts->store != NULL)
        socket_store_update(parts->store);
    registry_set_config(parts->registry, config);
    drain_set_config(parts->drain, config);
    vacancies_set_config(parts->vacancies, config);
    passive_health_set_config(parts->passive, config);
    providers_set_config(parts->providers, config);
    scheduler_set_config(parts->scheduler, config);
    children_set_config(parts->children, config);
    compile(parts, config);
    group_rates_set_config(parts->rates, config);
    ticket_keys_set_config(parts->ticket_keys, config);
    /* A listener finds its certificates when its snapshot comes; the renewal, what it has not
     * to read again. */
    bool has_new_certificates = certificate_store_commit(parts->certificates);
    renewal_set_config(parts->renewal, config);
    challenges_set_folder(parts->challenges, config->acme_challenge_dir);
    counter_set(&parts->counters->values[COUNTER_CERTIFICATES_FIRST_END],
                (uint64_t)certificate_store_first_end_s(parts->certificates));
    if (has_new_certificates)
        children_send_certificates(parts->children);
    publisher_publish(parts->publisher);
    children_open_listeners(parts->children);
    if (!observer_fds_metrics_stayed(parts->observer_fds))
        children_send_metrics_listener(parts->children);
    if (children_set_api_security(parts->children, config->api_certificate_count > 0) ||
        !observer_fds_api_stayed(parts->observer_fds))
        children_send_api_listener(parts->children);
    if (!config_has_api(config))
        admin_api_forget(parts->admin);
    children_set_logs(parts->children, config);
    config_free(&old);
}

static void
take_source(struct reload *reload, struct config_source *source)
{
    config_source_clear(&reload->source);
    reload->source = *source;
    *source = (struct config_source){.text = NULL};
}

void
reload_begin(struct reload *reload, struct config *config, struct config_source *source)
{
    take_source(reload, source);
    apply(reload, config);
}

static void
note_refusal(const struct reload_parts *parts, const struct config_errors *errors)
{
    counter_add(&parts->counters->values[COUNTER_RELOADS_REFUSED], 1);
    admin_note_refusal(parts->admin);
    event_log_add(parts->events, EVENT_RELOAD_REFUSED, parts->config_path,
                  "reload refused (errors: %zu)", errors->count);
    for (size_t i = 0; i < errors->count; i++)
        log_error("%s", errors->lines[i]);
    log_error("%s was refused (errors: %zu); the configuration before it goes on",
              parts->config_path, errors->count);
}

static void
note_success(const struct reload_parts *parts, const struct config *config, const char *changes)
{
    unsigned long long generation = publisher_generation(parts->publisher);

    for (size_t i = 0; i < config->warnings.count; i++)
        log_warning("%s", config->warnings.lines[i]);
    counter_add(&parts->counters->values[COUNTER_RELOADS_OK], 1);
    event_log_add(parts->events, EVENT_RELOADED, parts->config_path,
                  "reloaded, generation %llu: %s", generation, changes);
    log_notice("%s was reloaded as generation %llu: %s", parts->config_path, generation,
               changes);
}

static void
answer(struct reload *reload, const struct reload_outcome *outcome)
{
    struct reload_order *order;

    while ((order = TAILQ_FIRST(&reload->reading)) != NULL) {
        TAILQ_REMOVE(&reload->reading, order, link);
        order->on_done(order, outcome);
    }
}

static void
refuse(struct reload *reload, const struct config_errors *errors)
{
    static const struct config_errors none;

    note_refusal(&reload->parts, errors);
    answer(reload,
           &(struct reload_outcome){.errors = errors, .warnings = &none, .changes = ""});
}

/* Goes over to a configuration that is good in itself, unless it cannot be had here. */
static void
try_config(struct reload *reload, struct config_answer *read)
{
    const struct reload_parts *parts = &reload->parts;
    struct config *config = read->config;

    if (!reload->is_forced)
        config_changes_losses(reload->config, config, &read->errors);
    if (read->errors.count > 0 || !prepare(parts, read)) {
        refuse(reload, &read->errors);
        return;
    }
    read->config = NULL;
    char *changes = config_changes_text(reload->config, config);
    config_keep_running(reload->config, config);
    warn_of_later(config);
    take_source(reload, &read->source);
    apply(reload, config);
    note_success(parts, config, changes);
    answer(reload, &(struct reload_outcome){.errors = &read->errors,
                                            .warnings = &config->warnings,
                                            .changes = changes});
    free(changes);
}

static void start_reading(struct reload *reload);

/* What has waited for the reading that is over. */
static void
go_on(struct reload *reload)
{
    if (reload->is_next_asked)
        start_reading(reload);
    if (!reload->is_reading && reload->parts.on_idle != NULL)
        reload->parts.on_idle(reload->parts.on_idle_argument);
}

static void
on_read(void *argument, struct config_answer *read)
{
    struct reload *reload = argument;

    reload->is_reading = false;
    if (reload->is_stopped)
        return;
    if (read->config == NULL)
        refuse(reload, &read->errors);
    else
        try_config(reload, read);
    go_on(reload);
}

static void
refuse_unread(struct reload *reload, const char *reason)
{
    struct config_errors errors = {0};

    config_errors_add(
        &errors, memory_print("%s:1: cannot be read: %s", reload->parts.config_path, reason));
    refuse(reload, &errors);
    config_errors_clear(&errors);
}

/* Those who wait are served by the reading that begins. */
static void
take_orders(struct reload *reload)
{
    struct reload_order *order;

    reload->is_next_asked = false;
    reload->is_forced = false;
    while ((order = TAILQ_FIRST(&reload->waiting)) != NULL) {
        TAILQ_REMOVE(&reload->waiting, order, link);
        TAILQ_INSERT_TAIL(&reload->reading, order, link);
        reload->is_forced |= order->is_forced;
    }
}

/* A reload may close everything if somebody insists; whether somebody does is looked at later,
 * so that the refusal can say how. */
static void
start_reading(struct reload *reload)
{
    const struct config_question question = {.path = reload->parts.config_path};
    const char *reason;

    take_orders(reload);
    reload->is_reading =
        config_readers_start(reload->parts.readers, &question, on_read, reload, &reason);
    if (!reload->is_reading)
        refuse_unread(reload, reason);
}

void
reload_request(struct reload *reload, struct reload_order *order)
{
    if (order != NULL)
        TAILQ_INSERT_TAIL(&reload->waiting, order, link);
    reload->is_next_asked = true;
    if (!reload->is_reading && !reload->is_held && !reload->is_stopped)
        start_reading(reload);
}

static bool
is_in(const struct order_list *list, const struct reload_order *order)
{
    const struct reload_order *one;

    TAILQ_FOREACH (one, list, link) {
        if (one == order)
            return true;
    }
    return false;
}

void
reload_withdraw(struct reload *reload, struct reload_order *order)
{
    struct order_list *list =
        is_in(&reload->reading, order) ? &reload->reading : &reload->waiting;

    TAILQ_REMOVE(list, order, link);
}

void
reload_stop(struct reload *reload)
{
    reload->is_stopped = true;
    reload->is_reading = false;
    config_readers_forget(reload->parts.readers, reload);
}

bool
reload_hold(struct reload *reload)
{
    if (reload->is_reading || reload->is_stopped)
        return false;
    reload->is_held = true;
    return true;
}

void
reload_release(struct reload *reload)
{
    reload->is_held = false;
    if (reload->is_next_asked && !reload->is_stopped)
        start_reading(reload);
}

struct config *
reload_judge(const struct reload *reload, const struct config_additions *additions,
             struct config_errors *errors)
{
    return config_read_text(reload->parts.config_path, additions, &reload->source, errors);
}

static bool
prepare_objects(const struct reload_parts *parts, const struct reload_objects *objects,
                struct config_errors *errors)
{
    if (objects->config == NULL)
        return true;
    if (objects->certificates != NULL &&
        !prepare_certificates(parts, objects->certificates, errors))
        return false;
    if (prepare_descriptors(parts, objects->config, errors))
        return true;
    certificate_store_abandon(parts->certificates);
    return false;
}

/* The file's warnings go on: only its reading warns. */
static void
keep_warnings(struct config *old, struct config *config)
{
    config->warnings = old->warnings;
    old->warnings = (struct config_errors){.lines = NULL};
}

void
reload_put_objects(struct reload *reload, const struct reload_objects *objects,
                   struct config_errors *errors, char **reason)
{
    const struct reload_parts *parts = &reload->parts;
    struct config *config = objects->config;

    if (reload->is_stopped)
        config_errors_add(errors, memory_copy_text("fairlead is stopping"));
    if (reload->is_stopped || !prepare_objects(parts, objects, errors)) {
        config_free(&config);
        return;
    }
    if (!object_edit_write(objects->edit, reason)) {
        if (config != NULL)
            abandon(parts);
        config_free(&config);
        return;
    }
    object_edit_commit(objects->edit);
    if (config == NULL)
        return;
    config_keep_running(reload->config, config);
    keep_warnings(reload->config, config);
    apply(reload, config);
}
