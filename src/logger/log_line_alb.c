/* SPDX-License-Identifier: Apache-2.0 */
/* The ALB's form: values in order between spaces, "-" for what there is not. */
#include "logger/log_line.h"

static void
add_field(struct text *out, const struct log_field *field, const struct log_line *line)
{
    bool is_quoted = field->kind == LOG_VALUE_QUOTED;
    size_t before;

    if (is_quoted)
        text_add_byte(out, '"');
    before = out->length;
    field->write(out, line);
    if (out->length == before)
        text_add_byte(out, '-');
    if (is_quoted)
        text_add_byte(out, '"');
}

void
log_line_write_alb(struct text *out, const struct log_fields *fields, const void *record,
                   const struct log_names *names)
{
    const struct log_line line = {record, names, SLICE_LITERAL("\\x")};

    for (size_t i = 0; i < fields->alb_count; i++) {
        if (i > 0)
            text_add_byte(out, ' ');
        add_field(out, &fields->alb[i], &line);
    }
    text_add_byte(out, '\n');
}
