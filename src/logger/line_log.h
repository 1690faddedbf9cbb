/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log of lines in a file that control opened. Lines are gathered and written together; a file
 * that takes no more costs lines, never a request.
 */
#ifndef FAIRLEAD_LOGGER_LINE_LOG_H
#define FAIRLEAD_LOGGER_LINE_LOG_H

#include "logger/log_file.h"
#include "logger/log_line.h"
#include "model/config.h"

/* Part of its owner, which must stay as long as the loop after line_log_close. */
struct line_log {
    struct loop *loop;
    struct timer flush_timer;
    const struct log_fields *fields;
    log_line_writer *write;
    struct log_names names;
    struct log_file *file; /* NULL: none, records are dropped */
    struct log_file_totals *totals;
};

/* The totals, of all files so far, outlive the log. */
void line_log_open(struct line_log *log, struct loop *loop, const struct log_fields *fields,
                   struct log_file_totals *totals);

/* Writes what is gathered. */
void line_log_close(struct line_log *log);

/* Goes on in another file (the descriptor is taken over; -1: none); what is gathered goes to
 * the old. */
void line_log_set_file(struct line_log *log, int fd);
void line_log_set_form(struct line_log *log, enum config_log_format format,
                       struct slice load_balancer);

/* A record's line, written in memory, which must hold the longest one. */
void line_log_add(struct line_log *log, const void *record, char *memory, size_t size);

#endif
