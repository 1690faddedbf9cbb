/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading batches (read_channel), queueing lines (add_line), and writing (flush): when
 * FLUSH_BYTES are queued, and FLUSH_AFTER_MS after the first of them at the latest.
 */
#include "logger/access_log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/access_record.h"
#include "logger/access_line.h"
#include "logger/log_file.h"

enum {
    FLUSH_BYTES = 64 * 1024,
    FLUSH_AFTER_MS = 100,
    BATCHES_A_TURN = 16, /* of one worker, so that checks and other workers get their turn */
};

#define CHANNEL_TAG 0x61636368u

/* Owned by the log; freed when the worker's end is closed. */
struct access_channel {
    uint32_t tag;
    uint32_t slot;
    int fd;
    struct access_log *log;
    struct watch watch;
    LIST_ENTRY(access_channel) entry;
};

struct access_log {
    struct loop *loop;
    LIST_HEAD(, access_channel) channels;
    struct timer flush_timer;
    access_line_writer *write_line;
    struct access_names names;
    struct log_file *file; /* NULL: none, records are dropped */
    struct access_log_totals *totals;
    void (*on_last_end)(void *argument);
    void *on_last_end_argument;
    char batch[ACCESS_BATCH_BYTES];
    char line[ACCESS_LINE_BYTES_MAX];
};

static void
flush(struct access_log *log)
{
    timer_stop(&log->flush_timer);
    if (log->file != NULL)
        log_file_flush(log->file);
}

static void
on_flush_time(void *argument)
{
    flush(argument);
}

struct access_log *
access_log_new(struct loop *loop, struct access_log_totals *totals)
{
    struct access_log *log = memory_take(1, sizeof(*log));

    log->loop = loop;
    log->totals = totals;
    log->write_line = access_line_write_alb;
    LIST_INIT(&log->channels);
    timer_init(&log->flush_timer, on_flush_time, log);
    return log;
}

static void
add_line(struct access_log *log, const struct access_record *record)
{
    struct text line = text_over(log->line, sizeof(log->line));

    log->write_line(&line, record, &log->names);
    CHECK(!line.is_truncated);
    log_file_add(log->file, text_slice(&line));
    if (log_file_queued(log->file) >= FLUSH_BYTES && !log_file_is_waiting(log->file))
        log_file_flush(log->file);
}

static void
add_batch(struct access_log *log, struct slice batch)
{
    struct access_record record;

    if (log->file == NULL)
        return;
    while (access_record_unpack(&batch, &record))
        add_line(log, &record);
    if (batch.length > 0)
        log->totals->malformed_batches++;
    if (!timer_is_set(&log->flush_timer))
        timer_set(&log->flush_timer, log->loop, FLUSH_AFTER_MS);
}

static void
close_channel(struct access_channel *channel)
{
    channel->tag = 0;
    watch_close(&channel->watch);
    close(channel->fd);
    LIST_REMOVE(channel, entry);
    loop_free_later(channel->log->loop, channel, NULL);
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
    struct access_log *log = channel->log;

    for (unsigned i = 0; i < most; i++) {
        ssize_t got = recv(channel->fd, log->batch, sizeof(log->batch), MSG_DONTWAIT);
        if (got == -1 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (got == -1 || (got == 0 && has_ended(channel->fd)))
            return false;
        if (got == 0)
            log->totals->malformed_batches++;
        else
            add_batch(log, slice_make(log->batch, (size_t)got));
    }
    return true;
}

static void
on_channel_readable(int fd, short what, void *argument)
{
    struct access_channel *channel = argument;
    struct access_log *log = channel->log;

    (void)fd;
    (void)what;
    CHECK_TAG(channel, CHANNEL_TAG);
    if (read_channel(channel, BATCHES_A_TURN))
        return;
    close_channel(channel);
    if (LIST_EMPTY(&log->channels) && log->on_last_end != NULL)
        log->on_last_end(log->on_last_end_argument);
}

void
access_log_add_channel(struct access_log *log, uint32_t slot, int fd)
{
    struct access_channel *channel = memory_take(1, sizeof(*channel));
    struct access_channel *old;

    LIST_FOREACH (old, &log->channels, entry) {
        if (old->slot == slot)
            break;
    }
    if (old != NULL) {
        read_channel(old, UINT32_MAX);
        close_channel(old);
    }
    channel->tag = CHANNEL_TAG;
    channel->slot = slot;
    channel->fd = fd;
    channel->log = log;
    LIST_INSERT_HEAD(&log->channels, channel, entry);
    watch_open(&channel->watch, log->loop, fd, WATCH_READ, on_channel_readable, channel);
}

void
access_log_set_file(struct access_log *log, int fd)
{
    timer_stop(&log->flush_timer);
    log_file_free(&log->file);
    if (fd != -1)
        log->file = log_file_new(log->loop, fd, &log->totals->file);
}

void
access_log_set_form(struct access_log *log, enum config_log_format format,
                    struct slice load_balancer)
{
    log->write_line =
        format == LOG_FORMAT_JSON ? access_line_write_json : access_line_write_alb;
    access_names_set(&log->names, load_balancer);
}

bool
access_log_has_channels(const struct access_log *log)
{
    return !LIST_EMPTY(&log->channels);
}

void
access_log_on_last_end(struct access_log *log, void (*on_end)(void *argument), void *argument)
{
    log->on_last_end = on_end;
    log->on_last_end_argument = argument;
}

void
access_log_free(struct access_log **log)
{
    struct access_log *old = *log;

    if (old == NULL)
        return;
    *log = NULL;
    while (!LIST_EMPTY(&old->channels)) {
        struct access_channel *channel = LIST_FIRST(&old->channels);
        read_channel(channel, UINT32_MAX);
        close_channel(channel);
    }
    access_log_set_file(old, -1);
    timer_close(&old->flush_timer, old->loop);
    loop_free_later(old->loop, old, NULL);
}
