/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the parts, connects them, and runs the loop. What happens between the parts is here:
 * a changed target asks for a snapshot, a snapshot goes to the children, and what all workers
 * have applied moves targets on (children.c). Freed in the reverse order of open_parts.
 */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sandbox.h"
#include "base/title.h"
#include "control/admin/admin.h"
#include "control/event_file.h"
#include "control/processes/children.h"
#include "control/processes/group_rates.h"
#include "control/processes/process_usage.h"
#include "control/processes/snapshot_compiler.h"
#include "control/registry/group_watch.h"
#include "control/registry/notices.h"
#include "control/reload.h"
#include "control/rollout/rollout.h"
#include "control/run_lock.h"
#include "control/signals.h"
#include "control/state_file.h"
#include "control/stickiness_key.h"

#define EVENTS_KEPT 10000
#define STATE_MODE 0750
/* Beyond what workers give themselves: then whoever is left is killed. */
#define KILL_AFTER_MS 2000

/* The parts, one of each; they do not know each other but by the room structs they are given.
 */
struct control {
    const char *config_path;
    bool is_verbose;
    struct config *first_config; /* until reload has taken it over */
    struct loop *loop;
    struct numbers *numbers;
    struct event_log *events;
    struct event_file *event_file;
    struct notices *notices;
    struct problems *problems;
    struct counter_board *board;
    struct targets *targets;
    struct group_watch *watch;
    struct target_waits *waits;
    struct registry *registry;
    struct task_events *task_events;
    struct drain *drain;
    struct passive_health *passive;
    struct providers *providers;
    struct listener_sockets *sockets;
    struct access_channels *access_channels;
    struct observer_fds *observer_fds;
    struct snapshot_compiler *compiler;
    struct group_rates *rates;
    struct process_usage *usage;
    struct publisher *publisher;
    struct children *children;
    struct rollout *rollout;
    struct state_file *state;
    struct run_lock *run_lock;
    struct admin *admin;
    struct config_readers *readers;
    struct reload *reload;
    struct signals signals;
    struct timer kill_timer; /* of a stop */

    uint8_t stickiness_key[STICKINESS_KEY_BYTES];
    uint64_t started_ms, started_wall_us;
    bool is_stopping;
};

static void
on_change(void *argument, bool is_urgent)
{
    struct control *control = argument;

    publisher_request(control->publisher, is_urgent);
    state_file_note_change(control->state);
}

static void
on_close(void *argument, uint64_t target_id, bool is_evicted)
{
    struct control *control = argument;

    children_close_target(control->children, target_id, is_evicted);
}

static void
settle(void *argument)
{
    struct control *control = argument;

    registry_settle(control->registry);
}

static void
on_gone(void *argument, struct registered_target *target)
{
    struct control *control = argument;

    registry_note_gone(control->registry, target);
    /* Not from here: the table is in the middle of a change. */
    loop_call_later(control->loop, settle, control);
    target_waits_note_gone(control->waits, target->id);
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
    struct control *control = argument;
    struct counters *own = counter_board_own(control->board);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].state, state) == 0)
            counter_add(&own->values[rows[i].counter], 1);
}

static uint64_t
in_flight(void *argument, const struct registered_target *target)
{
    const struct control *control = argument;

    return counter_board_in_flight(control->board, target->counter_row, target->id);
}

static void
check_now(void *argument, uint64_t target_id)
{
    struct control *control = argument;

    children_check_target(control->children, target_id);
}

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    struct control *control = argument;

    return snapshot_compiler_build(control->compiler, generation, files);
}

static void
on_published(void *argument, uint64_t generation)
{
    struct control *control = argument;
    struct counters *own = counter_board_own(control->board);

    children_send_snapshot(control->children);
    drain_note_published(control->drain, generation);
    numbers_note_published(control->numbers, generation);
    counter_set(&own->values[COUNTER_SNAPSHOT_GENERATION], generation);
    group_watch_look(control->watch, reload_config(control->reload));
}

static void
on_applied(void *argument, uint64_t generation)
{
    struct control *control = argument;

    publisher_note_applied(control->publisher, generation);
    numbers_note_applied(control->numbers, generation);
    drain_note_applied(control->drain, generation);
}

/* What the observer says is not trusted: a verdict that no table has is not taken. */
static void
on_health(void *argument, const struct message_health *message)
{
    struct control *control = argument;
    struct registered_target *target = targets_find_id(control->targets, message->target_id);
    struct target_verdict verdict = {
        .health = (enum target_health)message->health,
        .reason = (enum target_reason)message->reason,
        .cause = (enum probe_outcome)message->cause,
        .http_code = message->http_code,
        .last_check = {.outcome = (enum probe_outcome)message->last_outcome,
                       .http_code = message->last_http_code,
                       .timeout_ms = message->timeout_ms,
                       .latency_us = message->latency_us,
                       .wall_us = message->wall_us},
    };

    if (target == NULL || message->health > HEALTH_UNAVAILABLE ||
        message->reason >= TARGET_REASON_COUNT || message->cause >= PROBE_OUTCOME_COUNT ||
        message->last_outcome >= PROBE_OUTCOME_COUNT)
        return;
    targets_set_health(control->targets, target, &verdict);
    counter_board_note_check(control->board, target->counter_row, target->id,
                             message->wall_us / 1000000);
    passive_health_note_verdict(control->passive, target);
}

static void
on_failures(void *argument, const struct message_target_failures *message)
{
    struct control *control = argument;

    passive_health_note(control->passive, message);
}

static void
on_metrics(void *argument, uint64_t query_id, int fd)
{
    struct control *control = argument;

    admin_metrics_reply(control->admin, query_id, fd);
}

/* The numbers of the children, for a control that may have to follow this one. */
static void
on_child_start(void *argument)
{
    struct control *control = argument;
    struct processes *processes = children_processes(control->children);
    unsigned count = processes_logger(processes)->slot + 1;
    pid_t *pids = memory_take(count, sizeof(*pids));

    for (unsigned slot = 0; slot < count; slot++)
        pids[slot] = processes_at(processes, slot)->pid;
    run_lock_note_children(control->run_lock, pids, count);
    free(pids);
}

static void
on_child_death(void *argument, const struct process *process)
{
    struct control *control = argument;

    static const enum counter restarts[] = {
        [PROCESS_IS_OBSERVER] = COUNTER_OBSERVER_RESTARTS,
        [PROCESS_IS_WORKER] = COUNTER_WORKER_RESTARTS,
        [PROCESS_IS_LOGGER] = COUNTER_LOGGER_RESTARTS,
    };
    struct counters *own = counter_board_own(control->board);

    event_log_add(control->events, EVENT_PROCESS_DIED, process->title, "%s; started again",
                  process->last_end);
    counter_add(&own->values[restarts[process->role]], 1);
}

static void
on_child_hung(void *argument, const struct process *process)
{
    struct control *control = argument;

    event_log_add(control->events, EVENT_PROCESS_HUNG, process->title, "shows no sign of life");
}

static void
on_children_end(void *argument)
{
    struct control *control = argument;

    loop_stop(control->loop);
}

static void
order_reload(void *argument, struct reload_order *order)
{
    struct control *control = argument;

    reload_request(control->reload, order);
}

static void
withdraw_reload(void *argument, struct reload_order *order)
{
    struct control *control = argument;

    reload_withdraw(control->reload, order);
}

static void
on_row_reuse(void *argument, enum numbers_row kind, uint32_t row)
{
    struct control *control = argument;

    if (kind == NUMBERS_GROUP_ROW)
        counter_board_clear_group(control->board, row);
    else
        counter_board_clear_route(control->board, row);
}

static void
open_registry(struct control *control)
{
    static const struct targets_callbacks callbacks = {on_change, on_close, on_gone, on_state};

    control->numbers = numbers_new();
    numbers_set_on_reuse(control->numbers, on_row_reuse, control);
    control->events = event_log_new(EVENTS_KEPT);
    control->notices = notices_new(control->loop, control->events);
    control->problems = problems_new();
    control->targets = targets_new(control->numbers, control->events, &callbacks, control);
    control->watch = group_watch_new(control->numbers, control->targets, control->events);
    control->registry = registry_new(control->targets, control->events);
    control->waits = target_waits_new();
    control->drain = drain_new(control->loop, control->targets, in_flight, control);
    control->passive = passive_health_new(control->loop, control->targets, check_now, control);
}

static void
open_sources(struct control *control)
{
    control->task_events = task_events_new(control->registry);
    control->state = state_file_new(control->loop, control->first_config->state_dir,
                                    control->registry, control->targets);
    control->providers = providers_new(
        &(struct provider_parts){control->loop, control->registry, control->problems,
                                 control->events, counter_board_own(control->board)});
    control->rollout = rollout_new(&(struct rollout_parts){control->loop, control->registry,
                                                           control->waits, control->providers});
}

static void
open_children(struct control *control, unsigned workers)
{
    static const struct publisher_callbacks publisher_callbacks = {build, on_published};
    static const struct children_callbacks callbacks = {
        on_applied,     on_health,      on_failures,   on_metrics,
        on_child_start, on_child_death, on_child_hung, on_children_end,
    };

    control->publisher = publisher_new(control->loop, &publisher_callbacks, control);
    control->sockets = listener_sockets_new(workers, control->numbers);
    control->observer_fds = observer_fds_new();
    control->compiler = snapshot_compiler_new(&(struct snapshot_compiler_parts){
        control->numbers, control->sockets, control->targets});
    control->rates = group_rates_new(control->loop, control->board, control->numbers);
    control->children = children_new(
        &(struct children_parts){
            .loop = control->loop,
            .board = control->board,
            .sockets = control->sockets,
            .access_channels = control->access_channels,
            .observer_fds = control->observer_fds,
            .publisher = control->publisher,
            .log_level = control->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE,
            .log_form = control->first_config->log_form,
        },
        workers, &callbacks, control);
    control->usage = process_usage_new(&(struct process_usage_parts){
        control->loop, control->board, children_processes(control->children)});
}

static void on_stop_signal(void *argument, int number);
static void on_reload_signal(void *argument);
static void on_reopen_signal(void *argument);
static void on_kill_time(void *argument);

/* Before there is a child: one that comes while they are started finds all of them later. */
static void
open_signals(struct control *control)
{
    static const struct signals_callbacks callbacks = {on_stop_signal, on_reload_signal,
                                                       on_reopen_signal};

    timer_init(&control->kill_timer, on_kill_time, control);
    signals_open(&control->signals, control->loop, &callbacks, control);
}

/* False with a line logged when the system refuses what cannot be done without. */
static bool
open_parts(struct control *control, unsigned workers)
{
    control->board = counter_board_new(workers);
    control->access_channels = access_channels_new(workers);
    if (control->board == NULL || control->access_channels == NULL) {
        log_error("no memory files or sockets for %u workers: %s; set workers lower", workers,
                  strerror(errno));
        return false;
    }
    control->loop = loop_new();
    open_signals(control);
    control->readers = config_readers_new(control->loop);
    open_registry(control);
    open_sources(control);
    open_children(control, workers);
    return true;
}

static void
close_parts(struct control *control)
{
    admin_free(&control->admin);
    notices_free(&control->notices);
    config_readers_free(&control->readers);
    providers_free(&control->providers);
    rollout_free(&control->rollout);
    process_usage_free(&control->usage);
    children_free(&control->children);
    observer_fds_free(&control->observer_fds);
    listener_sockets_free(&control->sockets);
    passive_health_free(&control->passive);
    drain_free(&control->drain);
    state_file_free(&control->state);
    task_events_free(&control->task_events);
    target_waits_free(&control->waits);
    registry_free(&control->registry);
    group_watch_free(&control->watch);
    targets_free(&control->targets);
    publisher_free(&control->publisher);
    snapshot_compiler_free(&control->compiler);
    group_rates_free(&control->rates);
    problems_free(&control->problems);
    event_file_close(&control->event_file);
    event_log_free(&control->events);
    numbers_free(&control->numbers);
    access_channels_free(&control->access_channels);
    counter_board_free(&control->board);
    if (control->loop != NULL) {
        signals_close(&control->signals);
        timer_close(&control->kill_timer, control->loop);
    }
    if (control->loop != NULL)
        loop_free(&control->loop);
    run_lock_give_back(&control->run_lock);
    reload_free(&control->reload);
    config_free(&control->first_config);
}

static void
on_kill_time(void *argument)
{
    struct control *control = argument;

    log_warning("children are still running; killing them");
    processes_kill(children_processes(control->children));
}

static void
on_stop_signal(void *argument, int number)
{
    struct control *control = argument;
    struct processes *processes = children_processes(control->children);
    unsigned timeout_ms = reload_config(control->reload)->shutdown_timeout_ms;

    if (control->is_stopping) {
        log_notice("signal %d again: stopping at once", number);
        processes_kill(processes);
        return;
    }
    control->is_stopping = true;
    event_log_add(control->events, EVENT_STOPPING, "fairlead", "stops: signal %d", number);
    log_notice("signal %d: stopping when requests in flight are done, in at most %u s", number,
               timeout_ms / 1000);
    state_file_save(control->state);
    rollout_stop(control->rollout);
    admin_close(control->admin);
    reload_stop(control->reload);
    timer_set(&control->kill_timer, control->loop, timeout_ms + KILL_AFTER_MS);
    processes_stop(processes, timeout_ms);
    /* The last end of a worker's log records: none is started any more that would get it. */
    access_channels_free(&control->access_channels);
}

static void
on_reload_signal(void *argument)
{
    struct control *control = argument;

    reload_request(control->reload, NULL);
}

static void
on_reopen_signal(void *argument)
{
    struct control *control = argument;

    if (!observer_fds_reopen_log(control->observer_fds))
        log_error("access log %s: cannot be opened again: %s; going on with the file before",
                  reload_config(control->reload)->access_log_path, strerror(errno));
    children_reopen_access_log(control->children);
}

static void
serve(struct control *control)
{
    loop_run(control->loop);
    log_notice("stopped");
}

static void
print_errors(const struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        fprintf(stderr, "%s\n", errors->lines[i]);
}

/* Makes the state directory and sees to it that no other control works with it. */
static bool
take_state_dir(struct control *control)
{
    const char *state_dir = control->first_config->state_dir;
    pid_t holder = 0;

    if (folder_make(state_dir, STATE_MODE) == -1)
        log_warning("state directory %s: %s; make it, and let this user write there", state_dir,
                    strerror(errno));
    control->run_lock = run_lock_take(state_dir, &holder);
    if (control->run_lock == NULL)
        log_error(
            "state directory %s is in use by another fairlead (process %ld): stop that one, "
            "or set another state_dir",
            state_dir, (long)holder);
    return control->run_lock != NULL;
}

/* Binds and opens what the first configuration asks for; the state of before is put back. */
static bool
prepare_first(struct control *control)
{
    const struct config *config = control->first_config;
    struct config_errors errors = {0};

    if (!take_state_dir(control))
        return false;
    control->event_file = event_file_open(control->loop, control->events, config->state_dir);
    event_log_add(control->events, EVENT_STARTED, "fairlead", "version %s starts",
                  PACKAGE_VERSION);
    bool has_sockets = listener_sockets_prepare(control->sockets, config, &errors);
    bool has_fds = observer_fds_prepare(control->observer_fds, config, &errors);

    print_errors(&errors);
    config_errors_clear(&errors);
    if (!has_sockets || !has_fds)
        return false;
    stickiness_key_load(config, control->stickiness_key);
    return true;
}

static struct admin *
open_admin(struct control *control)
{
    return admin_new(&(struct admin_parts){
        .config = control->first_config,
        .config_path = control->config_path,
        .started_ms = control->started_ms,
        .started_wall_us = control->started_wall_us,
        .loop = control->loop,
        .events = control->events,
        .targets = control->targets,
        .waits = control->waits,
        .registry = control->registry,
        .problems = control->problems,
        .task_events = control->task_events,
        .providers = control->providers,
        .sockets = control->sockets,
        .board = control->board,
        .rates = control->rates,
        .publisher = control->publisher,
        .children = control->children,
        .rollout = control->rollout,
        .readers = control->readers,
        .reload = order_reload,
        .withdraw_reload = withdraw_reload,
        .reload_argument = control,
    });
}

static struct reload *
open_reload(struct control *control)
{
    return reload_new(&(struct reload_parts){
        .config_path = control->config_path,
        .stickiness_key = control->stickiness_key,
        .counters = counter_board_own(control->board),
        .events = control->events,
        .targets = control->targets,
        .registry = control->registry,
        .drain = control->drain,
        .passive = control->passive,
        .providers = control->providers,
        .sockets = control->sockets,
        .observer_fds = control->observer_fds,
        .compiler = control->compiler,
        .rates = control->rates,
        .publisher = control->publisher,
        .children = control->children,
        .rollout = control->rollout,
        .admin = control->admin,
        .readers = control->readers,
    });
}

static void
log_start(const struct config *config)
{
    for (size_t i = 0; i < config->warnings.count; i++)
        log_warning("%s", config->warnings.lines[i]);
    log_notice("fairlead %s: %u workers, %zu listeners, %zu target groups, from %s",
               PACKAGE_VERSION, config->workers, config->listener_count,
               config->target_group_count, config->path);
    if (sandbox_filter_obstacle() != NULL)
        log_warning("workers and observer run without a system call filter: %s",
                    sandbox_filter_obstacle());
}

static bool
start(struct control *control)
{
    struct config *config = control->first_config;

    /* The admin socket first: it tells best that another fairlead is running. */
    control->admin = open_admin(control);
    if (control->admin == NULL || !prepare_first(control))
        return false;
    struct privileges privileges = privileges_find(config->user);
    state_file_load(control->state);
    control->reload = open_reload(control);
    control->first_config = NULL;
    reload_apply(control->reload, config);
    children_start(control->children, &privileges);
    log_start(config);
    return true;
}

int
control_run(const struct control_options *options)
{
    /* The title is written over the arguments. */
    char *config_path = memory_copy_text(options->config_path);
    struct control control = {.config_path = config_path, .is_verbose = options->is_verbose};
    struct config_errors errors = {0};

    memory_join_freed();
    title_set("fairlead: control");
    log_set_role("control");
    log_set_level(options->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
    clock_update();
    control.started_ms = clock_ms();
    control.started_wall_us = clock_wall_us();
    control.first_config = config_load(config_path, &errors);
    print_errors(&errors);
    config_errors_clear(&errors);
    if (control.first_config != NULL)
        log_set_form(control.first_config->log_form);
    privileges_raise_descriptors();
    bool is_started = control.first_config != NULL &&
                      open_parts(&control, control.first_config->workers) && start(&control);
    if (is_started)
        serve(&control);
    close_parts(&control);
    free(config_path);
    return is_started ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
control_check(const char *config_path)
{
    struct config_errors errors = {0};
    char warnings[CONFIG_WARNINGS_SIZE];

    memory_join_freed();
    struct config *config = config_load(config_path, &errors);
    print_errors(&errors);
    config_errors_clear(&errors);
    if (config == NULL)
        return EXIT_FAILURE;
    print_errors(&config->warnings);
    printf("%s: ok%s\n", config_path, config_warnings_text(&config->warnings, warnings));
    config_free(&config);
    return EXIT_SUCCESS;
}
