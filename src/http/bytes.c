/* SPDX-License-Identifier: Apache-2.0 */
/* The table of bytes, and looking over field values eight bytes at a time. */
#include "http/bytes.h"

#define TOKEN HTTP_BYTE_TOKEN
#define PLAIN HTTP_BYTE_PLAIN
#define TARGET HTTP_BYTE_TARGET
#define HOST HTTP_BYTE_HOST
#define VALUE HTTP_BYTE_VALUE

#define ALL_FIVE (TOKEN | PLAIN | TARGET | HOST | VALUE)
#define MARK (TOKEN | TARGET | HOST | VALUE)
#define DELIMITER (TARGET | VALUE)

const uint8_t http_bytes[256] = {
    ['\t'] = VALUE,
    [' '] = VALUE,
    ['0' ... '9'] = ALL_FIVE,
    ['A' ... 'Z'] = ALL_FIVE,
    ['a' ... 'z'] = ALL_FIVE,
    ['-'] = ALL_FIVE,
    ['.'] = MARK,
    ['_'] = MARK,
    ['~'] = MARK,
    ['!'] = MARK,
    ['$'] = MARK,
    ['&'] = MARK,
    ['\''] = MARK,
    ['*'] = MARK,
    ['+'] = MARK,
    ['%'] = MARK,
    ['^'] = TOKEN | TARGET | VALUE,
    ['`'] = TOKEN | TARGET | VALUE,
    ['|'] = TOKEN | TARGET | VALUE,
    ['#'] = TOKEN | VALUE,
    ['('] = TARGET | HOST | VALUE,
    [')'] = TARGET | HOST | VALUE,
    [';'] = TARGET | HOST | VALUE,
    ['='] = TARGET | HOST | VALUE,
    [','] = DELIMITER,
    ['"'] = DELIMITER,
    ['/'] = DELIMITER,
    [':'] = DELIMITER,
    ['<'] = DELIMITER,
    ['>'] = DELIMITER,
    ['?'] = DELIMITER,
    ['@'] = DELIMITER,
    ['['] = DELIMITER,
    ['\\'] = DELIMITER,
    [']'] = DELIMITER,
    ['{'] = DELIMITER,
    ['}'] = DELIMITER,
    [0x80 ... 0xff] = HTTP_BYTE_OPAQUE,
};

static enum http_value_kind
look_at_bytes(struct slice value)
{
    uint8_t seen = 0;

    for (size_t i = 0; i < value.length; i++) {
        uint8_t kinds = http_bytes[(uint8_t)value.at[i]];
        if ((kinds & (HTTP_BYTE_VALUE | HTTP_BYTE_OPAQUE)) == 0)
            return HTTP_VALUE_BAD;
        seen |= kinds;
    }
    return (seen & HTTP_BYTE_OPAQUE) != 0 ? HTTP_VALUE_OPAQUE : HTTP_VALUE_PLAIN;
}

/* Whether any of eight bytes is below 0x20, 0x7f, or above; tabs count too, and cost a second
 * look. */
static bool
has_special_byte(uint64_t word)
{
    uint64_t high = HTTP_EVERY_BYTE(0x80);
    uint64_t delete = word ^ HTTP_EVERY_BYTE(0x7f);
    uint64_t below_space = (word - HTTP_EVERY_BYTE(0x20)) & ~word;
    uint64_t is_delete = (delete - HTTP_EVERY_BYTE(1)) & ~delete;

    return ((below_space | is_delete | word) & high) != 0;
}

/* The last word overlaps the one before where the length is not a multiple of eight. */
enum http_value_kind
http_value_look(struct slice value)
{
    if (value.length < sizeof(uint64_t))
        return look_at_bytes(value);
    size_t last = value.length - sizeof(uint64_t);
    for (size_t i = 0; i < last; i += sizeof(uint64_t))
        if (has_special_byte(http_word_at(value.at + i)))
            return look_at_bytes(value);
    return has_special_byte(http_word_at(value.at + last)) ? look_at_bytes(value)
                                                           : HTTP_VALUE_PLAIN;
}
