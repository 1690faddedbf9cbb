/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/access_reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/access_record.h"

/* Of one worker, so that others, and other work, get their turn. */
#define BATCHES_A_TURN 16

#define CHANNEL_TAG 0x61636368u

/* Owned by the reader; freed when the worker's end is closed. */
struct access_channel {
    uint32_t tag;
    uint32_t slot;
    int fd;
    struct access_reader *reader;
    struct watch watch;
    LIST_ENTRY(access_channel) entry;
};

struct access_reader {
    struct loop *loop;
    const struct access_reader_callbacks *callbacks;
    void *argument;
    LIST_HEAD(, access_channel) channels;
    char batch[ACCESS_BATCH_BYTES];
};

struct access_reader *
access_reader_new(struct loop *loop, const struct access_reader_callbacks *callbacks,
                  void *argument)
{
    struct access_reader *reader = memory_take(1, sizeof(*reader));

    reader->loop = loop;
    reader->callbacks = callbacks;
    reader->argument = argument;
    LIST_INIT(&reader->channels);
    return reader;
}

static void
close_channel(struct access_channel *channel)
{
    channel->tag = 0;
    watch_close(&channel->watch);
    close(channel->fd);
    LIST_REMOVE(channel, entry);
    loop_free_later(channel->reader->loop, channel, NULL);
}

/* An empty packet looks like the end, which only comes when the last writer has closed. */
static bool
has_ended(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};

    return poll(&end, 1, 0) != 0;
}

/* Takes up to so many batches; false when the channel has ended. */
static bool
read_channel(struct access_channel *channel, unsigned most)
{
    struct access_reader *reader = channel->reader;

    for (unsigned i = 0; i < most; i++) {
        ssize_t got = recv(channel->fd, reader->batch, sizeof(reader->batch), MSG_DONTWAIT);
        if (got == -1 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (got == -1 || (got == 0 && has_ended(channel->fd)))
            return false;
        reader->callbacks->on_batch(reader->argument, slice_make(reader->batch, (size_t)got));
    }
    return true;
}

static void
on_readable(int fd, short what, void *argument)
{
    struct access_channel *channel = argument;
    struct access_reader *reader = channel->reader;

    (void)fd;
    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    if (read_channel(channel, BATCHES_A_TURN))
        return;
    close_channel(channel);
    if (LIST_EMPTY(&reader->channels) && reader->callbacks->on_last_end != NULL)
        reader->callbacks->on_last_end(reader->argument);
}

void
access_reader_add(struct access_reader *reader, uint32_t slot, int fd)
{
    struct access_channel *channel = memory_take(1, sizeof(*channel));
    struct access_channel *old;

    LIST_FOREACH (old, &reader->channels, entry) {
        if (old->slot == slot)
            break;
    }
    if (old != NULL) {
        read_channel(old, UINT32_MAX);
        close_channel(old);
    }
    *channel =
        (struct access_channel){.tag = CHANNEL_TAG, .slot = slot, .fd = fd, .reader = reader};
    LIST_INSERT_HEAD(&reader->channels, channel, entry);
    watch_open(&channel->watch, reader->loop, fd, WATCH_READ, on_readable, channel);
}

bool
access_reader_has_channels(const struct access_reader *reader)
{
    return !LIST_EMPTY(&reader->channels);
}

void
access_reader_free(struct access_reader **reader)
{
    struct access_reader *old = *reader;

    if (old == NULL)
        return;
    *reader = NULL;
    while (!LIST_EMPTY(&old->channels)) {
        struct access_channel *channel = LIST_FIRST(&old->channels);
        read_channel(channel, UINT32_MAX);
        close_channel(channel);
    }
    loop_free_later(old->loop, old, NULL);
}
