/* SPDX-License-Identifier: Apache-2.0 */
/* The ALB's form: values in order between spaces, "-" for what there is not. */
#include "logger/access_line.h"

static void
add_field(struct text *out, const struct access_field *field, const struct access_line *line)
{
    bool is_quoted = field->kind == ACCESS_VALUE_QUOTED;
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
access_line_write_alb(struct text *out, const struct access_record *record,
                      const struct access_names *names)
{
    const struct access_line line = {record, names, SLICE_LITERAL("\\x")};

    for (size_t i = 0; i < ACCESS_ALB_FIELDS; i++) {
        if (i > 0)
            text_add_byte(out, ' ');
        add_field(out, &access_alb_fields[i], &line);
    }
    text_add_byte(out, '\n');
}
