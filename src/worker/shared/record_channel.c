/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/shared/record_channel.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "ipc/record_batch.h"
#include "worker/shared/context.h"

/* A record waits at most this long for others to travel with. */
#define FLUSH_MS 100

struct record_channel {
    struct worker *worker;
    const struct record_kind *kind;
    struct timer timer;
    const struct record_channel *other; /* whose descriptor it uses; itself, or one beside */
    int fd;                             /* -1: none yet */
    size_t used;
    size_t records;
    char batch[RECORD_BATCH_BYTES];
};

static void
count_dropped(const struct record_channel *channel, size_t records)
{
    counter_add(&channel->worker->counters->values[channel->kind->dropped], records);
}

/* Sends what is packed. */
static void
flush(struct record_channel *channel)
{
    if (channel->records == 0)
        return;
    if (send(channel->other->fd, channel->batch, channel->used, MSG_DONTWAIT | MSG_NOSIGNAL) ==
        -1)
        count_dropped(channel, channel->records);
    channel->used = 0;
    channel->records = 0;
    timer_stop(&channel->timer);
}

static void
on_time(void *argument)
{
    flush(argument);
}

struct record_channel *
record_channel_new(struct worker *worker, const struct record_kind *kind)
{
    struct record_channel *channel = memory_take(1, sizeof(*channel));

    channel->worker = worker;
    channel->kind = kind;
    channel->other = channel;
    channel->fd = -1;
    timer_init(&channel->timer, on_time, channel);
    return channel;
}

struct record_channel *
record_channel_new_beside(struct record_channel *other, const struct record_kind *kind)
{
    struct record_channel *channel = record_channel_new(other->worker, kind);

    channel->other = other;
    return channel;
}

void
record_channel_free(struct record_channel **channel)
{
    flush(*channel);
    timer_close(&(*channel)->timer, (*channel)->worker->loop);
    if ((*channel)->fd != -1)
        close((*channel)->fd);
    free(*channel);
    *channel = NULL;
}

void
record_channel_use(struct record_channel *channel, int fd)
{
    if (channel->fd != -1)
        close(channel->fd);
    channel->fd = fd;
}

bool
record_channel_is_open(const struct record_channel *channel)
{
    return channel->other->fd != -1;
}

static bool
pack(struct record_channel *channel, const void *record)
{
    if (channel->records == 0 && channel->kind->begin != NULL)
        channel->kind->begin(channel->batch, &channel->used);
    return channel->kind->pack(record, channel->batch, sizeof(channel->batch), &channel->used);
}

void
record_channel_add(struct record_channel *channel, const void *record)
{
    bool is_packed = pack(channel, record);

    if (!is_packed) {
        flush(channel);
        is_packed = pack(channel, record);
    }
    if (!is_packed) {
        count_dropped(channel, 1);
        return;
    }
    channel->records++;
    if (!timer_is_set(&channel->timer))
        timer_set(&channel->timer, channel->worker->loop, FLUSH_MS);
}
