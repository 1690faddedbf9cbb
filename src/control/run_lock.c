/* SPDX-License-Identifier: Apache-2.0 */
/* The lock file: our own process first, then each child, a line "PID STARTED" each. */
#include "control/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/own_file.h"

/* How long the start waits for children of before; those with requests in flight take longer.
 */
#define FAREWELL_STEP_MS 10
#define FAREWELL_STEPS 50

#define CHILDREN_MAX 512
#define LOCK_MODE 0640

struct run_lock {
    int fd; /* -1: guards nothing */
};

struct past_child {
    pid_t pid;
    unsigned long long started; /* field 22 of /proc/PID/stat: tells a reused pid apart */
};

/* When a process was started, in the system's ticks; 0: there is none. */
static unsigned long long
started_at(pid_t pid)
{
    char path[64], line[1024];
    unsigned long long started = 0;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[length] = '\0';
    /* The name may hold anything: fields are counted from behind its last parenthesis. */
    const char *field = strrchr(line, ')');
    for (int number = 2; field != NULL && number < 22; number++)
        field = strchr(field + 1, ' ');
    if (field != NULL)
        started = strtoull(field, NULL, 10);
    return started;
}

static bool
is_alive(const struct past_child *child)
{
    return child->started != 0 && started_at(child->pid) == child->started;
}

/* The processes that the file names; the first line is the control that wrote it. */
static size_t
read_lines(int fd, struct past_child *lines, size_t most)
{
    size_t count = 0;
    long pid;
    int copy = dup(fd);
    FILE *file = copy == -1 ? NULL : fdopen(copy, "r");

    if (file == NULL)
        return 0;
    rewind(file);
    // NOLINTNEXTLINE(cert-err34-c): the file is our own, and a wrong pid is found by its start
    while (count < most && fscanf(file, "%ld %llu", &pid, &lines[count].started) == 2)
        lines[count++].pid = (pid_t)pid;
    fclose(file);
    return count;
}

static void
wait_for(const struct past_child *children, size_t count)
{
    const struct timespec step = {0, FAREWELL_STEP_MS * 1000000L};
    bool is_waiting = true;

    for (int steps = 0; is_waiting && steps < FAREWELL_STEPS; steps++) {
        is_waiting = false;
        for (size_t i = 0; i < count; i++)
            is_waiting |= is_alive(&children[i]);
        if (is_waiting)
            nanosleep(&step, NULL);
    }
}

/* Whether it calls itself what our children do: whoever else has that number now does not. */
static bool
has_title_of_ours(pid_t pid)
{
    static const char title[] = "fairlead: ";
    char path[64], start[sizeof(title)] = "";

    snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t length = fread(start, 1, sizeof(title) - 1, file);
    fclose(file);
    return length == sizeof(title) - 1 && memcmp(start, title, length) == 0;
}

/* Told by a descriptor of the process, so that its number cannot go to another in between. */
static bool
tell_to_finish(const struct past_child *child)
{
    int fd = child->pid <= 1 ? -1 : pidfd_open(child->pid, 0);
    bool is_told = fd != -1 && is_alive(child) && has_title_of_ours(child->pid) &&
                   pidfd_send_signal(fd, SIGTERM, NULL, 0) == 0;

    if (fd != -1)
        close(fd);
    return is_told;
}

static void
end_past_children(int fd)
{
    struct past_child *lines = memory_take(CHILDREN_MAX, sizeof(*lines));
    size_t count = read_lines(fd, lines, CHILDREN_MAX);
    size_t ended = 0;

    for (size_t i = 1; i < count; i++)
        if (tell_to_finish(&lines[i]))
            ended++;
        else
            lines[i].started = 0; /* none to wait for */
    if (ended > 0) {
        log_notice("%zu processes of a fairlead that died are told to finish", ended);
        wait_for(lines + 1, count - 1);
    }
    free(lines);
}

static void
write_lines(int fd, const pid_t *pids, size_t count)
{
    if (ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1)
        return;
    dprintf(fd, "%ld %llu\n", (long)getpid(), started_at(getpid()));
    for (size_t i = 0; i < count; i++)
        if (pids[i] != 0)
            dprintf(fd, "%ld %llu\n", (long)pids[i], started_at(pids[i]));
}

static struct run_lock *
new_lock(int fd)
{
    struct run_lock *lock = memory_take(1, sizeof(*lock));

    lock->fd = fd;
    return lock;
}

/* What is no file cannot be locked, and stands for nothing: it makes way. */
static int
open_lock(const char *path)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    struct stat status;

    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        log_warning("%s is no regular file: it is replaced", path);
        if (unlink(path) == -1)
            return -1;
    }
    return open(path, flags, LOCK_MODE);
}

/* Only what nobody else can have written is believed. */
static void
end_listed_children(int fd, const char *path)
{
    const char *reason;

    if (own_file_is_ours(fd, &reason))
        end_past_children(fd);
    else
        log_warning("%s: %s; processes that it lists are left alone", path, reason);
}

struct run_lock *
run_lock_take(const char *state_dir, pid_t *holder)
{
    char *path = memory_print("%s/lock", state_dir);
    int fd = open_lock(path);
    struct past_child first = {0};

    *holder = 0;
    if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK) {
        if (read_lines(fd, &first, 1) == 1)
            *holder = first.pid;
        close(fd);
        free(path);
        return NULL;
    }
    if (fd != -1) {
        end_listed_children(fd, path);
        write_lines(fd, NULL, 0);
    }
    free(path);
    return new_lock(fd);
}

void
run_lock_note_children(struct run_lock *lock, const pid_t *pids, size_t count)
{
    if (lock->fd != -1)
        write_lines(lock->fd, pids, count);
}

void
run_lock_give_back(struct run_lock **lock)
{
    if (*lock == NULL)
        return;
    if ((*lock)->fd != -1) {
        if (ftruncate((*lock)->fd, 0) == -1)
            log_debug("the lock file cannot be emptied: %s", strerror(errno));
        close((*lock)->fd);
    }
    free(*lock);
    *lock = NULL;
}

struct run_lock *
run_lock_adopt(int fd)
{
    return new_lock(fd);
}

int
run_lock_fd(const struct run_lock *lock)
{
    return lock->fd;
}
