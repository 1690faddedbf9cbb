/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at upgrade_begin; the steps follow each other upwards from there. */
#include "control/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/short_child.h"
#include "control/handover.h"
#include "control/handover_form.h"
#include "control/parts.h"

/* A configuration with 10,000 certificates takes some seconds. */
#define TRIAL_MS 30000
/* For the answer to leave, and for observer, logger and api role to finish. */
#define STEP_MS 20
#define HELPERS_MS 3000
#define OUTPUT_BYTES 4096
#define REASON_BYTES 512

/* What the trial keeps, from SHORT_CHILD_FD on. */
enum kept { KEPT_PROGRAM, KEPT_OUTPUT, KEPT_HANDOVER, KEPT_COUNT };

enum stage { STAGE_NONE, STAGE_TRIAL, STAGE_HELPERS };

struct upgrade {
    struct parts *parts;
    unsigned number;
    enum stage stage;
    char *path;
    int program_fd; /* -1: none is open */
    pid_t trial_pid;
    int output_fd;
    unsigned waited_ms; /* for the helpers */
    struct upgrade_order *order;
    char *problem;
    struct watch child_watch;
    struct timer timer;
};

static void on_time(void *argument);
static void on_child_signal(int number, short what, void *argument);

struct upgrade *
upgrade_new(struct parts *parts, unsigned number)
{
    struct upgrade *upgrade = memory_take(1, sizeof(*upgrade));

    upgrade->parts = parts;
    upgrade->number = number;
    upgrade->program_fd = upgrade->output_fd = -1;
    timer_init(&upgrade->timer, on_time, upgrade);
    watch_signal(&upgrade->child_watch, parts->loop, SIGCHLD, on_child_signal, upgrade);
    return upgrade;
}

static void
end_trial(struct upgrade *upgrade)
{
    if (upgrade->trial_pid != 0) {
        kill(upgrade->trial_pid, SIGKILL);
        waitpid(upgrade->trial_pid, NULL, 0);
    }
    upgrade->trial_pid = 0;
    if (upgrade->output_fd != -1)
        close(upgrade->output_fd);
    upgrade->output_fd = -1;
}

static void
forget(struct upgrade *upgrade)
{
    timer_stop(&upgrade->timer);
    end_trial(upgrade);
    if (upgrade->program_fd != -1)
        close(upgrade->program_fd);
    upgrade->program_fd = -1;
    upgrade->stage = STAGE_NONE;
}

void
upgrade_free(struct upgrade **upgrade)
{
    if (*upgrade == NULL)
        return;
    forget(*upgrade);
    watch_close(&(*upgrade)->child_watch);
    timer_close(&(*upgrade)->timer, (*upgrade)->parts->loop);
    free((*upgrade)->path);
    free((*upgrade)->problem);
    free(*upgrade);
    *upgrade = NULL;
}

static void
answer(struct upgrade *upgrade, const char *error, const char *text)
{
    struct upgrade_order *order = upgrade->order;

    upgrade->order = NULL;
    if (order != NULL)
        order->on_done(order, error, text);
}

/* Nothing has changed; everybody hears why. */
static void __attribute__((format(printf, 2, 3)))
refuse(struct upgrade *upgrade, const char *format, ...)
{
    char reason[REASON_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    forget(upgrade);
    free(upgrade->problem);
    upgrade->problem = memory_copy_text(reason);
    log_error("no upgrade: %s; version " PACKAGE_VERSION " goes on", reason);
    event_log_add(upgrade->parts->events, EVENT_UPGRADE_REFUSED, "fairlead",
                  "no upgrade: %s; version " PACKAGE_VERSION " goes on", reason);
    answer(upgrade, reason, NULL);
}

/* --- the last steps: observer, logger and api role end, and the program is executed */

static struct process *
helper_at(const struct upgrade *upgrade, unsigned index)
{
    struct processes *processes = children_processes(upgrade->parts->children);

    return index == 0   ? processes_at(processes, PROCESS_OBSERVER)
           : index == 1 ? processes_logger(processes)
                        : processes_api(processes);
}

#define HELPERS 3

static void
end_helpers(struct upgrade *upgrade)
{
    for (unsigned i = 0; i < HELPERS; i++)
        process_set_wanted(helper_at(upgrade, i), false, 0);
}

static void
start_helpers(struct upgrade *upgrade)
{
    const struct observer_fds *fds = upgrade->parts->observer_fds;

    process_set_wanted(helper_at(upgrade, 0), true, 0);
    process_set_wanted(helper_at(upgrade, 1), observer_fds_has_log(fds), 0);
    process_set_wanted(helper_at(upgrade, 2), observer_fds_api(fds) != -1, 0);
}

static bool
have_helpers_ended(const struct upgrade *upgrade)
{
    for (unsigned i = 0; i < HELPERS; i++)
        if (helper_at(upgrade, i)->pid != 0)
            return false;
    return true;
}

/* Whatever is not handed over ends with this program. */
static void
execute(const struct upgrade *upgrade, int handover_fd)
{
    char name[] = "fairlead", file[] = "-f", verbose[] = "-v";
    char *const arguments[] = {name, file, (char *)upgrade->parts->config_path,
                               upgrade->parts->is_verbose ? verbose : NULL, NULL};
    char number[16];
    sigset_t all, before;

    snprintf(number, sizeof(number), "%d", handover_fd);
    setenv(HANDOVER_VARIABLE, number, 1);
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    handover_keep_open(handover_fd, true);
    /* One that comes in between waits for who listens then. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    fexecve(upgrade->program_fd, arguments, environ);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    handover_keep_open(handover_fd, false);
    unsetenv(HANDOVER_VARIABLE);
    errno = error;
}

static void
go_over(struct upgrade *upgrade)
{
    struct parts *parts = upgrade->parts;

    state_file_save(parts->state);
    event_file_flush(parts->event_file);
    int fd = handover_write(parts, upgrade->number + 1);
    if (fd != -1) {
        execute(upgrade, fd);
        int error = errno;
        close(fd);
        errno = error;
    }
    int error = errno;
    start_helpers(upgrade);
    refuse(upgrade, "%s: %s: %s", upgrade->path,
           fd == -1 ? "nothing can be handed over" : "it cannot be executed", strerror(error));
}

static void
await_helpers(struct upgrade *upgrade)
{
    upgrade->waited_ms += STEP_MS;
    if (have_helpers_ended(upgrade)) {
        go_over(upgrade);
        return;
    }
    if (upgrade->waited_ms >= HELPERS_MS)
        for (unsigned i = 0; i < HELPERS; i++)
            process_replace(helper_at(upgrade, i), "it does not finish for the upgrade");
    timer_set(&upgrade->timer, upgrade->parts->loop, STEP_MS);
}

/* --- the trial */

static void
on_time(void *argument)
{
    struct upgrade *upgrade = argument;

    if (upgrade->stage == STAGE_TRIAL)
        refuse(upgrade, "%s: its trial took longer than %d s", upgrade->path, TRIAL_MS / 1000);
    else if (upgrade->stage == STAGE_HELPERS)
        await_helpers(upgrade);
}

static void
accept_trial(struct upgrade *upgrade, const char *verdict)
{
    char *text = memory_print("%s; going over to %s", verdict, upgrade->path);

    log_notice("%s", text);
    event_log_add(upgrade->parts->events, EVENT_UPGRADING, "fairlead", "%s", text);
    answer(upgrade, NULL, text);
    free(text);
    admin_end_streams(upgrade->parts->admin);
    end_helpers(upgrade);
    upgrade->stage = STAGE_HELPERS;
    upgrade->waited_ms = 0;
    timer_set(&upgrade->timer, upgrade->parts->loop, STEP_MS);
}

/* The first line that there is; the verdict is the last one, and alone on its line. */
static const char *
find_verdict(char *output)
{
    char *end = strstr(output, UPGRADE_VERDICT_END "\n");

    if (end == NULL)
        return NULL;
    end[strlen(UPGRADE_VERDICT_END)] = '\0';
    char *line = strrchr(output, '\n');
    line = line == NULL ? output : line + 1;
    return strncmp(line, UPGRADE_VERDICT_START, strlen(UPGRADE_VERDICT_START)) == 0 ? line
                                                                                    : NULL;
}

static void
judge(struct upgrade *upgrade, int status, char *output)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
        const char *verdict = find_verdict(output);
        if (verdict != NULL)
            accept_trial(upgrade, verdict);
        else
            refuse(upgrade, "%s: it is no fairlead that can take over", upgrade->path);
        return;
    }
    output += strspn(output, "\n");
    output[strcspn(output, "\n")] = '\0';
    if (WIFSIGNALED(status))
        refuse(upgrade, "%s: its trial was killed by signal %d (%s)", upgrade->path,
               WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (*output != '\0')
        refuse(upgrade, "%s: its trial failed: %s", upgrade->path, output);
    else
        refuse(upgrade, "%s: its trial ended with status %d", upgrade->path,
               WEXITSTATUS(status));
}

static void
on_child_signal(int number, short what, void *argument)
{
    struct upgrade *upgrade = argument;
    char output[OUTPUT_BYTES];
    int status;

    (void)number;
    (void)what;
    if (upgrade->trial_pid == 0 || waitpid(upgrade->trial_pid, &status, WNOHANG) <= 0)
        return;
    upgrade->trial_pid = 0;
    ssize_t length = read(upgrade->output_fd, output, sizeof(output) - 1);
    output[length > 0 ? length : 0] = '\0';
    end_trial(upgrade);
    timer_stop(&upgrade->timer);
    judge(upgrade, status, output);
}

/* In the child. What it says to people it says to who reads its output; systemd hears nothing.
 */
static void __attribute__((noreturn)) become_trial(const struct upgrade *upgrade)
{
    char name[] = "fairlead", trial[] = "--trial", file[] = "-f";
    char *const arguments[] = {name, trial, file, (char *)upgrade->parts->config_path, NULL};
    char number[16];

    dup2(SHORT_CHILD_FD + KEPT_OUTPUT, STDOUT_FILENO);
    dup2(SHORT_CHILD_FD + KEPT_OUTPUT, STDERR_FILENO);
    snprintf(number, sizeof(number), "%d", SHORT_CHILD_FD + KEPT_HANDOVER);
    setenv(HANDOVER_VARIABLE, number, 1);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("JOURNAL_STREAM");
    fexecve(SHORT_CHILD_FD + KEPT_PROGRAM, arguments, environ);
    dprintf(STDERR_FILENO, "it cannot be executed: %s\n", strerror(errno));
    _exit(EXIT_FAILURE);
}

/* False with errno. */
static bool
start_trial(struct upgrade *upgrade)
{
    int output[2];
    int handover_fd = handover_write(upgrade->parts, upgrade->number + 1);

    if (handover_fd == -1)
        return false;
    if (pipe2(output, O_CLOEXEC | O_NONBLOCK) == -1) {
        close(handover_fd);
        return false;
    }
    const int kept[KEPT_COUNT] = {[KEPT_PROGRAM] = upgrade->program_fd,
                                  [KEPT_OUTPUT] = output[1],
                                  [KEPT_HANDOVER] = handover_fd};
    pid_t pid = short_child_fork(kept, KEPT_COUNT);
    if (pid == 0)
        become_trial(upgrade);
    int error = errno;
    close(output[1]);
    close(handover_fd);
    upgrade->output_fd = output[0];
    upgrade->trial_pid = pid == -1 ? 0 : pid;
    errno = error;
    return pid != -1;
}

/* Only who may change this program anyway can have put it there. */
static const char *
find_fault(int fd)
{
    struct stat status;

    if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode))
        return "it is no file";
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return "it belongs to another user";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "others may write to it";
    if ((status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
        return "it is not executable";
    return NULL;
}

/* What has this program's path now; a package manager has put another file there. */
static char *
find_own_path(void)
{
    static const char gone[] = " (deleted)";
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    path[length > 0 ? length : 0] = '\0';
    size_t end = strlen(path), tail = strlen(gone);
    if (end > tail && strcmp(path + end - tail, gone) == 0)
        path[end - tail] = '\0';
    return memory_copy_text(path);
}

static const char *
find_busy(const struct upgrade *upgrade)
{
    if (upgrade->stage != STAGE_NONE)
        return "another upgrade is under way";
    if (processes_are_stopping(children_processes(upgrade->parts->children)))
        return "fairlead is stopping";
    if (!LIST_EMPTY(&upgrade->parts->rollout->rolls))
        return "a roll is under way: wait for its end";
    return NULL;
}

void
upgrade_begin(struct upgrade *upgrade, const char *path, struct upgrade_order *order)
{
    const char *busy = find_busy(upgrade);

    if (busy != NULL) {
        if (order != NULL)
            order->on_done(order, busy, NULL);
        else
            log_warning("no upgrade: %s", busy);
        return;
    }
    upgrade->order = order;
    free(upgrade->path);
    upgrade->path = path == NULL ? find_own_path() : memory_copy_text(path);
    free(upgrade->problem);
    upgrade->problem = NULL;
    upgrade->program_fd = open(upgrade->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (upgrade->program_fd == -1) {
        refuse(upgrade, "%s: %s", upgrade->path, strerror(errno));
        return;
    }
    const char *fault = find_fault(upgrade->program_fd);
    if (fault != NULL) {
        refuse(upgrade, "%s: %s", upgrade->path, fault);
    } else if (!start_trial(upgrade)) {
        refuse(upgrade, "%s: no trial: %s", upgrade->path, strerror(errno));
    } else {
        upgrade->stage = STAGE_TRIAL;
        timer_set(&upgrade->timer, upgrade->parts->loop, TRIAL_MS);
    }
}

void
upgrade_withdraw(struct upgrade *upgrade)
{
    upgrade->order = NULL;
}

void
upgrade_cancel(struct upgrade *upgrade)
{
    if (upgrade->stage != STAGE_NONE)
        log_notice("the upgrade is given up");
    forget(upgrade);
}

unsigned
upgrade_number(const struct upgrade *upgrade)
{
    return upgrade->number;
}

const char *
upgrade_problem(const struct upgrade *upgrade)
{
    return upgrade->problem;
}
