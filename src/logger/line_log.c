/* SPDX-License-Identifier: Apache-2.0 */
/* Written when FLUSH_BYTES are queued, and FLUSH_AFTER_MS after the first at the latest. */
#include "logger/line_log.h"

#include "base/check.h"

enum {
    FLUSH_BYTES = 64 * 1024,
    FLUSH_AFTER_MS = 100,
};

static void
on_flush_time(void *argument)
{
    struct line_log *log = argument;

    if (log->file != NULL)
        log_file_flush(log->file);
}

void
line_log_open(struct line_log *log, struct loop *loop, const struct log_fields *fields,
              struct log_file_totals *totals)
{
    log->loop = loop;
    log->fields = fields;
    log->totals = totals;
    log->write = log_line_write_alb;
    timer_init(&log->flush_timer, on_flush_time, log);
}

void
line_log_set_file(struct line_log *log, int fd)
{
    timer_stop(&log->flush_timer);
    log_file_free(&log->file);
    if (fd != -1)
        log->file = log_file_new(log->loop, fd, log->totals);
}

void
line_log_close(struct line_log *log)
{
    line_log_set_file(log, -1);
    timer_close(&log->flush_timer, log->loop);
}

void
line_log_set_form(struct line_log *log, enum config_log_format format,
                  struct slice load_balancer)
{
    log->write = format == LOG_FORMAT_JSON ? log_line_write_json : log_line_write_alb;
    log_names_set(&log->names, load_balancer);
}

void
line_log_add(struct line_log *log, const void *record, char *memory, size_t size)
{
    struct text line = text_over(memory, size);

    if (log->file == NULL)
        return;
    log->write(&line, log->fields, record, &log->names);
    CHECK(!line.is_truncated);
    log_file_add(log->file, text_slice(&line));
    if (log_file_queued(log->file) >= FLUSH_BYTES && !log_file_is_waiting(log->file))
        log_file_flush(log->file);
    if (!timer_is_set(&log->flush_timer))
        timer_set(&log->flush_timer, log->loop, FLUSH_AFTER_MS);
}
