/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children get an environment of their own, because control's may hold credentials, and a
 * process group of their own, because an interrupt from the terminal is for control to pass on.
 */
#include "control/processes/process.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sandbox.h"
#include "ipc/counters.h"

#define FIRST_WAIT_MS 100
#define MOST_WAIT_MS 5000
/* A child that ran for this long did not die of its start. */
#define LONG_RUN_MS 500
/* A child closes its channel a moment before it exits by itself. */
#define EXIT_MS 1000
/*
 * An observer tells of each target every five seconds at most; a worker once a second of those
 * that failed. All of them twice at once, and then as many as that: more no child has to say.
 */
#define MESSAGES_AT_ONCE (2 * COUNTERS_TARGET_ROWS)
#define MESSAGES_A_SECOND 20000
#define NONSENSE_MAX 10
/* Descriptors do not become free at once. */
#define RESEND_MS 500

/* struct process has a bit for each. */
_Static_assert(MESSAGE_COUNT <= 32, "too many kinds of messages for process.lacking");

struct processes {
    struct loop *loop;
    unsigned worker_count, count; /* of all slots */
    bool is_started;
    struct process *slots;
    struct process_callbacks callbacks;
    void *argument;
    struct watch child_watch;
    bool is_stopping;
    uint32_t logged_walls[PROCESS_ROLES]; /* by role */
};

static void start(struct process *process);

static void
on_restart_time(void *argument)
{
    start(argument);
}

static void
on_exit_time(void *argument)
{
    const struct process *process = argument;

    log_warning("%s: process %ld does not exit by itself", process->title, (long)process->pid);
    kill(process->pid, SIGKILL);
}

static void
on_resend_time(void *argument)
{
    struct process *process = argument;
    uint32_t lacking = process->lacking;

    process->lacking = 0;
    if (process_is_alive(process))
        process->all->callbacks.on_lacking(process->all->argument, process, lacking);
}

static void on_child_signal(int fd, short what, void *argument);

/* The title is also what tells the child its role. */
static void
name(struct process *process)
{
    if (process->slot == PROCESS_OBSERVER) {
        process->role = PROCESS_IS_OBSERVER;
        snprintf(process->title, sizeof(process->title), "fairlead: observer");
    } else if (process->slot <= process->all->worker_count) {
        process->role = PROCESS_IS_WORKER;
        snprintf(process->title, sizeof(process->title), "fairlead: worker %u", process->slot);
    } else {
        bool is_logger = process->slot == process->all->worker_count + 1;
        process->role = is_logger ? PROCESS_IS_LOGGER : PROCESS_IS_API;
        snprintf(process->title, sizeof(process->title), "fairlead: %s",
                 process_role_text(process->role));
    }
    process->is_wanted =
        process->role == PROCESS_IS_OBSERVER || process->role == PROCESS_IS_WORKER;
}

struct processes *
processes_new(struct loop *loop, unsigned worker_count,
              const struct process_callbacks *callbacks, void *argument)
{
    struct processes *processes = memory_take(1, sizeof(*processes));

    processes->loop = loop;
    processes->worker_count = worker_count;
    processes->count = worker_count + 3;
    processes->slots = memory_take(processes->count, sizeof(*processes->slots));
    processes->callbacks = *callbacks;
    processes->argument = argument;
    for (unsigned slot = 0; slot < processes->count; slot++) {
        struct process *process = &processes->slots[slot];
        process->all = processes;
        process->slot = slot;
        process->state = PROCESS_STOPPED;
        name(process);
        timer_init(&process->restart_timer, on_restart_time, process);
        timer_init(&process->exit_timer, on_exit_time, process);
        timer_init(&process->resend_timer, on_resend_time, process);
    }
    watch_signal(&processes->child_watch, loop, SIGCHLD, on_child_signal, processes);
    return processes;
}

void
processes_free(struct processes **processes)
{
    if (*processes == NULL)
        return;
    processes_kill(*processes);
    for (unsigned slot = 0; slot < (*processes)->count; slot++) {
        struct process *process = &(*processes)->slots[slot];
        timer_close(&process->restart_timer, (*processes)->loop);
        timer_close(&process->exit_timer, (*processes)->loop);
        timer_close(&process->resend_timer, (*processes)->loop);
        if (process->channel != NULL)
            channel_close(&process->channel);
    }
    watch_close(&(*processes)->child_watch);
    free((*processes)->slots);
    free(*processes);
    *processes = NULL;
}

/* Time zone and language, what standard error is (base/log.h), and the switches of sanitizers
 * and coverage; nothing else. */
static char **
make_environment(void)
{
    static const char *const kept[] = {
        "TZ=",           "JOURNAL_STREAM=", "LANG=",         "LC_",
        "ASAN_OPTIONS=", "UBSAN_OPTIONS=",  "LSAN_OPTIONS=", "LLVM_PROFILE_FILE="};
    size_t count = 0, all = 0;

    while (environ[all] != NULL)
        all++;
    char **environment = memory_take(all + 1, sizeof(*environment));
    for (size_t i = 0; i < all; i++) {
        for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++) {
            if (strncmp(environ[i], kept[k], strlen(kept[k])) == 0)
                environment[count++] = environ[i];
        }
    }
    return environment;
}

static int
spawn(struct process *process, int channel_fd)
{
    char *arguments[] = {process->title, NULL};
    char **environment = make_environment();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults, mask;

    sigemptyset(&mask);
    sigfillset(&defaults);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, channel_fd, CHANNEL_FD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &mask);
    int result = posix_spawn(&process->pid, "/proc/self/exe", &actions, &attributes, arguments,
                             environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    if (result != 0)
        process->pid = 0;
    return result;
}

void
process_replace(struct process *process, const char *reason)
{
    if (process->pid == 0)
        return;
    if (process->killed_for == NULL)
        log_warning("%s: process %ld is ended: %s", process->title, (long)process->pid, reason);
    process->killed_for = reason;
    kill(process->pid, SIGKILL);
    channel_close(&process->channel);
}

void
process_note_nonsense(struct process *process, enum message_type type)
{
    if (process->nonsense++ == 0)
        log_warning("%s sent the message %s, which is not its to send", process->title,
                    message_text(type));
    if (process->nonsense > NONSENSE_MAX)
        process_replace(process, "it sends what is not its to send");
}

static bool
is_within_budget(struct process *process)
{
    uint64_t earned = (clock_ms() - process->budget_ms) * MESSAGES_A_SECOND / 1000;

    if (earned > 0) {
        process->budget_ms = clock_ms();
        process->budget = earned > MESSAGES_AT_ONCE - process->budget
                              ? MESSAGES_AT_ONCE
                              : process->budget + (unsigned)earned;
    }
    if (process->budget == 0)
        return false;
    process->budget--;
    return true;
}

static void
note_lacking(struct process *process, uint32_t type)
{
    if (type >= MESSAGE_COUNT || message_fd_count((enum message_type)type) == 0) {
        process_note_nonsense(process, MESSAGE_shortage);
        return;
    }
    if (message_manner((enum message_type)type) == MESSAGE_ANSWERED)
        channel_go_on(process->channel);
    process->lacking |= UINT32_C(1) << type;
    if (!timer_is_set(&process->resend_timer))
        timer_set(&process->resend_timer, process->all->loop, RESEND_MS);
}

/* Its first message, before a stranger has spoken to it; told in the log where it is news. */
static void
note_walls(struct process *process, uint32_t standing)
{
    uint32_t *logged = &process->all->logged_walls[process->role];
    char text[SANDBOX_WALLS_SIZE], missing[SANDBOX_WALLS_SIZE];

    if (process->walls != 0) {
        process_note_nonsense(process, MESSAGE_walls);
        return;
    }
    process->walls = standing & SANDBOX_WALLS_ALL;
    if (*logged == process->walls)
        return;
    *logged = process->walls;
    sandbox_describe_walls(process->walls, text);
    sandbox_describe_walls(SANDBOX_WALLS_ALL & ~process->walls, missing);
    log_notice("%s: walls around it: %s%s%s", process->title, text,
               *missing == '\0' ? "" : "; missing: ", missing);
}

static void
note_applied(struct process *process, uint64_t generation)
{
    process->applied_generation = generation;
    if (generation != 0)
        process->state = PROCESS_RUNNING;
    channel_go_on(process->channel);
}

static void
on_message(void *owner, const struct message *message)
{
    struct process *process = owner;

    if (!is_within_budget(process)) {
        channel_drop_fd(message->fd);
        process_replace(process, "it sends too many messages");
    } else if (message->type == MESSAGE_shortage) {
        note_lacking(process, message->as.shortage.type);
    } else if (message->type == MESSAGE_walls) {
        note_walls(process, message->as.walls.standing);
    } else {
        if (message->type == MESSAGE_applied)
            note_applied(process, message->as.applied.generation);
        process->all->callbacks.on_message(process->all->argument, process, message);
    }
}

/* What it sent is lost; who waits for it will ask again. */
static void
on_shortage(void *owner, enum message_type type)
{
    struct process *process = owner;

    if (!is_within_budget(process))
        process_replace(process, "it sends too many messages");
    else if (process->nonsense++ == 0)
        log_warning("%s: no descriptor came with its message %s", process->title,
                    message_text(type));
}

/* Without its channel it is of no use; its death will be reported by the system. */
static void
on_channel_end(void *owner, const char *reason)
{
    struct process *process = owner;

    log_debug("%s: channel ended: %s", process->title, reason);
    /* One that was asked to stop closes its end before it exits. */
    if (process->pid != 0 && process->is_wanted && !process->all->is_stopping)
        timer_set(&process->exit_timer, process->all->loop, EXIT_MS);
}

static void
schedule_restart(struct process *process)
{
    if (process->all->is_stopping || !process->is_wanted) {
        process->state = PROCESS_STOPPED;
        return;
    }
    process->state = PROCESS_WAITING;
    if (clock_ms() - process->started_ms >= LONG_RUN_MS)
        process->wait_ms = 0;
    timer_set(&process->restart_timer, process->all->loop, process->wait_ms);
    process->wait_ms = process->wait_ms == 0 ? FIRST_WAIT_MS : process->wait_ms * 2;
    if (process->wait_ms > MOST_WAIT_MS)
        process->wait_ms = MOST_WAIT_MS;
}

static void
start(struct process *process)
{
    static const struct channel_callbacks callbacks = {on_message, on_channel_end, on_shortage};
    int fds[2];

    process->started_ms = clock_ms();
    process->sent_base = 0;
    process->applied_generation = 0;
    process->killed_for = NULL;
    process->is_hung = false;
    process->silent_ms = process->nonsense = 0;
    process->lacking = process->walls = 0;
    process->budget_ms = process->budget = 0; /* the first message fills it */
    if (channel_pair(fds) == -1) {
        log_error("%s: no channel: %s; will try again", process->title, strerror(errno));
        schedule_restart(process);
        return;
    }
    int error = spawn(process, fds[1]);
    close(fds[1]);
    if (error != 0) {
        close(fds[0]);
        log_error("%s: cannot be started: %s; will try again", process->title, strerror(error));
        schedule_restart(process);
        return;
    }
    process->state = PROCESS_STARTING;
    process->channel = channel_open(fds[0], &callbacks, process);
    channel_start(process->channel, process->all->loop);
    process->all->callbacks.on_start(process->all->argument, process);
}

void
processes_start(struct processes *processes)
{
    processes->is_started = true;
    for (unsigned slot = 0; slot < processes->count; slot++) {
        if (processes->slots[slot].is_wanted)
            start(&processes->slots[slot]);
    }
}

void
process_set_wanted(struct process *process, bool is_wanted, unsigned stop_timeout_ms)
{
    struct processes *processes = process->all;

    if (process->is_wanted == is_wanted || processes->is_stopping)
        return;
    process->is_wanted = is_wanted;
    if (!processes->is_started)
        return;
    if (is_wanted && process->pid == 0) {
        start(process);
    } else if (!is_wanted) {
        timer_stop(&process->restart_timer);
        process_send(process, MESSAGE_shutdown,
                     &(struct message_shutdown){.timeout_ms = stop_timeout_ms}, -1);
    }
}

static void
describe_end(struct process *process, int status)
{
    if (process->killed_for != NULL && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        snprintf(process->last_end, sizeof(process->last_end), "was ended: %s",
                 process->killed_for);
    else if ((process->all->is_stopping || !process->is_wanted) && WIFEXITED(status) &&
             WEXITSTATUS(status) == 0)
        snprintf(process->last_end, sizeof(process->last_end), "has stopped");
    else if (WIFSIGNALED(status))
        snprintf(process->last_end, sizeof(process->last_end), "was killed by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(process->last_end, sizeof(process->last_end), "exited with status %d",
                 WEXITSTATUS(status));
}

static bool
are_all_stopped(const struct processes *processes)
{
    for (unsigned slot = 0; slot < processes->count; slot++) {
        if (processes->slots[slot].pid != 0)
            return false;
    }
    return true;
}

static void
note_end(struct process *process, int status)
{
    struct processes *processes = process->all;

    describe_end(process, status);
    bool is_done = processes->is_stopping || !process->is_wanted;
    log_notice("%s: process %ld %s%s", process->title, (long)process->pid, process->last_end,
               is_done ? "" : "; starting it again");
    process->pid = 0;
    timer_stop(&process->exit_timer);
    timer_stop(&process->resend_timer);
    channel_close(&process->channel);
    schedule_restart(process);
    if (!is_done) {
        process->restarts++;
        processes->callbacks.on_end(processes->argument, process);
    } else if (processes->is_stopping && are_all_stopped(processes)) {
        processes->callbacks.on_end(processes->argument, NULL);
    }
}

static void
on_child_signal(int fd, short what, void *argument)
{
    struct processes *processes = argument;

    (void)fd;
    (void)what;
    for (unsigned slot = 0; slot < processes->count; slot++) {
        struct process *process = &processes->slots[slot];
        int status;
        if (process->pid != 0 && waitpid(process->pid, &status, WNOHANG) == process->pid)
            note_end(process, status);
    }
}

void
processes_stop(struct processes *processes, unsigned timeout_ms)
{
    struct message_shutdown shutdown = {.timeout_ms = timeout_ms};

    processes->is_stopping = true;
    for (unsigned slot = 0; slot < processes->count; slot++)
        timer_stop(&processes->slots[slot].restart_timer);
    for (unsigned slot = 0; slot < processes->count; slot++)
        process_send(&processes->slots[slot], MESSAGE_shutdown, &shutdown, -1);
    if (are_all_stopped(processes))
        processes->callbacks.on_end(processes->argument, NULL);
}

void
processes_kill(struct processes *processes)
{
    for (unsigned slot = 0; slot < processes->count; slot++) {
        struct process *process = &processes->slots[slot];
        if (process->pid == 0)
            continue;
        process->killed_for = "it was still running at the end of the stop";
        kill(process->pid, SIGKILL);
    }
}

uint32_t
processes_walls(const struct processes *processes)
{
    uint32_t walls = SANDBOX_WALLS_ALL;

    for (unsigned slot = 0; slot < processes->count; slot++)
        if (processes->slots[slot].walls != 0)
            walls &= processes->slots[slot].walls;
    return walls;
}

bool
processes_are_stopping(const struct processes *processes)
{
    return processes->is_stopping;
}

bool
processes_have_stopped(const struct processes *processes)
{
    return processes->is_stopping && are_all_stopped(processes);
}

unsigned
processes_worker_count(const struct processes *processes)
{
    return processes->worker_count;
}

struct process *
processes_at(struct processes *processes, unsigned slot)
{
    CHECK(slot < processes->count);
    return &processes->slots[slot];
}

unsigned
processes_count(const struct processes *processes)
{
    return processes->count;
}

struct process *
processes_logger(struct processes *processes)
{
    return &processes->slots[processes->worker_count + 1];
}

struct process *
processes_api(struct processes *processes)
{
    return &processes->slots[processes->worker_count + 2];
}

bool
process_is_worker(const struct process *process)
{
    return process->role == PROCESS_IS_WORKER;
}

bool
process_is_alive(const struct process *process)
{
    return process->channel != NULL && process->pid != 0;
}

void
process_send(struct process *process, enum message_type type, const void *payload, int fd)
{
    if (process_is_alive(process))
        channel_send(process->channel, type, payload, fd);
}

void
processes_send_workers(struct processes *processes, enum message_type type, const void *payload,
                       int fd)
{
    for (unsigned slot = 1; slot <= processes->worker_count; slot++)
        process_send(&processes->slots[slot], type, payload, fd);
}

uint64_t
processes_applied_generation(const struct processes *processes, uint64_t newest)
{
    uint64_t least = newest;

    for (unsigned slot = 1; slot <= processes->worker_count; slot++) {
        const struct process *process = &processes->slots[slot];
        if (process_is_alive(process) && !process->is_hung &&
            process->applied_generation < least)
            least = process->applied_generation;
    }
    return least;
}

const char *
process_state_text(enum process_state state)
{
    static const char *const words[] = {"starting", "running", "waiting", "stopped"};

    return words[state];
}

const char *
process_role_text(enum process_role role)
{
    static const char *const words[] = {"observer", "worker", "logger", "api"};

    return words[role];
}
