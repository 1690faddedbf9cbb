/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON form: one object a line with the same fields by the ALB's names and our own behind
 * them; null for what there is not. Lines are plain ASCII: a byte that is none stands as its
 * own code point, since fields may hold bytes that are not UTF-8.
 */
#include "logger/log_line.h"

static void
add_value(struct text *out, const struct log_field *field, const struct log_line *line)
{
    bool is_text = field->kind != LOG_VALUE_NUMBER;
    size_t start = out->length;

    if (is_text)
        text_add_byte(out, '"');
    size_t before = out->length;
    field->write(out, line);
    if (out->length == before) {
        out->length = start;
        text_add_literal(out, "null");
    } else if (is_text) {
        text_add_byte(out, '"');
    }
}

static void
add_fields(struct text *out, const struct log_field *fields, size_t count,
           const struct log_line *line)
{
    for (size_t i = 0; i < count; i++) {
        text_add_slice(out, fields[i].json_key);
        add_value(out, &fields[i], line);
    }
}

void
log_line_write_json(struct text *out, const struct log_fields *fields, const void *record,
                    const struct log_names *names)
{
    const struct log_line line = {record, names, SLICE_LITERAL("\\u00")};
    size_t start = out->length;

    add_fields(out, fields->alb, fields->alb_count, &line);
    add_fields(out, fields->own, fields->own_count, &line);
    if (out->length > start)
        out->at[start] = '{'; /* in place of the first comma */
    text_add_literal(out, "}\n");
}
