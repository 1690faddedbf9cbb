/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/percent.h"

static bool
is_unreserved(char byte)
{
    return slice_is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '-' ||
           byte == '.' || byte == '_' || byte == '~';
}

/* -1: it is no digit. */
static int
hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = slice_lower(byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

void
percent_encode(struct text *out, struct slice bytes)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        const char escape[] = {'%', digits[byte >> 4], digits[byte & 15]};

        if (is_unreserved(bytes.at[i]))
            text_add_byte(out, bytes.at[i]);
        else
            text_add_bytes(out, escape, sizeof(escape));
    }
}

/* A %XX in upper case. */
static bool
is_escape(struct slice text)
{
    return text.length >= 3 && text.at[0] == '%' && hex_value(text.at[1]) != -1 &&
           hex_value(text.at[2]) != -1 && text.at[1] < 'a' && text.at[2] < 'a';
}

bool
percent_is_encoded(struct slice text, const char *also)
{
    while (text.length > 0) {
        char byte = *text.at;
        size_t length = 1;

        if (byte == '%' && is_escape(text))
            length = 3;
        else if (!is_unreserved(byte) && (byte == '\0' || strchr(also, byte) == NULL))
            return false;
        text = slice_make(text.at + length, text.length - length);
    }
    return true;
}

size_t
percent_decode(char *memory, struct slice text, bool plus_is_space)
{
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        bool has_digits = byte == '%' && text.length - i > 2 &&
                          hex_value(text.at[i + 1]) != -1 && hex_value(text.at[i + 2]) != -1;

        if (has_digits) {
            byte = (char)(hex_value(text.at[i + 1]) * 16 + hex_value(text.at[i + 2]));
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        memory[length++] = byte;
    }
    return length;
}
