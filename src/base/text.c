/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers into text, and where its characters end; the plain copies are inline in text.h. */
#include "base/text.h"

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

/* Lead bytes with how many follow, and the range of the first that does (Unicode, table 3-7).
 */
static const struct {
    unsigned char first, last, following, low, high;
} leads[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* 0: no character begins here. */
static size_t
valid_length(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t row = 0;

    while (row < sizeof(leads) / sizeof(*leads) &&
           (bytes[0] < leads[row].first || bytes[0] > leads[row].last))
        row++;
    if (row == sizeof(leads) / sizeof(*leads))
        return 0;
    size_t following = leads[row].following;
    if (following > 0 && (bytes[1] < leads[row].low || bytes[1] > leads[row].high))
        return 0;
    for (size_t i = 2; i <= following; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    return 1 + following;
}

size_t
text_character_length(const char *text)
{
    size_t length = valid_length(text);

    if (*text == '\0')
        return 0;
    return length == 0 ? 1 : length;
}

bool
text_is_same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

size_t
text_cut_length(const char *text, size_t most)
{
    size_t length = 0, next;

    while ((next = text_character_length(text + length)) != 0 && length + next <= most)
        length += next;
    return length;
}

static bool
is_control(const char *character)
{
    const unsigned char *bytes = (const unsigned char *)character;

    if (bytes[0] < ' ' || bytes[0] == 0x7f || (bytes[0] == 0xc2 && bytes[1] < 0xa0))
        return true;
    /* U+2028 and U+2029 end lines, U+202A to U+202E and U+2066 to U+2069 turn their order. */
    return bytes[0] == 0xe2 && ((bytes[1] == 0x80 && bytes[2] >= 0xa8 && bytes[2] <= 0xae) ||
                                (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9));
}

void
text_make_printable(char *text)
{
    char *out = text;

    while (*text != '\0') {
        size_t length = valid_length(text);
        if (length == 0 || is_control(text)) {
            *out++ = '?';
        } else {
            memmove(out, text, length);
            out += length;
        }
        text += length == 0 ? 1 : length;
    }
    *out = '\0';
}
