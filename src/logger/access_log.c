/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/access_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ipc/access_reader.h"
#include "ipc/access_record.h"
#include "logger/access_fields.h"
#include "logger/connection_fields.h"
#include "logger/line_log.h"

struct access_log {
    struct loop *loop;
    struct access_reader *reader;
    struct line_log requests, connections;
    struct access_log_totals *totals;
    void (*on_last_end)(void *argument);
    void *on_last_end_argument;
    char line[ACCESS_LINE_BYTES_MAX]; /* a connection has fewer texts */
};

static void
add_connections(struct access_log *log, struct slice *batch)
{
    struct connection_record record;

    while (connection_record_unpack(batch, &record))
        line_log_add(&log->connections, &record, log->line, sizeof(log->line));
}

static void
add_requests(struct access_log *log, struct slice *batch)
{
    struct access_record record;

    while (access_record_unpack(batch, &record))
        line_log_add(&log->requests, &record, log->line, sizeof(log->line));
}

static void
add_batch(void *argument, struct slice batch)
{
    struct access_log *log = argument;
    bool is_empty = batch.length == 0;

    if (connection_batch_take(&batch))
        add_connections(log, &batch);
    else
        add_requests(log, &batch);
    if (is_empty || batch.length > 0)
        log->totals->malformed_batches++;
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
    log->reader = access_reader_new(loop, &callbacks, log);
    line_log_open(&log->requests, loop, &access_fields, &totals->requests);
    line_log_open(&log->connections, loop, &connection_fields, &totals->connections);
    return log;
}

void
access_log_add_channel(struct access_log *log, uint32_t slot, int fd)
{
    access_reader_add(log->reader, slot, fd);
}

struct line_log *
access_log_requests(struct access_log *log)
{
    return &log->requests;
}

struct line_log *
access_log_connections(struct access_log *log)
{
    return &log->connections;
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
    line_log_close(&old->requests);
    line_log_close(&old->connections);
    loop_free_later(old->loop, old, NULL);
}
