/*
 * Makes the parts, connects them, and runs the loop. What happens between the parts is here:
 * a changed target asks for a snapshot, a snapshot goes to the children, and what all workers
 * have applied moves targets on (children.c). Freed in the reverse order of open_parts.
 */
#include "control/control.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/title.h"
#include "control/admin/admin.h"
#include "control/processes/children.h"
#include "control/parts.h"
#include "control/reload.h"
#include "control/rollout/roll.h"
#include "control/processes/snapshot_sources.h"

#define EVENTS_KEPT 10000
#define STATE_MODE 0750
/* Beyond what workers give themselves: then whoever is left is killed. */
#define KILL_AFTER_MS 2000

struct signals {
    struct control *control;
    struct watch term, interrupt, quit, hangup, user;
    struct timer kill_timer;
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
    struct pending_close *pending = memory_take(1, sizeof(*pending));

    *pending = (struct pending_close){target_id, is_evicted, control->pending_closes};
    control->pending_closes = pending;
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

    process_send(processes_at(control->processes, PROCESS_OBSERVER), MESSAGE_check_now,
                 &(struct message_check_now){.target_id = target_id}, -1);
}

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    return snapshot_sources_build(argument, generation, files);
}

static void
on_published(void *argument, uint64_t generation)
{
    struct control *control = argument;
    struct counters *own = counter_board_own(control->board);

    children_send_snapshot(control);
    drain_note_published(control->drain, generation);
    counter_set(&own->values[COUNTER_SNAPSHOT_GENERATION], generation);
}

/* False with a line logged when the system refuses what cannot be done without. */
static bool
open_parts(struct control *control, unsigned workers)
{
    static const struct targets_callbacks target_callbacks = {on_change, on_close, on_gone,
                                                              on_state};
    static const struct publisher_callbacks publisher_callbacks = {build, on_published};

    control->board = counter_board_new(workers);
    control->access_channels = access_channels_new(workers);
    if (control->board == NULL || control->access_channels == NULL) {
        log_error("no memory files or sockets for %u workers: %s; set workers lower", workers,
                  strerror(errno));
        return false;
    }
    control->loop = loop_new();
    control->numbers = numbers_new();
    control->events = event_log_new(EVENTS_KEPT);
    control->problems = problems_new();
    control->publisher = publisher_new(control->loop, &publisher_callbacks, control);
    control->targets =
        targets_new(control->numbers, control->events, &target_callbacks, control);
    control->registry = registry_new(control->targets, control->events);
    control->waits = target_waits_new();
    control->task_events = task_events_new(control->registry);
    control->state = state_file_new(control->loop, control->config->state_dir,
                                    control->registry, control->targets);
    control->drain = drain_new(control->loop, control->targets, in_flight, control);
    control->passive = passive_health_new(control->loop, control->targets, control->events,
                                          check_now, control);
    control->providers = providers_new(
        &(struct provider_parts){control->loop, control->registry, control->problems,
                                 control->events, counter_board_own(control->board)});
    control->sockets = listener_sockets_new(workers, control->numbers);
    control->observer_fds = observer_fds_new();
    control->processes = processes_new(control->loop, workers, &children_callbacks, control);
    return true;
}

static void
close_parts(struct control *control)
{
    admin_free(&control->admin);
    providers_free(&control->providers);
    rolls_free(control);
    processes_free(&control->processes);
    observer_fds_free(&control->observer_fds);
    listener_sockets_free(&control->sockets);
    passive_health_free(&control->passive);
    drain_free(&control->drain);
    state_file_free(&control->state);
    task_events_free(&control->task_events);
    target_waits_free(&control->waits);
    registry_free(&control->registry);
    targets_free(&control->targets);
    publisher_free(&control->publisher);
    snapshot_builder_free(&control->snapshot_builder);
    problems_free(&control->problems);
    event_log_free(&control->events);
    numbers_free(&control->numbers);
    access_channels_free(&control->access_channels);
    counter_board_free(&control->board);
    while (control->pending_closes != NULL) {
        struct pending_close *pending = control->pending_closes;
        control->pending_closes = pending->next;
        free(pending);
    }
    if (control->loop != NULL)
        loop_free(&control->loop);
    run_lock_give_back(&control->run_lock);
    config_free(&control->config);
}

static void
on_kill_time(void *argument)
{
    struct signals *signals = argument;

    log_warning("children are still running; killing them");
    processes_kill(signals->control->processes);
}

static void
on_stop_signal(int number, short what, void *argument)
{
    struct signals *signals = argument;
    struct control *control = signals->control;

    (void)what;
    if (control->is_stopping) {
        log_notice("signal %d again: stopping at once", number);
        processes_kill(control->processes);
        return;
    }
    control->is_stopping = true;
    log_notice("signal %d: stopping when requests in flight are done, in at most %u s", number,
               control->config->shutdown_timeout_ms / 1000);
    state_file_save(control->state);
    admin_close(control->admin);
    access_channels_free(&control->access_channels);
    timer_set(&signals->kill_timer, control->loop,
              control->config->shutdown_timeout_ms + KILL_AFTER_MS);
    processes_stop(control->processes, control->config->shutdown_timeout_ms);
}

static void
on_reload_signal(int number, short what, void *argument)
{
    struct signals *signals = argument;
    struct config_errors errors = {0};

    (void)number;
    (void)what;
    if (!signals->control->is_stopping)
        reload_run(signals->control, &errors);
    config_errors_clear(&errors);
}

static void
on_reopen_signal(int number, short what, void *argument)
{
    struct signals *signals = argument;
    struct control *control = signals->control;

    (void)number;
    (void)what;
    if (!observer_fds_reopen_log(control->observer_fds))
        log_error("access log %s: cannot be opened again: %s; going on with the file before",
                  control->config->access_log_path, strerror(errno));
    children_send_access_file(control);
}

static void
signals_open(struct signals *signals, struct control *control)
{
    struct loop *loop = control->loop;

    signals->control = control;
    signal(SIGPIPE, SIG_IGN);
    watch_signal(&signals->term, loop, SIGTERM, on_stop_signal, signals);
    watch_signal(&signals->interrupt, loop, SIGINT, on_stop_signal, signals);
    watch_signal(&signals->quit, loop, SIGQUIT, on_stop_signal, signals);
    watch_signal(&signals->hangup, loop, SIGHUP, on_reload_signal, signals);
    watch_signal(&signals->user, loop, SIGUSR1, on_reopen_signal, signals);
    timer_init(&signals->kill_timer, on_kill_time, signals);
}

static void
signals_close(struct signals *signals)
{
    watch_close(&signals->term);
    watch_close(&signals->interrupt);
    watch_close(&signals->quit);
    watch_close(&signals->hangup);
    watch_close(&signals->user);
    timer_close(&signals->kill_timer, signals->control->loop);
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
    const char *state_dir = control->config->state_dir;
    pid_t holder = 0;

    if (mkdir(state_dir, STATE_MODE) == -1 && errno != EEXIST)
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
    struct config_errors errors = {0};

    if (!take_state_dir(control))
        return false;
    bool has_sockets = listener_sockets_prepare(control->sockets, control->config, &errors);
    bool has_fds = observer_fds_prepare(control->observer_fds, control->config, &errors);

    print_errors(&errors);
    config_errors_clear(&errors);
    if (!has_sockets || !has_fds)
        return false;
    control->privileges = privileges_find(control->config->user);
    stickiness_key_load(control->config, control->stickiness_key);
    return true;
}

static void
log_start(const struct control *control)
{
    const struct config *config = control->config;

    log_notice("fairlead %s: %u workers, %zu listeners, %zu target groups, from %s",
               PACKAGE_VERSION, config->workers, config->listener_count,
               config->target_group_count, config->path);
}

static bool
start(struct control *control)
{
    struct config *config = control->config;

    /* The admin socket first: it tells best that another fairlead is running. */
    control->admin = admin_new(control);
    if (control->admin == NULL || !prepare_first(control))
        return false;
    state_file_load(control->state);
    control->config = NULL;
    reload_apply(control, config);
    processes_start(control->processes);
    log_start(control);
    return true;
}

int
control_run(const struct control_options *options)
{
    /* The title is written over the arguments. */
    char *config_path = memory_copy_text(options->config_path);
    struct control control = {.config_path = config_path, .is_verbose = options->is_verbose};
    struct config_errors errors = {0};
    struct signals signals = {0};

    memory_join_freed();
    title_set("fairlead: control");
    log_set_role("control");
    log_set_level(options->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
    clock_update();
    control.started_ms = clock_ms();
    control.started_wall_us = clock_wall_us();
    control.config = config_load(config_path, &errors);
    print_errors(&errors);
    config_errors_clear(&errors);
    privileges_raise_descriptors();
    bool is_started = control.config != NULL && open_parts(&control, control.config->workers) &&
                      start(&control);
    if (is_started) {
        signals_open(&signals, &control);
        loop_run(control.loop);
        signals_close(&signals);
        log_notice("stopped");
    }
    close_parts(&control);
    free(config_path);
    return is_started ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
control_check(const char *config_path)
{
    struct config_errors errors = {0};

    memory_join_freed();
    struct config *config = config_load(config_path, &errors);
    print_errors(&errors);
    config_errors_clear(&errors);
    if (config == NULL)
        return EXIT_FAILURE;
    printf("%s: ok\n", config_path);
    config_free(&config);
    return EXIT_SUCCESS;
}
