/* SPDX-License-Identifier: Apache-2.0 */
/* By signals, which mean the same in every version: USR2 retires, TERM stops. */
#include "control/processes/finishing.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

struct finishing_worker {
    pid_t pid;
    int channel_fd;
    bool is_retired, is_stopped;
    TAILQ_ENTRY(finishing_worker) link;
};

TAILQ_HEAD(finishing_workers, finishing_worker);

struct finishing {
    struct finishing_workers workers;
    size_t count;
    struct watch child_watch;
    struct timer look_timer;
    struct loop *loop;
    void (*on_end)(void *argument, pid_t pid);
    void *argument;
};

static void
end(struct finishing *finishing, struct finishing_worker *worker)
{
    pid_t pid = worker->pid;

    TAILQ_REMOVE(&finishing->workers, worker, link);
    finishing->count--;
    close(worker->channel_fd);
    free(worker);
    log_notice("process %ld, a worker of before the upgrade, has finished", (long)pid);
    finishing->on_end(finishing->argument, pid);
}

static void
reap(void *argument)
{
    struct finishing *finishing = argument;
    struct finishing_worker *worker = TAILQ_FIRST(&finishing->workers);

    while (worker != NULL) {
        struct finishing_worker *next = TAILQ_NEXT(worker, link);
        if (waitpid(worker->pid, NULL, WNOHANG) != 0)
            end(finishing, worker);
        worker = next;
    }
}

static void
on_child_signal(int number, short what, void *argument)
{
    (void)number;
    (void)what;
    reap(argument);
}

struct finishing *
finishing_new(struct loop *loop, void (*on_end)(void *argument, pid_t pid), void *argument)
{
    struct finishing *finishing = memory_take(1, sizeof(*finishing));

    TAILQ_INIT(&finishing->workers);
    finishing->loop = loop;
    finishing->on_end = on_end;
    finishing->argument = argument;
    timer_init(&finishing->look_timer, reap, finishing);
    watch_signal(&finishing->child_watch, loop, SIGCHLD, on_child_signal, finishing);
    return finishing;
}

void
finishing_free(struct finishing **freed)
{
    struct finishing *finishing = *freed;
    struct finishing_worker *worker;

    if (finishing == NULL)
        return;
    finishing_kill(finishing);
    watch_close(&finishing->child_watch);
    timer_close(&finishing->look_timer, finishing->loop);
    while ((worker = TAILQ_FIRST(&finishing->workers)) != NULL) {
        TAILQ_REMOVE(&finishing->workers, worker, link);
        close(worker->channel_fd);
        free(worker);
    }
    free(finishing);
    *freed = NULL;
}

void
finishing_add(struct finishing *finishing, pid_t pid, int channel_fd)
{
    struct finishing_worker *worker = memory_take(1, sizeof(*worker));

    worker->pid = pid;
    worker->channel_fd = channel_fd;
    TAILQ_INSERT_TAIL(&finishing->workers, worker, link);
    finishing->count++;
    /* One that ended while nobody listened has no signal to come. */
    timer_set(&finishing->look_timer, finishing->loop, 0);
}

static void
stop(struct finishing_worker *worker)
{
    if (!worker->is_stopped)
        kill(worker->pid, SIGTERM);
    worker->is_stopped = true;
}

void
finishing_retire(struct finishing *finishing)
{
    size_t beyond = finishing->count > FINISHING_MOST ? finishing->count - FINISHING_MOST : 0;
    struct finishing_worker *worker;

    TAILQ_FOREACH (worker, &finishing->workers, link) {
        if (!worker->is_retired)
            kill(worker->pid, SIGUSR2);
        worker->is_retired = true;
        if (beyond > 0) {
            beyond--;
            stop(worker);
        }
    }
}

void
finishing_stop(struct finishing *finishing)
{
    struct finishing_worker *worker;

    TAILQ_FOREACH (worker, &finishing->workers, link)
        stop(worker);
}

void
finishing_kill(struct finishing *finishing)
{
    const struct finishing_worker *worker;

    TAILQ_FOREACH (worker, &finishing->workers, link)
        kill(worker->pid, SIGKILL);
}

size_t
finishing_count(const struct finishing *finishing)
{
    return finishing->count;
}

pid_t
finishing_at(const struct finishing *finishing, size_t index, int *channel_fd)
{
    const struct finishing_worker *worker = TAILQ_FIRST(&finishing->workers);

    while (worker != NULL && index-- > 0)
        worker = TAILQ_NEXT(worker, link);
    if (worker != NULL && channel_fd != NULL)
        *channel_fd = worker->channel_fd;
    return worker == NULL ? 0 : worker->pid;
}

bool
finishing_has(const struct finishing *finishing, pid_t pid)
{
    const struct finishing_worker *worker;

    TAILQ_FOREACH (worker, &finishing->workers, link)
        if (worker->pid == pid)
            return true;
    return false;
}
