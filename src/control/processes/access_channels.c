/* SPDX-License-Identifier: Apache-2.0 */
/* Packet sockets: one batch of records is one packet. */
#include "control/processes/access_channels.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/access_record.h"
#include "net/socket.h"

/* Room for some batches while the logger writes to a slow disk. */
#define QUEUE_BYTES (16 * ACCESS_BATCH_BYTES)

struct access_channels {
    unsigned worker_count;
    int (*fds)[2]; /* [0] is read, [1] written by the worker */
};

static int
open_pair(int fds[2])
{
    int size = QUEUE_BYTES;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == -1)
        return -1;
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return 0;
}

struct access_channels *
access_channels_go_on(unsigned worker_count, int (*fds)[2])
{
    struct access_channels *channels = memory_take(1, sizeof(*channels));

    channels->fds = fds;
    channels->worker_count = worker_count;
    return channels;
}

struct access_channels *
access_channels_new(unsigned worker_count)
{
    struct access_channels *channels = memory_take(1, sizeof(*channels));

    channels->fds = memory_take(worker_count, sizeof(*channels->fds));
    while (channels->worker_count < worker_count) {
        if (open_pair(channels->fds[channels->worker_count]) == -1) {
            access_channels_free(&channels);
            return NULL;
        }
        channels->worker_count++;
    }
    return channels;
}

void
access_channels_free(struct access_channels **channels)
{
    if (*channels == NULL)
        return;
    for (unsigned i = 0; i < (*channels)->worker_count; i++) {
        close((*channels)->fds[i][0]);
        close((*channels)->fds[i][1]);
    }
    free((*channels)->fds);
    free(*channels);
    *channels = NULL;
}

bool
access_channels_mend(struct access_channels *channels, unsigned slot)
{
    CHECK(slot >= 1 && slot <= channels->worker_count);
    int *fds = channels->fds[slot - 1];
    int renewed[2];

    bool is_whole = socket_mend_pair_end(fds[0]);
    if ((socket_mend_pair_end(fds[1]) && is_whole) || open_pair(renewed) == -1)
        return false;
    close(fds[0]);
    close(fds[1]);
    fds[0] = renewed[0];
    fds[1] = renewed[1];
    return true;
}

int
access_channels_reading_fd(const struct access_channels *channels, unsigned slot)
{
    CHECK(slot >= 1 && slot <= channels->worker_count);
    return channels->fds[slot - 1][0];
}

int
access_channels_writing_fd(const struct access_channels *channels, unsigned slot)
{
    CHECK(slot >= 1 && slot <= channels->worker_count);
    return channels->fds[slot - 1][1];
}
