/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of the access log: the fields of access_fields.def out of a record, in one of two
 * forms. access_fields.c writes the values, access_line_<form>.c what stands around them.
 */
#ifndef FAIRLEAD_LOGGER_ACCESS_LINE_H
#define FAIRLEAD_LOGGER_ACCESS_LINE_H

#include <stdbool.h>

#include "base/text.h"
#include "ipc/access_record.h"

/* The longest line: every byte of every text escaped, and room for all the rest. */
#define ACCESS_LINE_BYTES_MAX (ACCESS_TEXT_COUNT * ACCESS_TEXT_BYTES * 6 + 8192)

/* What every line needs besides its record; owned by the access log. */
struct access_names {
    char elb[128]; /* "app/<name>/<16 hex digits>", the ALB's form */
    size_t elb_length;
};

void access_names_set(struct access_names *names, struct slice load_balancer);

enum access_value_kind { ACCESS_VALUE_PLAIN, ACCESS_VALUE_QUOTED, ACCESS_VALUE_NUMBER };

/* A record on its way to a line. */
struct access_line {
    const struct access_record *record;
    const struct access_names *names;
    struct slice escape; /* what stands before the two hex digits of a byte that is no text */
};

struct access_field {
    struct slice json_key; /* ,"name": */
    enum access_value_kind kind;
    void (*write)(struct text *out, const struct access_line *line);
};

/* The ALB's 34 fields, and our own. */
#define ACCESS_ALB_FIELDS 34
extern const struct access_field access_alb_fields[ACCESS_ALB_FIELDS];
extern const struct access_field access_own_fields[];
extern const size_t access_own_field_count;

/* Appends one line with its newline. */
typedef void access_line_writer(struct text *out, const struct access_record *record,
                                const struct access_names *names);
access_line_writer access_line_write_alb;
access_line_writer access_line_write_json;

#endif
