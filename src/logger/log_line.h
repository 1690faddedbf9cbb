/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of a log that workers' records make: values in the order of a table, in one of two
 * forms. log_line_<form>.c writes what stands around the values.
 */
#ifndef FAIRLEAD_LOGGER_LOG_LINE_H
#define FAIRLEAD_LOGGER_LOG_LINE_H

#include <stdbool.h>

#include "base/address.h"
#include "base/text.h"

/* What every line needs besides its record; owned by the log. */
struct log_names {
    char elb[128]; /* "app/<name>/<16 hex digits>", the ALB's form */
    size_t elb_length;
};

void log_names_set(struct log_names *names, struct slice load_balancer);

/* "app/NAME/ID" of that load balancer, or where it is empty of the one that is set. */
void log_add_elb(struct text *out, const struct log_names *names, struct slice load_balancer);

/* A record on its way to a line; the fields of a table know what it is. */
struct log_line {
    const void *record;
    const struct log_names *names;
    struct slice escape; /* what stands before the two hex digits of a byte that is no text */
};

enum log_value_kind { LOG_VALUE_PLAIN, LOG_VALUE_QUOTED, LOG_VALUE_NUMBER };

struct log_field {
    struct slice json_key; /* ,"name": */
    enum log_value_kind kind;
    void (*write)(struct text *out, const struct log_line *line);
};

/* The ALB's fields of a line, and our own behind them. */
struct log_fields {
    const struct log_field *alb, *own;
    size_t alb_count, own_count;
};

/* Appends one line with its newline. */
typedef void log_line_writer(struct text *out, const struct log_fields *fields,
                             const void *record, const struct log_names *names);
log_line_writer log_line_write_alb;
log_line_writer log_line_write_json;

/* Values that several tables have. */

/* Only printable ASCII stands as it is, quotes and backslashes do not. */
void log_add_text(struct text *out, const struct log_line *line, struct slice value);
void log_add_time(struct text *out, uint64_t wall_us);

/* Seconds with three decimals; -1: did not happen. */
void log_add_seconds(struct text *out, int64_t microseconds);

/* With its port; nothing where there is none. */
void log_add_address(struct text *out, const struct address *address);

/* "TID_" and 32 digits of a connection's number. */
void log_add_trace_id(struct text *out, uint64_t connection_id);

#endif
