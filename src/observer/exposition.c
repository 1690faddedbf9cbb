/* SPDX-License-Identifier: Apache-2.0 */
/* Every piece asks for room for a whole line first, so that struct text never truncates. */
#include "observer/exposition.h"

#include <stdlib.h>

#include "base/memory.h"

/* Room for one line; longer label values are cut. */
enum { LINE_BYTES_MAX = 8192, LABEL_VALUE_BYTES_MAX = 512, FIRST_BYTES = 65536 };

static void
make_room(struct exposition *page)
{
    struct text *text = &page->text;

    if (text->capacity - text->length >= LINE_BYTES_MAX)
        return;
    text->capacity = text->capacity == 0 ? FIRST_BYTES : text->capacity * 2;
    text->at = memory_resize(text->at, text->capacity, 1);
}

void
exposition_family(struct exposition *page, const char *metric, const char *type,
                  const char *help)
{
    struct text *text = &page->text;

    make_room(page);
    text_add_literal(text, "# HELP ");
    text_add_slice(text, slice_of(metric));
    text_add_byte(text, ' ');
    text_add_slice(text, slice_of(help));
    text_add_literal(text, "\n# TYPE ");
    text_add_slice(text, slice_of(metric));
    text_add_byte(text, ' ');
    text_add_slice(text, slice_of(type));
    text_add_byte(text, '\n');
}

static void
add_label_value(struct text *text, struct slice value)
{
    size_t length = value.length < LABEL_VALUE_BYTES_MAX ? value.length : LABEL_VALUE_BYTES_MAX;

    for (size_t i = 0; i < length; i++) {
        char byte = value.at[i];
        if (byte == '\\' || byte == '"')
            text_add_byte(text, '\\');
        if (byte == '\n')
            text_add_literal(text, "\\n");
        else
            text_add_byte(text, byte);
    }
}

void
exposition_series(struct exposition *page, const char *metric, const char *suffix,
                  const struct exposition_label *labels, size_t label_count)
{
    struct text *text = &page->text;

    make_room(page);
    text_add_slice(text, slice_of(metric));
    text_add_slice(text, slice_of(suffix));
    for (size_t i = 0; i < label_count; i++) {
        text_add_byte(text, i == 0 ? '{' : ',');
        text_add_slice(text, slice_of(labels[i].name));
        text_add_literal(text, "=\"");
        add_label_value(text, labels[i].value);
        text_add_byte(text, '"');
    }
    if (label_count > 0)
        text_add_byte(text, '}');
    text_add_byte(text, ' ');
}

void
exposition_raw_series(struct exposition *page, const char *metric, const char *labels)
{
    struct text *text = &page->text;

    make_room(page);
    text_add_slice(text, slice_of(metric));
    if (*labels != '\0') {
        text_add_byte(text, '{');
        text_add_slice(text, slice_of(labels));
        text_add_byte(text, '}');
    }
    text_add_byte(text, ' ');
}

void
exposition_number(struct exposition *page, uint64_t value)
{
    text_add_number(&page->text, value);
    text_add_byte(&page->text, '\n');
}

void
exposition_format_seconds(struct text *out, uint64_t microseconds)
{
    text_add_number(out, microseconds / 1000000);
    if (microseconds % 1000000 == 0)
        return;
    text_add_byte(out, '.');
    text_add_padded(out, microseconds % 1000000, 6);
    while (out->at[out->length - 1] == '0')
        out->length--;
}

void
exposition_seconds(struct exposition *page, uint64_t microseconds)
{
    exposition_format_seconds(&page->text, microseconds);
    text_add_byte(&page->text, '\n');
}

void
exposition_infinity(struct exposition *page)
{
    text_add_literal(&page->text, "+Inf\n");
}

void
exposition_clear(struct exposition *page)
{
    free(page->text.at);
    *page = (struct exposition){0};
}
