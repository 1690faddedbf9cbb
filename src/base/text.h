/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text written into memory of a fixed size, without printf: heads of requests and responses,
 * log lines. What does not fit is left out whole and remembered in is_truncated, so that one
 * check at the end is enough.
 */
#ifndef FAIRLEAD_BASE_TEXT_H
#define FAIRLEAD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

struct text {
    char *at;
    size_t length;
    size_t capacity;
    bool is_truncated;
};

static inline struct text
text_over(char *memory, size_t capacity)
{
    return (struct text){memory, 0, capacity, false};
}

static inline void
text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (__builtin_expect(text->capacity - text->length < length, 0)) {
        text->is_truncated = true;
        return;
    }
    if (length != 0)
        memcpy(text->at + text->length, bytes, length);
    text->length += length;
}

static inline void
text_add_slice(struct text *text, struct slice slice)
{
    text_add_bytes(text, slice.at, slice.length);
}

#define text_add_literal(text, literal) text_add_bytes(text, literal, sizeof(literal) - 1)

static inline void
text_add_byte(struct text *text, char byte)
{
    text_add_bytes(text, &byte, 1);
}

void text_add_number(struct text *text, uint64_t number);

/* Decimal with leading zeros up to the width. */
void text_add_padded(struct text *text, uint64_t number, unsigned width);

/* Lower-case hexadecimal, no leading zeros; digits > 0 pads with zeros to that many. */
void text_add_hex(struct text *text, uint64_t number, unsigned digits);

/* Whether two texts are equal, or both NULL. */
bool text_is_same(const char *one, const char *other);

/* The bytes of the UTF-8 character that a NUL-terminated text begins with; 1 where there is
 * none, and 0 at the end. */
size_t text_character_length(const char *text);

/* At most that many bytes of the text, without half a character at the end. */
size_t text_cut_length(const char *text, size_t most);

/* For people's terminals and JSON: control characters and bytes that are not UTF-8 become
 * question marks, in place. */
void text_make_printable(char *text);

static inline struct slice
text_slice(const struct text *text)
{
    return slice_make(text->at, text->length);
}

#endif
