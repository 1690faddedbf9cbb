/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to the end: the start in its order, signals, and the stop. */
#include "control/control.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sandbox.h"
#include "base/title.h"
#include "control/certificates/certificate_reader.h"
#include "control/child_words.h"
#include "control/event_file.h"
#include "control/handover.h"
#include "control/parts.h"
#include "control/signals.h"

#define STATE_MODE 0750
/* Beyond what workers give themselves: then whoever is left is killed. */
#define KILL_AFTER_MS 2000

struct control {
    struct parts parts;
    struct signals signals;
    struct timer kill_timer; /* of a stop */
    bool is_stopping;
};

static void on_stop_signal(void *argument, int number);
static void on_reload_signal(void *argument);
static void on_reopen_signal(void *argument);
static void on_upgrade_signal(void *argument);
static void on_kill_time(void *argument);

/* Before there is a child: one that comes while they are started finds all of them later. */
static void
open_signals(struct control *control)
{
    static const struct signals_callbacks callbacks = {on_stop_signal, on_reload_signal,
                                                       on_reopen_signal, on_upgrade_signal};

    timer_init(&control->kill_timer, on_kill_time, control);
    signals_open(&control->signals, control->parts.loop, &callbacks, control);
}

static void
on_kill_time(void *argument)
{
    struct control *control = argument;

    log_warning("children are still running; killing them");
    processes_kill(children_processes(control->parts.children));
    finishing_kill(control->parts.finishing);
}

static void
on_stop_signal(void *argument, int number)
{
    struct control *control = argument;
    struct processes *processes = children_processes(control->parts.children);
    unsigned timeout_ms = reload_config(control->parts.reload)->shutdown_timeout_ms;

    if (control->is_stopping) {
        log_notice("signal %d again: stopping at once", number);
        processes_kill(processes);
        finishing_kill(control->parts.finishing);
        return;
    }
    control->is_stopping = true;
    event_log_add(control->parts.events, EVENT_STOPPING, "fairlead", "stops: signal %d",
                  number);
    log_notice("signal %d: stopping when requests in flight are done, in at most %u s", number,
               timeout_ms / 1000);
    supervisor_tell_stop(timeout_ms + 2 * KILL_AFTER_MS);
    state_file_save(control->parts.state);
    upgrade_cancel(control->parts.upgrade);
    rollout_stop(control->parts.rollout);
    scheduler_stop(control->parts.scheduler);
    admin_close(control->parts.admin);
    reload_stop(control->parts.reload);
    timer_set(&control->kill_timer, control->parts.loop, timeout_ms + KILL_AFTER_MS);
    finishing_stop(control->parts.finishing);
    processes_stop(processes, timeout_ms);
    /* The last end of a worker's log records: none is started any more that would get it. */
    access_channels_free(&control->parts.access_channels);
}

static void
on_reload_signal(void *argument)
{
    struct control *control = argument;

    reload_request(control->parts.reload, NULL);
}

static void
on_reopen_signal(void *argument)
{
    struct control *control = argument;

    observer_fds_reopen_logs(control->parts.observer_fds);
    children_reopen_logs(control->parts.children);
}

static void
on_upgrade_signal(void *argument)
{
    struct control *control = argument;

    upgrade_begin(control->parts.upgrade, NULL, NULL);
}

/* False with a line logged. */
static bool
open_parts(struct control *control)
{
    control->parts.loop = loop_new();
    open_signals(control);
    return parts_open(&control->parts, &child_words);
}

static void
close_parts(struct control *control)
{
    parts_close(&control->parts);
    if (control->parts.loop != NULL) {
        signals_close(&control->signals);
        timer_close(&control->kill_timer, control->parts.loop);
        loop_free(&control->parts.loop);
    }
    run_lock_give_back(&control->parts.run_lock);
    reload_free(&control->parts.reload);
    config_free(&control->parts.first_config);
    config_source_clear(&control->parts.first_source);
    objects_free(&control->parts.objects);
}

/* Those that came while this process was between two programs come now. */
static void
let_signals_in(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
serve(struct control *control)
{
    let_signals_in();
    loop_run(control->parts.loop);
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
    const char *state_dir = control->parts.first_config->state_dir;
    pid_t holder = 0;

    if (folder_make(state_dir, STATE_MODE) == -1)
        log_warning("state directory %s: %s; make it, and let this user write there", state_dir,
                    strerror(errno));
    if (control->parts.past != NULL)
        control->parts.run_lock = handover_lock(control->parts.past, state_dir);
    if (control->parts.run_lock == NULL)
        control->parts.run_lock = run_lock_take(state_dir, &holder);
    if (control->parts.run_lock == NULL)
        log_error(
            "state directory %s is in use by another fairlead (process %ld): stop that one, "
            "or set another state_dir",
            state_dir, (long)holder);
    return control->parts.run_lock != NULL;
}

static bool
prepare_certificates(struct parts *parts)
{
    const char *reason = NULL;

    if (certificate_store_prepare(parts->certificates, &parts->first_certificates, &reason))
        return true;
    log_error("the certificates cannot be used: %s", reason);
    return false;
}

static void
note_start(struct parts *parts)
{
    if (parts->past == NULL)
        event_log_add(parts->events, EVENT_STARTED, "fairlead", "version %s starts",
                      PACKAGE_VERSION);
    else
        event_log_add(parts->events, EVENT_UPGRADING, "fairlead",
                      "version %s goes on for version %s", PACKAGE_VERSION,
                      handover_version(parts->past));
}

/* Binds and opens what the first configuration asks for; the state of before is put back. */
static bool
prepare_first(struct control *control)
{
    const struct config *config = control->parts.first_config;
    struct config_errors errors = {0};

    if (!take_state_dir(control))
        return false;
    control->parts.event_file =
        event_file_open(control->parts.loop, control->parts.events, config->state_dir);
    note_start(&control->parts);
    if (control->parts.past != NULL)
        handover_put_sockets(control->parts.past, &control->parts);
    control->parts.store = socket_store_new(control->parts.sockets);
    bool has_sockets = listener_sockets_prepare(control->parts.sockets, config, &errors);
    bool has_fds = observer_fds_prepare(control->parts.observer_fds, config, &errors);

    print_errors(&errors);
    config_errors_clear(&errors);
    if (!has_sockets || !has_fds || !prepare_certificates(&control->parts))
        return false;
    stickiness_key_load(config, control->parts.stickiness_key);
    access_keys_load(control->parts.keys);
    return true;
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
    struct config *config = control->parts.first_config;
    struct handover *past = control->parts.past;

    control->parts.upgrade =
        upgrade_new(&control->parts, past == NULL ? 0 : handover_number(past));
    /* The admin socket first: it tells best that another fairlead is running. */
    control->parts.admin = parts_open_admin(&control->parts);
    if (control->parts.admin == NULL || !prepare_first(control))
        return false;
    struct privileges privileges = privileges_find(config->user);
    if (past == NULL || !handover_put_state(past, &control->parts))
        state_file_load(control->parts.state);
    if (past != NULL)
        handover_put_children(past, &control->parts);
    control->parts.reload = parts_open_reload(&control->parts);
    control->parts.first_config = NULL;
    reload_begin(control->parts.reload, config, &control->parts.first_source);
    children_start(control->parts.children, &privileges);
    log_start(config);
    handover_free(&control->parts.past);
    return true;
}

/* In the place of those that were handed over, unless these say the same; false with errno. */
static bool
write_certificates(struct certificate_reader *reader, struct certificate_files *certificates)
{
    struct certificate_files written;

    if (!certificate_files_make(&written))
        return false;
    if (!certificate_reader_write(reader, &written)) {
        int reason = errno;
        certificate_files_close(&written);
        errno = reason;
        return false;
    }
    if (certificates->fd != -1 && certificate_files_are_empty(&written)) {
        certificate_files_close(&written);
        return true;
    }
    certificate_files_close(certificates);
    *certificates = written;
    return true;
}

/* What API calls have made. False with a line logged. */
static bool
find_objects(void *argument, const char *state_dir)
{
    struct objects *objects = argument;
    char *reason = NULL;
    bool is_loaded = objects_load(objects, state_dir, &reason);

    if (!is_loaded)
        log_error("%s", reason);
    free(reason);
    return is_loaded;
}

/* With its certificates, some of which may have been handed over; NULL with lines printed. */
static struct config *
load_first(struct parts *parts)
{
    struct certificate_files *certificates = &parts->first_certificates;
    struct certificate_reader *reader = certificate_reader_new(certificates);
    const struct config_beside beside = {objects_additions(parts->objects), find_objects,
                                         parts->objects};
    struct config_errors errors = {0};

    certificate_reader_begin_anew(reader);
    struct config *config =
        config_load_beside(parts->config_path, &beside, certificate_reader_inspector(reader),
                           &parts->first_source, &errors);
    print_errors(&errors);
    config_errors_clear(&errors);
    if (config != NULL && !write_certificates(reader, certificates)) {
        log_error("there is no memory file for certificates: %s", strerror(errno));
        config_free(&config);
    }
    certificate_reader_free(&reader);
    return config;
}

/* The number of workers changes only with a restart. */
static void
load_config(struct parts *parts)
{
    parts->objects = objects_new();
    parts->first_config = load_first(parts);
    if (parts->first_config != NULL && parts->past != NULL &&
        handover_workers(parts->past) != 0)
        parts->first_config->workers = handover_workers(parts->past);
}

int
control_run(const struct control_options *options)
{
    /* The title is written over the arguments. */
    char *config_path = memory_copy_text(options->config_path);
    struct control control = {.parts = {.config_path = config_path,
                                        .is_verbose = options->is_verbose,
                                        .first_certificates = CERTIFICATE_FILES_NONE}};

    memory_join_freed();
    title_set("fairlead: control");
    log_set_role("control");
    log_set_level(options->is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
    clock_update();
    control.parts.started_ms = clock_ms();
    control.parts.started_wall_us = clock_wall_us();
    control.parts.past = handover_receive(false);
    if (control.parts.past != NULL)
        control.parts.first_certificates = handover_certificates(control.parts.past);
    load_config(&control.parts);
    if (control.parts.first_config != NULL)
        log_set_form(control.parts.first_config->log_form);
    privileges_raise_descriptors();
    bool is_started =
        control.parts.first_config != NULL && open_parts(&control) && start(&control);
    if (is_started)
        serve(&control);
    close_parts(&control);
    certificate_files_close(&control.parts.first_certificates);
    free(config_path);
    return is_started ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Of the trial: it takes no lock, no socket, no child, and writes nothing. */
static bool
could_start(struct control *control)
{
    struct parts *parts = &control->parts;
    const char *obstacle = handover_obstacle(parts->past, parts->first_config);

    if (obstacle != NULL) {
        fprintf(stderr, "%s: %s\n", parts->config_path, obstacle);
        return false;
    }
    handover_free(&parts->past); /* its descriptors are not ours */
    return open_parts(control) && prepare_certificates(parts);
}

int
control_try(const struct control_options *options)
{
    struct control control = {.parts = {.config_path = options->config_path,
                                        .first_certificates = CERTIFICATE_FILES_NONE,
                                        .past = handover_receive(true)}};

    memory_join_freed();
    clock_update();
    if (control.parts.past == NULL) {
        fprintf(stderr,
                "fairlead --trial is for a running fairlead: use fairleadctl upgrade\n");
        return EXIT_FAILURE;
    }
    load_config(&control.parts);
    bool is_good = control.parts.first_config != NULL && could_start(&control);
    close_parts(&control);
    certificate_files_close(&control.parts.first_certificates);
    if (is_good)
        puts(UPGRADE_VERDICT_START PACKAGE_VERSION UPGRADE_VERDICT_END);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
control_check(const char *config_path)
{
    struct certificate_reader *reader = certificate_reader_new(NULL);
    struct config_errors errors = {0};
    char warnings[CONFIG_WARNINGS_SIZE];

    memory_join_freed();
    struct config *config =
        config_load(config_path, certificate_reader_inspector(reader), &errors);
    certificate_reader_free(&reader);
    print_errors(&errors);
    config_errors_clear(&errors);
    if (config == NULL)
        return EXIT_FAILURE;
    print_errors(&config->warnings);
    printf("%s: ok%s\n", config_path, config_warnings_text(&config->warnings, warnings));
    config_free(&config);
    return EXIT_SUCCESS;
}
