/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON written straight into a text that grows: what is sent each second to everybody who
 * looks. A member's name NULL is an element of an array; names need no escapes.
 */
#ifndef FAIRLEAD_API_JSON_WRITER_H
#define FAIRLEAD_API_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"

/* Zeroed before use; json_clear gives its memory back, json_restart keeps it. */
struct json_writer {
    struct text text;
    bool needs_comma;
};

void json_restart(struct json_writer *out);
void json_clear(struct json_writer *out);

void json_object_begin(struct json_writer *out, const char *name);
void json_object_end(struct json_writer *out);
void json_array_begin(struct json_writer *out, const char *name);
void json_array_end(struct json_writer *out);

/* A text; what is not UTF-8 becomes question marks. */
void json_add_text(struct json_writer *out, const char *name, struct slice text);
void json_add_null(struct json_writer *out, const char *name);
void json_add_flag(struct json_writer *out, const char *name, bool flag);
void json_add_number(struct json_writer *out, const char *name, uint64_t number);

/* The same as a text, as the ALB's API has some. */
void json_add_number_text(struct json_writer *out, const char *name, uint64_t number);

/* With at most two decimals; null where it is below 0. */
void json_add_amount(struct json_writer *out, const char *name, double amount);

/* JSON that is written already. */
void json_add_raw(struct json_writer *out, const char *name, struct slice json);

/* Between two values that each stand on a line. */
void json_add_line_end(struct json_writer *out);

/* Microseconds since 1970 as RFC 3339; null for 0. */
void json_add_time(struct json_writer *out, const char *name, uint64_t wall_us);

#endif
