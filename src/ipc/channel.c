/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets over a SOCK_SEQPACKET pair. What the socket does not take at once waits in a queue
 * with its own copy of the descriptor. Failures of sending shut the socket down, so that they
 * are told to the owner from the read side, like every other end.
 */
#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"

#define CHANNEL_TAG 0x6368616e

/* A child that stopped reading is as good as dead before this many messages wait for it. */
#define QUEUED_MAX 65536

/* Messages taken in one turn, so that a talkative child cannot starve the others. */
#define RECEIVED_A_TURN 64

/* One descriptor more than any message carries, to notice it. */
#define FDS_MAX 2

struct queued {
    STAILQ_ENTRY(queued) entry;
    size_t length;
    int fd; /* ours; -1: none */
    struct message_packet packet;
};

struct channel {
    uint32_t tag;
    int fd; /* -1 after the end */
    const struct channel_callbacks *callbacks;
    void *owner;
    struct loop *loop; /* NULL before channel_start */
    struct watch readable, writable;
    STAILQ_HEAD(, queued) queue;
    unsigned queued_count;
    const char *end_reason; /* why sending failed; NULL: it did not */
};

int
channel_pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds);
}

struct channel *
channel_open(int fd, const struct channel_callbacks *callbacks, void *owner)
{
    struct channel *channel = memory_take(1, sizeof(*channel));

    channel->tag = CHANNEL_TAG;
    channel->fd = fd;
    channel->callbacks = callbacks;
    channel->owner = owner;
    STAILQ_INIT(&channel->queue);
    return channel;
}

static void
drop_first(struct channel *channel)
{
    struct queued *first = STAILQ_FIRST(&channel->queue);

    STAILQ_REMOVE_HEAD(&channel->queue, entry);
    channel->queued_count--;
    if (first->fd != -1)
        close(first->fd);
    free(first);
}

/* Ends the conversation; the memory stays. */
static void
end(struct channel *channel)
{
    watch_close(&channel->readable);
    watch_close(&channel->writable);
    while (!STAILQ_EMPTY(&channel->queue))
        drop_first(channel);
    if (channel->fd != -1)
        close(channel->fd);
    channel->fd = -1;
}

void
channel_close(struct channel **channel)
{
    struct channel *closed = *channel;

    *channel = NULL;
    if (closed == NULL)
        return;
    CHECK_TAG(closed, CHANNEL_TAG);
    end(closed);
    closed->tag = 0;
    if (closed->loop == NULL)
        free(closed);
    else
        loop_free_later(closed->loop, closed, NULL);
}

/* The read side meets the shutdown and tells the owner. */
static void
fail_sending(struct channel *channel, const char *reason)
{
    if (channel->end_reason != NULL)
        return;
    channel->end_reason = reason;
    shutdown(channel->fd, SHUT_RDWR);
}

static bool
would_block(int reason)
{
    return reason == EAGAIN || reason == EWOULDBLOCK;
}

/* 0, or the errno. */
static int
send_packet(int channel_fd, const struct message_packet *packet, size_t length, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)(uintptr_t)packet, length};
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};

    if (fd != -1) {
        header.msg_control = &control;
        header.msg_controllen = sizeof(control);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &fd, sizeof(int));
    }
    for (;;) {
        if (sendmsg(channel_fd, &header, MSG_NOSIGNAL) != -1)
            return 0;
        if (errno != EINTR)
            return errno;
    }
}

static void
on_writable(int fd, short what, void *argument)
{
    struct channel *channel = argument;

    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    while (!STAILQ_EMPTY(&channel->queue)) {
        const struct queued *first = STAILQ_FIRST(&channel->queue);
        int reason = send_packet(fd, &first->packet, first->length, first->fd);
        if (would_block(reason))
            return;
        if (reason != 0)
            fail_sending(channel, "a message could not be sent");
        drop_first(channel);
    }
    watch_close(&channel->writable);
}

static void
wait_until_writable(struct channel *channel)
{
    if (channel->loop != NULL && !watch_is_active(&channel->writable))
        watch_open(&channel->writable, channel->loop, channel->fd, WATCH_WRITE, on_writable,
                   channel);
}

static void
enqueue(struct channel *channel, const struct message_packet *packet, size_t length, int fd)
{
    int own_fd = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (fd != -1 && own_fd == -1) {
        fail_sending(channel, "no descriptor was left for a queued message");
        return;
    }
    struct queued *queued = memory_take(1, sizeof(*queued));
    queued->length = length;
    queued->fd = own_fd;
    memcpy(&queued->packet, packet, length);
    STAILQ_INSERT_TAIL(&channel->queue, queued, entry);
    channel->queued_count++;
    wait_until_writable(channel);
}

void
channel_send(struct channel *channel, enum message_type type, const void *payload, int fd)
{
    struct message_packet packet;
    int reason = EAGAIN;

    CHECK_TAG(channel, CHANNEL_TAG);
    CHECK((fd != -1) == (message_fd_count(type) == 1));
    if (channel->fd == -1 || channel->end_reason != NULL)
        return;
    size_t length = message_encode(&packet, type, payload);
    if (STAILQ_EMPTY(&channel->queue))
        reason = send_packet(channel->fd, &packet, length, fd);
    if (would_block(reason) && channel->queued_count < QUEUED_MAX)
        enqueue(channel, &packet, length, fd);
    else if (reason != 0)
        fail_sending(channel, would_block(reason) ? "too many messages wait"
                                                  : "a message could not be sent");
}

/* The descriptors that came with a packet: how many, and the first; the others are closed. */
static unsigned
take_fds(struct msghdr *header, int *first)
{
    unsigned total = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL;
         part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
            if (total++ == 0)
                *first = fd;
            else
                close(fd);
        }
    }
    return total;
}

enum received { RECEIVED_MESSAGE, RECEIVED_NOTHING, RECEIVED_END, RECEIVED_NONSENSE };

/*
 * A reset says that the other side went without reading everything; what it sent before is
 * still to come, and then the end.
 */
static bool
is_worth_another_try(int reason)
{
    return would_block(reason) || reason == EINTR || reason == ECONNRESET;
}

static enum received
receive(int channel_fd, struct message *message)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    struct message_packet packet;
    struct iovec piece = {&packet, sizeof(packet)};
    struct msghdr header = {.msg_iov = &piece,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};
    int fd = -1;
    ssize_t length = recvmsg(channel_fd, &header, MSG_CMSG_CLOEXEC);

    if (length == -1)
        return is_worth_another_try(errno) ? RECEIVED_NOTHING : RECEIVED_END;
    unsigned fd_count = take_fds(&header, &fd);
    if (length == 0 && fd_count == 0)
        return RECEIVED_END;
    bool is_cut = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (is_cut ||
        !message_decode(message, slice_make((const char *)&packet, (size_t)length), fd_count)) {
        if (fd != -1)
            close(fd);
        return RECEIVED_NONSENSE;
    }
    message->fd = fd;
    return RECEIVED_MESSAGE;
}

static void
tell_end(struct channel *channel, enum received how)
{
    const char *reason = channel->end_reason;

    if (reason == NULL)
        reason = how == RECEIVED_END ? "the other side is gone" : "a message was malformed";
    end(channel);
    channel->callbacks->on_end(channel->owner, reason);
}

/* The owner may close the channel in on_message: its memory stays until the turn's end. */
static void
on_readable(int fd, short what, void *argument)
{
    struct channel *channel = argument;

    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    for (int i = 0; i < RECEIVED_A_TURN && channel->fd == fd; i++) {
        struct message message;
        enum received how = receive(fd, &message);
        if (how == RECEIVED_NOTHING)
            return;
        if (how != RECEIVED_MESSAGE) {
            tell_end(channel, how);
            return;
        }
        channel->callbacks->on_message(channel->owner, &message);
    }
}

void
channel_start(struct channel *channel, struct loop *loop)
{
    CHECK_TAG(channel, CHANNEL_TAG);
    channel->loop = loop;
    watch_open(&channel->readable, loop, channel->fd, WATCH_READ, on_readable, channel);
    if (!STAILQ_EMPTY(&channel->queue))
        wait_until_writable(channel);
}

bool
channel_receive_now(struct channel *channel, struct message *message)
{
    struct pollfd waiting = {.fd = channel->fd, .events = POLLIN};

    CHECK_TAG(channel, CHANNEL_TAG);
    for (;;) {
        enum received how = receive(channel->fd, message);
        if (how != RECEIVED_NOTHING)
            return how == RECEIVED_MESSAGE;
        if (poll(&waiting, 1, -1) == -1 && errno != EINTR)
            return false;
    }
}
