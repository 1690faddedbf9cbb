/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An epoll set of our own, which the loop watches as one descriptor. libevent's EV_CLOSED would
 * not do: it does not tell of errors, which epoll always reports, so that the loop would spin
 * on a connection that was reset (2.1.12, epoll.c).
 */
#include "net/hangup.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/stream.h"

/* Told in one turn; the others' turn is the next one. */
#define TOLD_MAX 64

struct hangups {
    struct watch watch;
    struct loop_end end;
    int epoll_fd;
};

/* Of the process's loop, with which they end; NULL: nobody has asked yet. */
static struct hangups *hangups;

static bool
control(int operation, struct stream *stream, uint32_t what)
{
    struct epoll_event event = {.events = what | EPOLLONESHOT, .data.ptr = stream};

    return epoll_ctl(hangups->epoll_fd, operation, stream->fd, &event) == 0;
}

/* One at a time: the owner of one may close another. */
static void
on_hangup(int fd, short what, void *argument)
{
    struct epoll_event event;

    (void)what;
    (void)argument;
    for (int told = 0; told < TOLD_MAX && epoll_wait(fd, &event, 1, 0) == 1; told++) {
        struct stream *stream = event.data.ptr;
        bool has_failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        /* Without a wish only failures are told of. */
        if (!has_failed)
            CHECK(control(EPOLL_CTL_MOD, stream, 0));
        stream->callbacks->on_gone(stream->owner, has_failed);
    }
}

static void
on_end(struct loop_end *end)
{
    (void)end;
    watch_close(&hangups->watch);
    close(hangups->epoll_fd);
    free(hangups);
    hangups = NULL;
}

static bool
begin(void)
{
    struct loop *loop = loop_of_process();
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    if (epoll_fd == -1)
        return false;
    hangups = memory_take(1, sizeof(*hangups));
    hangups->epoll_fd = epoll_fd;
    watch_open(&hangups->watch, loop, epoll_fd, WATCH_READ, on_hangup, NULL);
    loop_at_end(loop, &hangups->end, on_end);
    return true;
}

bool
hangup_watch(struct stream *stream)
{
    return (hangups != NULL || begin()) && control(EPOLL_CTL_ADD, stream, EPOLLRDHUP);
}

void
hangup_ignore(struct stream *stream)
{
    CHECK(control(EPOLL_CTL_DEL, stream, 0));
}
