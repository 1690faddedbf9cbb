/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers into text; the plain copies are inline in text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

void
text_add_number(struct text *text, uint64_t number)
{
    text_add_padded(text, number, 1);
}

void
text_add_padded(struct text *text, uint64_t number, unsigned width)
{
    char digits[20];
    size_t start = sizeof(digits);

    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (start > 0 && sizeof(digits) - start < width)
        digits[--start] = '0';
    text_add_bytes(text, digits + start, sizeof(digits) - start);
}

void
text_add_hex(struct text *text, uint64_t number, unsigned digits)
{
    char bytes[16];
    size_t start = sizeof(bytes);

    do {
        bytes[--start] = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    while (start > 0 && sizeof(bytes) - start < digits)
        bytes[--start] = '0';
    text_add_bytes(text, bytes + start, sizeof(bytes) - start);
}

void
text_print(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = text->capacity - text->length;

    va_start(arguments, format);
    int length = vsnprintf(text->at + text->length, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room)
        text->is_truncated = true;
    else
        text->length += (size_t)length;
}
