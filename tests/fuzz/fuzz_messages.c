/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as packets on a channel, as a child that was taken over could send them: the first byte
 * of each is its length, the second says how many descriptors ride along. Whatever comes is a
 * message of its type's own size with its descriptors, a shortage, or the channel's end; no
 * descriptor stays open.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "ipc/channel.h"

#define MOST_FDS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_message(void *owner, const struct message *message)
{
    (void)owner;
    CHECK(message->type < MESSAGE_COUNT);
    CHECK((message->fd != -1) == (message_fd_count(message->type) == 1));
    channel_drop_fd(message->fd);
}

static void
on_end(void *owner, const char *reason)
{
    CHECK(reason != NULL);
    *(bool *)owner = true;
}

static void
on_shortage(void *owner, enum message_type type)
{
    (void)owner;
    CHECK(message_fd_count(type) == 1);
}

static void
send_packet(int fd, const void *bytes, size_t length, unsigned fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(MOST_FDS * sizeof(int))];
    } control = {0};
    struct iovec piece = {(void *)(uintptr_t)bytes, length};
    struct msghdr header = {.msg_iov = &piece, .msg_iovlen = 1};

    if (fd_count > 0) {
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        for (unsigned i = 0; i < fd_count; i++)
            memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof(int));
    }
    (void)sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int
lowest_free_fd(void)
{
    int fd = dup(0);

    close(fd);
    return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct channel_callbacks callbacks = {on_message, on_end, on_shortage};
    static struct loop *loop;
    bool has_ended = false;
    int fds[2];

    if (loop == NULL)
        loop = loop_new();
    int free_fd = lowest_free_fd();
    CHECK(channel_pair(fds) == 0);
    struct channel *channel = channel_open(fds[0], &callbacks, &has_ended);
    channel_start(channel, loop);
    while (size >= 2 && !has_ended) {
        size_t length = data[0] < size - 2 ? data[0] : size - 2;
        send_packet(fds[1], data + 2, length, data[1] % (MOST_FDS + 1));
        data += 2 + length;
        size -= 2 + length;
        loop_turn(loop, 0);
    }
    channel_close(&channel);
    close(fds[1]);
    loop_turn(loop, 0);
    CHECK(lowest_free_fd() == free_fd);
    return 0;
}
