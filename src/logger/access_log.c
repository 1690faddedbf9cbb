/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/access_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ipc/access_reader.h"
#include "ipc/access_record.h"
#include "logger/access_fields.h"
#include "logger/line_log.h"

struct access_log {
    struct loop *loop;
    struct access_reader *reader;
    struct line_log requests;
    struct access_log_totals *totals;
    void (*on_last_end)(void *argument);
    void *on_last_end_argument;
    char line[ACCESS_LINE_BYTES_MAX];
};

static void
add_batch(void *argument, struct slice batch)
{
    struct access_log *log = argument;
    struct access_record record;

    if (batch.length == 0)
        log->totals->malformed_batches++;
    while (access_record_unpack(&batch, &record))
        line_log_add(&log->requests, &record, log->line, sizeof(log->line));
    if (batch.length > 0)
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
    line_log_open(&log->requests, loop, &access_fields, &totals->file);
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
    line_log_set_file(&log->requests, fd);
}

void
access_log_set_form(struct access_log *log, enum config_log_format format,
                    struct slice load_balancer)
{
    line_log_set_form(&log->requests, format, load_balancer);
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
    loop_free_later(old->loop, old, NULL);
}
