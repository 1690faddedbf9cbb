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
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

/* How long the start waits for children of before; those with requests in flight take longer.
 */
#define FAREWELL_STEP_MS 10
#define FAREWELL_STEPS 50

#define CHILDREN_MAX 512

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

static void
end_past_children(int fd)
{
    struct past_child *lines = memory_take(CHILDREN_MAX, sizeof(*lines));
    size_t count = read_lines(fd, lines, CHILDREN_MAX);
    size_t ended = 0;

    for (size_t i = 1; i < count; i++)
        if (is_alive(&lines[i]) && kill(lines[i].pid, SIGTERM) == 0)
            ended++;
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

struct run_lock *
run_lock_take(const char *state_dir, pid_t *holder)
{
    char *path = memory_print("%s/lock", state_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    struct past_child first = {0};

    free(path);
    *holder = 0;
    if (fd == -1)
        return new_lock(-1);
    if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK) {
        if (read_lines(fd, &first, 1) == 1)
            *holder = first.pid;
        close(fd);
        return NULL;
    }
    end_past_children(fd);
    write_lines(fd, NULL, 0);
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
