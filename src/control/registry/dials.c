/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts are few at a time, each with a short patience: start reading at try_next. */
#include "control/registry/dials.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uthash.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/socket.h"

#define DIAL_TAG 0x6469616c
#define ATTEMPTS_AT_ONCE 64
#define PATIENCE_MS 500
/* Between two attempts: the first wait, doubled up to the longest. */
#define WAIT_FIRST_MS 64
#define WAIT_MOST_MS 5000
/* A network that has not answered so often may be none that is reached from here. */
#define SILENCES_MOST 3
#define SILENT_WAIT_MS 60000

struct dial {
    uint32_t tag;
    struct dials *all;
    uint64_t target_id;
    struct address address;
    unsigned wait_ms, silences;
    bool is_queued;
    TAILQ_ENTRY(dial) queue_entry;
    int fd; /* -1: no attempt is under way */
    struct watch watch;
    struct timer timer; /* the attempt's patience, or until the next */
    UT_hash_handle hh;
};

struct dials {
    struct loop *loop;
    struct targets *targets;
    struct dial *by_target;
    TAILQ_HEAD(, dial) queue;
    unsigned attempts;
};

struct dials *
dials_new(struct loop *loop, struct targets *targets)
{
    struct dials *dials = memory_take(1, sizeof(*dials));

    dials->loop = loop;
    dials->targets = targets;
    TAILQ_INIT(&dials->queue);
    return dials;
}

static void
end_attempt(struct dial *dial)
{
    if (dial->fd == -1)
        return;
    watch_close(&dial->watch);
    close(dial->fd);
    dial->fd = -1;
    dial->all->attempts--;
}

static void
stop(struct dial *dial)
{
    end_attempt(dial);
    timer_stop(&dial->timer);
    if (dial->is_queued)
        TAILQ_REMOVE(&dial->all->queue, dial, queue_entry);
    dial->is_queued = false;
}

/* NOLINTBEGIN(readability-function-size): uthash's macros are long. */
static struct dial *
find(struct dials *dials, uint64_t target_id)
{
    struct dial *dial;

    HASH_FIND(hh, dials->by_target, &target_id, sizeof(target_id), dial);
    return dial;
}

static void
drop(struct dial *dial)
{
    struct dials *dials = dial->all;

    stop(dial);
    timer_close(&dial->timer, dials->loop);
    HASH_DEL(dials->by_target, dial);
    dial->tag = 0;
    loop_free_later(dials->loop, dial, NULL);
}

void
dials_free(struct dials **dials)
{
    struct dial *dial, *next;

    if (*dials == NULL)
        return;
    HASH_ITER (hh, (*dials)->by_target, dial, next)
        drop(dial);
    free(*dials);
    *dials = NULL;
}

static struct dial *
add(struct dials *dials, uint64_t target_id, void (*on_time)(void *argument))
{
    struct dial *dial = memory_take(1, sizeof(*dial));

    dial->tag = DIAL_TAG;
    dial->all = dials;
    dial->target_id = target_id;
    dial->fd = -1;
    timer_init(&dial->timer, on_time, dial);
    HASH_ADD(hh, dials->by_target, target_id, sizeof(dial->target_id), dial);
    return dial;
}

/* NOLINTEND(readability-function-size) */

static void on_time(void *argument);
static void try_next(struct dials *dials);

static void
queue(struct dial *dial)
{
    dial->is_queued = true;
    TAILQ_INSERT_TAIL(&dial->all->queue, dial, queue_entry);
    try_next(dial->all);
}

static void
wait_for_next(struct dial *dial)
{
    timer_set(&dial->timer, dial->all->loop, dial->wait_ms);
    dial->wait_ms *= 2;
    if (dial->wait_ms > WAIT_MOST_MS)
        dial->wait_ms = WAIT_MOST_MS;
}

/* error 0: a connection was made. */
static void
judge(struct dial *dial, int error)
{
    struct dials *dials = dial->all;
    struct registered_target *target = targets_find_id(dials->targets, dial->target_id);

    stop(dial);
    if (error == 0 && target != NULL)
        targets_set_dial(dials->targets, target, &dial->address, true);
    else if (error == ECONNREFUSED || ++dial->silences < SILENCES_MOST)
        wait_for_next(dial);
    else
        timer_set(&dial->timer, dials->loop, SILENT_WAIT_MS);
}

static void
on_connected(int fd, short what, void *argument)
{
    struct dial *dial = argument;
    struct dials *dials = dial->all;
    socklen_t length = sizeof(int);
    int error = 0;

    (void)what;
    CHECK_TAG(dial, DIAL_TAG);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1)
        error = errno;
    judge(dial, error);
    try_next(dials);
}

static void
on_time(void *argument)
{
    struct dial *dial = argument;
    struct dials *dials = dial->all;

    CHECK_TAG(dial, DIAL_TAG);
    if (dial->fd == -1) {
        queue(dial);
        return;
    }
    judge(dial, ETIMEDOUT);
    try_next(dials);
}

static void
try_next(struct dials *dials)
{
    struct dial *dial;

    while (dials->attempts < ATTEMPTS_AT_ONCE && (dial = TAILQ_FIRST(&dials->queue)) != NULL) {
        stop(dial);
        dial->fd = socket_connect(&dial->address);
        if (dial->fd == -1) {
            judge(dial, errno);
            continue;
        }
        dials->attempts++;
        watch_open(&dial->watch, dials->loop, dial->fd, WATCH_WRITE, on_connected, dial);
        timer_set(&dial->timer, dials->loop, PATIENCE_MS);
    }
}

static void
begin(struct dial *dial)
{
    stop(dial);
    dial->wait_ms = WAIT_FIRST_MS;
    dial->silences = 0;
    queue(dial);
}

void
dials_set(struct dials *dials, struct registered_target *target,
          const struct address *container, bool is_sure)
{
    static const struct address none = {.family = ADDRESS_NONE};
    struct dial *dial = find(dials, target->id);

    if (is_sure || container->family == ADDRESS_NONE) {
        if (dial != NULL)
            drop(dial);
        targets_set_dial(dials->targets, target, container, false);
        return;
    }
    if (dial != NULL && address_equal(&dial->address, container))
        return;
    if (dial == NULL)
        dial = add(dials, target->id, on_time);
    dial->address = *container;
    targets_set_dial(dials->targets, target, &none, false);
    begin(dial);
}

void
dials_doubt(struct dials *dials, struct registered_target *target)
{
    static const struct address none = {.family = ADDRESS_NONE};
    struct dial *dial = find(dials, target->id);

    if (dial == NULL || target->dial.family == ADDRESS_NONE)
        return;
    targets_set_dial(dials->targets, target, &none, false);
    begin(dial);
}

void
dials_forget(struct dials *dials, struct registered_target *target)
{
    struct dial *dial = find(dials, target->id);

    if (dial != NULL)
        drop(dial);
}
