/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing, and what happens between tables, publisher and children. */
#include "control/ec2/ec2_unenforced.h"
#include "control/parts.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "control/event_file.h"
#include "control/handover.h"
#include "control/processes/process_usage.h"

#define EVENTS_KEPT 10000

static void
on_change(void *argument, bool is_urgent)
{
    struct parts *parts = argument;

    publisher_request(parts->publisher, is_urgent);
    vacancies_note_change(parts->vacancies);
    state_file_note_change(parts->state);
    if (parts->scheduler != NULL)
        scheduler_note_change(parts->scheduler);
}

static void
on_key_use(void *argument)
{
    struct parts *parts = argument;

    state_file_note_change(parts->state);
}

static void
on_vacancy(void *argument)
{
    struct parts *parts = argument;

    publisher_request(parts->publisher, true);
}

static void
on_leave(void *argument, const struct registered_target *target, enum target_event event)
{
    struct parts *parts = argument;

    vacancies_note_leave(parts->vacancies, target, event);
}

static void
on_close(void *argument, uint64_t target_id, bool is_evicted)
{
    struct parts *parts = argument;

    children_close_target(parts->children, target_id, is_evicted);
}

static void
settle(void *argument)
{
    struct parts *parts = argument;

    registry_settle(parts->registry);
}

static void
on_gone(void *argument, struct registered_target *target)
{
    struct parts *parts = argument;

    registry_note_gone(parts->registry, target);
    /* Not from here: the table is in the middle of a change. */
    loop_call_later(parts->loop, settle, parts);
    target_waits_note_gone(parts->waits, target->id);
    dials_forget(parts->dials, target);
}

static void
on_state(void *argument, const char *state)
{
    static const struct {
        const char *state;
        enum counter counter;
    } rows[] = {
        {"initial", COUNTER_TARGETS_INITIAL},     {"healthy", COUNTER_TARGETS_HEALTHY},
        {"unhealthy", COUNTER_TARGETS_UNHEALTHY}, {"draining", COUNTER_TARGETS_DRAINING},
        {"unused", COUNTER_TARGETS_UNUSED},       {"unavailable", COUNTER_TARGETS_UNAVAILABLE}};
    struct parts *parts = argument;
    struct counters *own = counter_board_own(parts->board);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].state, state) == 0)
            counter_add(&own->values[rows[i].counter], 1);
}

static uint64_t
in_flight(void *argument, const struct registered_target *target)
{
    const struct parts *parts = argument;

    return counter_board_in_flight(parts->board, target->counter_row, target->id);
}

static void
check_now(void *argument, uint64_t target_id)
{
    struct parts *parts = argument;

    children_check_target(parts->children, target_id);
}

static void
on_ticket_keys(void *argument)
{
    struct parts *parts = argument;

    children_send_ticket_keys(parts->children);
}

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    struct parts *parts = argument;

    return snapshot_compiler_build(parts->compiler, generation, files);
}

static void
on_published(void *argument, uint64_t generation)
{
    struct parts *parts = argument;
    struct counters *own = counter_board_own(parts->board);

    children_send_snapshot(parts->children);
    drain_note_published(parts->drain, generation);
    numbers_note_published(parts->numbers, generation);
    challenges_note_published(parts->challenges, generation);
    counter_board_set_rule_rows(parts->board,
                                numbers_row_count(parts->numbers, NUMBERS_RULE_ROW));
    counter_set(&own->values[COUNTER_SNAPSHOT_GENERATION], generation);
    group_watch_look(parts->watch, reload_config(parts->reload));
}

static void
order_reload(void *argument, struct reload_order *order)
{
    struct parts *parts = argument;

    reload_request(parts->reload, order);
}

static void
withdraw_reload(void *argument, struct reload_order *order)
{
    struct parts *parts = argument;

    reload_withdraw(parts->reload, order);
}

static void
on_idle(void *argument)
{
    struct parts *parts = argument;

    object_orders_go_on(parts->orders);
}

static void
on_objects(void *argument)
{
    struct parts *parts = argument;

    ec2_tell_unenforced(parts->objects, parts->problems, parts->providers);
    scheduler_follow_objects(parts->scheduler);
}

static void
on_row_reuse(void *argument, enum numbers_row kind, uint32_t row)
{
    static void (*const clear[NUMBERS_ROW_KINDS])(struct counter_board * board,
                                                  uint32_t row) = {
        [NUMBERS_GROUP_ROW] = counter_board_clear_group,
        [NUMBERS_ROUTE_ROW] = counter_board_clear_route,
        [NUMBERS_RULE_ROW] = counter_board_clear_rule,
    };
    struct parts *parts = argument;

    clear[kind](parts->board, row);
}

static void
open_registry(struct parts *parts)
{
    static const struct targets_callbacks callbacks = {on_change, on_close, on_leave, on_gone,
                                                       on_state};

    parts->numbers = numbers_new();
    numbers_set_on_reuse(parts->numbers, on_row_reuse, parts);
    if (parts->past != NULL)
        handover_put_numbers(parts->past, parts);
    parts->events = event_log_new(EVENTS_KEPT);
    parts->notices = notices_new(parts->loop, parts->events);
    parts->problems = problems_new();
    parts->targets = targets_new(parts->numbers, parts->events, &callbacks, parts);
    parts->vacancies = vacancies_new(&(struct vacancies_parts){
        parts->loop, parts->numbers, parts->targets, check_now, on_vacancy, parts});
    parts->watch = group_watch_new(&(struct group_watch_parts){
        parts->numbers, parts->targets, parts->vacancies, parts->events});
    parts->dials = dials_new(parts->loop, parts->targets);
    parts->registry = registry_new(parts->targets, parts->events, parts->dials);
    parts->waits = target_waits_new();
    parts->drain = drain_new(parts->loop, parts->targets, in_flight, parts);
    parts->passive = passive_health_new(parts->loop, parts->targets, check_now, parts);
}

static void
open_sources(struct parts *parts)
{
    parts->task_events = task_events_new(parts->registry);
    parts->key_uses = key_uses_new(on_key_use, parts);
    parts->state = state_file_new(
        &(struct state_file_parts){parts->loop, parts->first_config->state_dir, parts->registry,
                                   parts->targets, parts->key_uses});
    parts->keys = access_keys_new(parts->loop, parts->first_config->state_dir);
    parts->providers =
        providers_new(&(struct provider_parts){parts->loop, parts->registry, parts->problems,
                                               parts->events, counter_board_own(parts->board)});
    parts->rollout = rollout_new(
        &(struct rollout_parts){parts->loop, parts->registry, parts->waits, parts->providers});
    parts->scheduler = scheduler_new(
        &(struct scheduler_parts){parts->loop, parts->objects, parts->orders, parts->registry,
                                  parts->providers, parts->events});
}

/* Who has left one is about to be asked for it. */
static void
on_challenge(void *argument)
{
    struct parts *parts = argument;

    publisher_request(parts->publisher, true);
}

static void
open_children(struct parts *parts, unsigned workers, const struct children_callbacks *callbacks)
{
    static const struct publisher_callbacks publisher_callbacks = {build, on_published};

    parts->publisher = publisher_new(parts->loop, &publisher_callbacks, parts);
    parts->challenges = challenges_new(parts->loop, on_challenge, parts);
    parts->sockets = listener_sockets_new(workers, parts->numbers);
    parts->observer_fds = observer_fds_new();
    parts->compiler = snapshot_compiler_new(&(struct snapshot_compiler_parts){
        parts->numbers, parts->sockets, parts->targets, parts->vacancies, parts->challenges});
    parts->rates = group_rates_new(parts->loop, parts->board, parts->numbers);
    parts->children = children_new(
        &(struct children_parts){
            .loop = parts->loop,
            .board = parts->board,
            .sockets = parts->sockets,
            .access_channels = parts->access_channels,
            .failure_channels = parts->failure_channels,
            .observer_fds = parts->observer_fds,
            .certificates = parts->certificates,
            .ticket_keys = parts->ticket_keys,
            .publisher = parts->publisher,
            .log_level = parts->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE,
            .log_form = parts->first_config->log_form,
        },
        workers, callbacks, parts);
    parts->usage = process_usage_new(&(struct process_usage_parts){
        parts->loop, parts->board, children_processes(parts->children)});
}

/* What a worker of before an upgrade counts and reports in is gone on with. */
static void
open_shared(struct parts *parts, unsigned workers)
{
    if (parts->past != NULL) {
        parts->board = handover_board(parts->past, workers);
        parts->access_channels = handover_channels(parts->past, workers, false);
        parts->failure_channels = handover_channels(parts->past, workers, true);
    }
    if (parts->board == NULL)
        parts->board = counter_board_new(workers);
    if (parts->access_channels == NULL)
        parts->access_channels = access_channels_new(workers);
    if (parts->failure_channels == NULL)
        parts->failure_channels = access_channels_new(workers);
}

static void
on_finished(void *argument, pid_t pid)
{
    struct parts *parts = argument;

    counter_board_note_end(parts->board, pid);
    if (finishing_count(parts->finishing) == 0 &&
        processes_have_stopped(children_processes(parts->children)))
        loop_stop(parts->loop);
}

bool
parts_open(struct parts *parts, const struct children_callbacks *callbacks)
{
    unsigned workers = parts->first_config->workers;

    open_shared(parts, workers);
    if (parts->board == NULL || parts->access_channels == NULL ||
        parts->failure_channels == NULL) {
        log_error("no memory files or sockets for %u workers: %s; set workers lower", workers,
                  strerror(errno));
        return false;
    }
    parts->certificates = certificate_store_new();
    parts->ticket_keys = ticket_keys_new(parts->loop, on_ticket_keys, parts);
    parts->readers =
        config_readers_new(parts->loop, certificate_store_files(parts->certificates),
                           objects_additions(parts->objects));
    parts->orders = object_orders_new(&(struct object_orders_parts){
        parts->loop, parts->objects, parts->readers, on_objects, parts});
    open_registry(parts);
    open_sources(parts);
    open_children(parts, workers, callbacks);
    parts->renewal = renewal_new(&(struct renewal_parts){
        parts->loop, parts->readers, parts->certificates, parts->children, parts->providers,
        parts->events, counter_board_own(parts->board)});
    parts->finishing = finishing_new(parts->loop, on_finished, parts);
    parts->supervisor = supervisor_new(parts->loop, parts->targets);
    return true;
}

struct admin *
parts_open_admin(struct parts *parts)
{
    on_objects(parts);
    return admin_new(&(struct admin_parts){
        .config = parts->first_config,
        .config_path = parts->config_path,
        .started_ms = parts->started_ms,
        .started_wall_us = parts->started_wall_us,
        .loop = parts->loop,
        .events = parts->events,
        .targets = parts->targets,
        .waits = parts->waits,
        .watch = parts->watch,
        .registry = parts->registry,
        .state = parts->state,
        .problems = parts->problems,
        .task_events = parts->task_events,
        .providers = parts->providers,
        .sockets = parts->sockets,
        .board = parts->board,
        .rates = parts->rates,
        .certificates = parts->certificates,
        .challenges = parts->challenges,
        .publisher = parts->publisher,
        .children = parts->children,
        .rollout = parts->rollout,
        .readers = parts->readers,
        .keys = parts->keys,
        .key_uses = parts->key_uses,
        .objects = parts->objects,
        .orders = parts->orders,
        .scheduler = parts->scheduler,
        .reload = order_reload,
        .withdraw_reload = withdraw_reload,
        .reload_argument = parts,
        .finishing = parts->finishing,
        .upgrade = parts->upgrade,
        .adopted_fd = parts->past == NULL ? 0 : handover_admin_fd(parts->past),
    });
}

struct reload *
parts_open_reload(struct parts *parts)
{
    struct reload *reload = reload_new(&(struct reload_parts){
        .config_path = parts->config_path,
        .stickiness_key = parts->stickiness_key,
        .counters = counter_board_own(parts->board),
        .events = parts->events,
        .targets = parts->targets,
        .registry = parts->registry,
        .drain = parts->drain,
        .vacancies = parts->vacancies,
        .passive = parts->passive,
        .providers = parts->providers,
        .sockets = parts->sockets,
        .store = parts->store,
        .observer_fds = parts->observer_fds,
        .certificates = parts->certificates,
        .ticket_keys = parts->ticket_keys,
        .renewal = parts->renewal,
        .challenges = parts->challenges,
        .compiler = parts->compiler,
        .rates = parts->rates,
        .publisher = parts->publisher,
        .children = parts->children,
        .rollout = parts->rollout,
        .scheduler = parts->scheduler,
        .admin = parts->admin,
        .readers = parts->readers,
        .on_idle = on_idle,
        .on_idle_argument = parts,
    });

    object_orders_set_reload(parts->orders, reload);
    return reload;
}

void
parts_close(struct parts *parts)
{
    supervisor_free(&parts->supervisor);
    upgrade_free(&parts->upgrade);
    admin_free(&parts->admin);
    notices_free(&parts->notices);
    scheduler_free(&parts->scheduler);
    object_orders_free(&parts->orders);
    renewal_free(&parts->renewal);
    challenges_free(&parts->challenges);
    config_readers_free(&parts->readers);
    providers_free(&parts->providers);
    rollout_free(&parts->rollout);
    process_usage_free(&parts->usage);
    children_free(&parts->children);
    finishing_free(&parts->finishing);
    handover_free(&parts->past);
    observer_fds_free(&parts->observer_fds);
    certificate_store_free(&parts->certificates);
    ticket_keys_free(&parts->ticket_keys);
    socket_store_free(&parts->store);
    listener_sockets_free(&parts->sockets);
    passive_health_free(&parts->passive);
    drain_free(&parts->drain);
    access_keys_free(&parts->keys);
    state_file_free(&parts->state);
    key_uses_free(&parts->key_uses);
    task_events_free(&parts->task_events);
    target_waits_free(&parts->waits);
    registry_free(&parts->registry);
    dials_free(&parts->dials);
    group_watch_free(&parts->watch);
    vacancies_free(&parts->vacancies);
    targets_free(&parts->targets);
    publisher_free(&parts->publisher);
    snapshot_compiler_free(&parts->compiler);
    group_rates_free(&parts->rates);
    problems_free(&parts->problems);
    event_file_close(&parts->event_file);
    event_log_free(&parts->events);
    numbers_free(&parts->numbers);
    access_channels_free(&parts->access_channels);
    access_channels_free(&parts->failure_channels);
    counter_board_free(&parts->board);
}
