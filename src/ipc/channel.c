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
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#define CHANNEL_TAG 0x6368616e

/* A child that stopped reading is as good as dead before this many messages wait for it. */
#define QUEUED_MAX 65536

/* Messages taken in one turn, so that a talkative child cannot starve the others. */
#define RECEIVED_A_TURN 64

/* One descriptor more than any message carries, to notice it. */
#define FDS_MAX 2

/* What one message needs, and what its owner may keep of a few. */
#define RESERVE_FDS 4

#define COMPLAIN_EVERY_MS 60000

struct queued {
    TAILQ_ENTRY(queued) entry;
    enum message_type type;
    size_t length;
    int fd; /* ours; -1: none, or none was left for it */
    struct message_packet packet;
};

struct channel {
    uint32_t tag;
    int fd; /* -1 after the end */
    const struct channel_callbacks *callbacks;
    void *owner;
    struct loop *loop; /* NULL before channel_start */
    struct watch readable, writable;
    TAILQ_HEAD(queue, queued) queue;
    unsigned queued_count;
    bool is_held; /* until an answer comes */
    int reserve[RESERVE_FDS];
    unsigned reserve_count;
    bool keeps_reserve;
    uint64_t complained_ms; /* of a shortage; 0: never */
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
    TAILQ_INIT(&channel->queue);
    return channel;
}

static void
drop_queued(struct channel *channel, struct queued *queued)
{
    TAILQ_REMOVE(&channel->queue, queued, entry);
    CHECK(TAILQ_FIRST(&channel->queue) != queued); /* for analyzers, which do not see it */
    channel->queued_count--;
    if (queued->fd != -1)
        close(queued->fd);
    free(queued);
}

static void
give_up_reserve(struct channel *channel)
{
    while (channel->reserve_count > 0)
        close(channel->reserve[--channel->reserve_count]);
}

void
channel_reserve(struct channel *channel)
{
    CHECK_TAG(channel, CHANNEL_TAG);
    channel->keeps_reserve = true;
    while (channel->fd != -1 && channel->reserve_count < RESERVE_FDS) {
        int fd = fcntl(channel->fd, F_DUPFD_CLOEXEC, 0);
        if (fd == -1)
            return;
        channel->reserve[channel->reserve_count++] = fd;
    }
}

/* Ends the conversation; the memory stays. */
static void
end(struct channel *channel)
{
    watch_close(&channel->readable);
    watch_close(&channel->writable);
    while (!TAILQ_EMPTY(&channel->queue))
        drop_queued(channel, TAILQ_FIRST(&channel->queue));
    give_up_reserve(channel);
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
        if (errno == ETOOMANYREFS)
            /* Too many are on their way already: the receiver will ask for it again. */
            header.msg_controllen = 0;
        else if (errno != EINTR)
            return errno;
    }
}

static void
note_sent(struct channel *channel, enum message_type type)
{
    if (message_manner(type) == MESSAGE_ANSWERED)
        channel->is_held = true;
}

static void
on_writable(int fd, short what, void *argument)
{
    struct channel *channel = argument;

    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    while (!TAILQ_EMPTY(&channel->queue) && !channel->is_held) {
        struct queued *first = TAILQ_FIRST(&channel->queue);
        int reason = send_packet(fd, &first->packet, first->length, first->fd);
        if (would_block(reason))
            return;
        if (reason != 0)
            fail_sending(channel, "a message could not be sent");
        note_sent(channel, first->type);
        drop_queued(channel, first);
    }
    watch_close(&channel->writable);
}

static void
wait_until_writable(struct channel *channel)
{
    if (channel->loop != NULL && !channel->is_held && !watch_is_active(&channel->writable))
        watch_open(&channel->writable, channel->loop, channel->fd, WATCH_WRITE, on_writable,
                   channel);
}

/*
 * What is newer takes the place of the one before it; a base goes before the snapshot that
 * waits already, which its own follows at once.
 */
static bool
take_place(struct channel *channel, struct queued *queued)
{
    struct queued *older;

    if (message_manner(queued->type) == MESSAGE_EACH)
        return false;
    TAILQ_FOREACH (older, &channel->queue, entry) {
        if (message_manner(older->type) == MESSAGE_EACH || older->type < queued->type)
            continue;
        TAILQ_INSERT_BEFORE(older, queued, entry);
        if (older->type == queued->type)
            drop_queued(channel, older);
        return true;
    }
    return false;
}

static void
enqueue(struct channel *channel, const struct message_packet *packet, size_t length, int fd)
{
    struct queued *queued = memory_take(1, sizeof(*queued));

    queued->type = (enum message_type)packet->type;
    queued->length = length;
    queued->fd = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    memcpy(&queued->packet, packet, length);
    channel->queued_count++;
    if (!take_place(channel, queued))
        TAILQ_INSERT_TAIL(&channel->queue, queued, entry);
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
    if (TAILQ_EMPTY(&channel->queue) && !channel->is_held)
        reason = send_packet(channel->fd, &packet, length, fd);
    if (reason == 0)
        note_sent(channel, type);
    else if (would_block(reason) && channel->queued_count < QUEUED_MAX)
        enqueue(channel, &packet, length, fd);
    else
        fail_sending(channel, would_block(reason) ? "too many messages wait"
                                                  : "a message could not be sent");
}

unsigned
channel_backlog(const struct channel *channel)
{
    return channel->queued_count;
}

void
channel_go_on(struct channel *channel)
{
    CHECK_TAG(channel, CHANNEL_TAG);
    channel->is_held = false;
    if (channel->fd != -1 && !TAILQ_EMPTY(&channel->queue))
        wait_until_writable(channel);
}

void
channel_ask_again(struct channel *channel, enum message_type type)
{
    const struct message_shortage shortage = {.type = type};

    if (channel->complained_ms == 0 ||
        clock_ms() - channel->complained_ms > COMPLAIN_EVERY_MS) {
        channel->complained_ms = clock_ms();
        log_warning("no descriptor was free for the message %s: asking for it again",
                    message_text(type));
    }
    channel_send(channel, MESSAGE_shortage, &shortage, -1);
}

void
channel_drop_fd(int fd)
{
    const struct linger none = {0};

    if (fd == -1)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(fd);
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
                channel_drop_fd(fd);
        }
    }
    return total;
}

enum received {
    RECEIVED_MESSAGE,
    RECEIVED_SHORTAGE, /* a message without its descriptor */
    RECEIVED_NOTHING,
    RECEIVED_END,
    RECEIVED_NONSENSE
};

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
    bool is_cut = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (length == 0 && fd_count == 0 && !is_cut)
        return RECEIVED_END;
    struct slice bytes = slice_make((const char *)&packet, (size_t)length);
    if (!is_cut && message_decode(message, bytes, fd_count)) {
        message->fd = fd;
        return RECEIVED_MESSAGE;
    }
    /* All was there but the descriptor. */
    if (fd_count == 0 && (header.msg_flags & MSG_TRUNC) == 0 &&
        message_decode(message, bytes, 1))
        return RECEIVED_SHORTAGE;
    channel_drop_fd(fd);
    return RECEIVED_NONSENSE;
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
receive_some(struct channel *channel, int fd)
{
    const struct channel_callbacks *callbacks = channel->callbacks;

    for (int i = 0; i < RECEIVED_A_TURN && channel->fd == fd; i++) {
        struct message message;
        enum received how = receive(fd, &message);
        if (how == RECEIVED_NOTHING)
            return;
        if (how == RECEIVED_MESSAGE) {
            callbacks->on_message(channel->owner, &message);
        } else if (how != RECEIVED_SHORTAGE) {
            tell_end(channel, how);
        } else if (callbacks->on_shortage != NULL) {
            callbacks->on_shortage(channel->owner, message.type);
        }
    }
}

static void
on_readable(int fd, short what, void *argument)
{
    struct channel *channel = argument;

    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    give_up_reserve(channel);
    receive_some(channel, fd);
    if (channel->keeps_reserve && channel->fd == fd)
        channel_reserve(channel);
}

void
channel_start(struct channel *channel, struct loop *loop)
{
    CHECK_TAG(channel, CHANNEL_TAG);
    channel->loop = loop;
    watch_open(&channel->readable, loop, channel->fd, WATCH_READ, on_readable, channel);
    if (!TAILQ_EMPTY(&channel->queue))
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

int
channel_fd(const struct channel *channel)
{
    return channel->fd;
}
