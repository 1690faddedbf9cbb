/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queueing lines (add_line), and writing (flush): when FLUSH_BYTES are queued, and
 * FLUSH_AFTER_MS after the first of them at the latest.
 */
#include "logger/access_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "ipc/access_reader.h"
#include "ipc/access_record.h"
#include "logger/access_line.h"
#include "logger/log_file.h"

enum {
    FLUSH_BYTES = 64 * 1024,
    FLUSH_AFTER_MS = 100,
};

struct access_log {
    struct loop *loop;
    struct access_reader *reader;
    struct timer flush_timer;
    access_line_writer *write_line;
    struct access_names names;
    struct log_file *file; /* NULL: none, records are dropped */
    struct access_log_totals *totals;
    void (*on_last_end)(void *argument);
    void *on_last_end_argument;
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
add_batch(void *argument, struct slice batch)
{
    struct access_log *log = argument;
    struct access_record record;

    if (batch.length == 0)
        log->totals->malformed_batches++;
    if (batch.length == 0 || log->file == NULL)
        return;
    while (access_record_unpack(&batch, &record))
        add_line(log, &record);
    if (batch.length > 0)
        log->totals->malformed_batches++;
    if (!timer_is_set(&log->flush_timer))
        timer_set(&log->flush_timer, log->loop, FLUSH_AFTER_MS);
}

static void
on_last_end(void *argument)
{
    struct access_log *log = argument;

    if (log->on_last_end != NULL)
        log->on_last_end(log->on_last_end_argument);
}

struct access_log *
access_log_new(struct loop *loop, struct access_log_totals *totals)
{
    static const struct access_reader_callbacks callbacks = {add_batch, on_last_end};
    struct access_log *log = memory_take(1, sizeof(*log));

    log->loop = loop;
    log->totals = totals;
    log->write_line = access_line_write_alb;
    log->reader = access_reader_new(loop, &callbacks, log);
    timer_init(&log->flush_timer, on_flush_time, log);
    return log;
}

void
access_log_add_channel(struct access_log *log, uint32_t slot, int fd)
{
    access_reader_add(log->reader, slot, fd);
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
    return access_reader_has_channels(log->reader);
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
    access_reader_free(&old->reader);
    access_log_set_file(old, -1);
    timer_close(&old->flush_timer, old->loop);
    loop_free_later(old->loop, old, NULL);
}
