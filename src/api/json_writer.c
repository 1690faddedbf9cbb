/* SPDX-License-Identifier: Apache-2.0 */
/* Each piece makes room for itself first, so that struct text never truncates. */
#include "api/json_writer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define FIRST_BYTES 4096
#define NUMBER_BYTES 32
#define ESCAPE_BYTES 6 /* of one byte, at most */

static void
make_room(struct json_writer *out, size_t bytes)
{
    struct text *text = &out->text;

    if (text->capacity - text->length >= bytes)
        return;
    size_t wanted = text->capacity == 0 ? FIRST_BYTES : text->capacity * 2;
    text->capacity = wanted - text->length < bytes ? text->length + bytes : wanted;
    text->at = memory_resize(text->at, text->capacity, 1);
}

/* The comma behind what was before, and the name. */
static void
begin_value(struct json_writer *out, const char *name, size_t bytes)
{
    size_t name_length = name == NULL ? 0 : strlen(name);

    make_room(out, bytes + name_length + sizeof(",\"\":"));
    if (out->needs_comma)
        text_add_byte(&out->text, ',');
    out->needs_comma = true;
    if (name == NULL)
        return;
    text_add_byte(&out->text, '"');
    text_add_bytes(&out->text, name, name_length);
    text_add_literal(&out->text, "\":");
}

void
json_restart(struct json_writer *out)
{
    out->text.length = 0;
    out->needs_comma = false;
}

void
json_clear(struct json_writer *out)
{
    free(out->text.at);
    *out = (struct json_writer){.needs_comma = false};
}

static void
open_value(struct json_writer *out, const char *name, char bracket)
{
    begin_value(out, name, 1);
    text_add_byte(&out->text, bracket);
    out->needs_comma = false;
}

static void
close_value(struct json_writer *out, char bracket)
{
    make_room(out, 1);
    text_add_byte(&out->text, bracket);
    out->needs_comma = true;
}

void
json_object_begin(struct json_writer *out, const char *name)
{
    open_value(out, name, '{');
}

void
json_object_end(struct json_writer *out)
{
    close_value(out, '}');
}

void
json_array_begin(struct json_writer *out, const char *name)
{
    open_value(out, name, '[');
}

void
json_array_end(struct json_writer *out)
{
    close_value(out, ']');
}

static void
add_character(struct text *out, const char *character, size_t length)
{
    unsigned char first = (unsigned char)*character;

    if (length == 1 && (first == '"' || first == '\\'))
        text_add_byte(out, '\\');
    if (length == 1 && first < ' ') {
        text_add_literal(out, "\\u");
        text_add_hex(out, first, 4);
    } else if (length == 1 && first >= 0x80) {
        text_add_byte(out, '?');
    } else {
        text_add_bytes(out, character, length);
    }
}

void
json_add_text(struct json_writer *out, const char *name, struct slice text)
{
    char *copy = memory_copy_bytes(text.at, text.length);
    size_t length;

    begin_value(out, name, text.length * ESCAPE_BYTES + 2);
    text_add_byte(&out->text, '"');
    for (const char *at = copy; (length = text_character_length(at)) != 0; at += length)
        add_character(&out->text, at, length);
    text_add_byte(&out->text, '"');
    free(copy);
}

void
json_add_raw(struct json_writer *out, const char *name, struct slice json)
{
    begin_value(out, name, json.length);
    text_add_slice(&out->text, json);
}

void
json_add_null(struct json_writer *out, const char *name)
{
    json_add_raw(out, name, SLICE_LITERAL("null"));
}

void
json_add_flag(struct json_writer *out, const char *name, bool flag)
{
    json_add_raw(out, name, flag ? SLICE_LITERAL("true") : SLICE_LITERAL("false"));
}

void
json_add_number(struct json_writer *out, const char *name, uint64_t number)
{
    begin_value(out, name, NUMBER_BYTES);
    text_add_number(&out->text, number);
}

void
json_add_number_text(struct json_writer *out, const char *name, uint64_t number)
{
    begin_value(out, name, NUMBER_BYTES);
    text_add_byte(&out->text, '"');
    text_add_number(&out->text, number);
    text_add_byte(&out->text, '"');
}

void
json_add_amount(struct json_writer *out, const char *name, double amount)
{
    if (!(amount >= 0 && amount < 1e15)) {
        json_add_null(out, name);
        return;
    }
    uint64_t hundredths = (uint64_t)(amount * 100 + 0.5);
    json_add_number(out, name, hundredths / 100);
    if (hundredths % 100 == 0)
        return;
    make_room(out, NUMBER_BYTES);
    text_add_byte(&out->text, '.');
    if (hundredths % 10 == 0)
        text_add_number(&out->text, hundredths % 100 / 10);
    else
        text_add_padded(&out->text, hundredths % 100, 2);
}

void
json_add_line_end(struct json_writer *out)
{
    make_room(out, 1);
    text_add_byte(&out->text, '\n');
    out->needs_comma = false;
}

void
json_add_time(struct json_writer *out, const char *name, uint64_t wall_us)
{
    char text[CLOCK_ISO_SIZE];

    if (wall_us == 0) {
        json_add_null(out, name);
        return;
    }
    clock_format_iso(text, wall_us);
    json_add_text(out, name, slice_of(text));
}
