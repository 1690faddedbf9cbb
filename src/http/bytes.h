/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each byte may be part of (RFC 9110 5.6.2 and 5.5, RFC 3986): one table instead of range
 * tests, and a quick look over a whole field value.
 */
#ifndef FAIRLEAD_HTTP_BYTES_H
#define FAIRLEAD_HTTP_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

enum http_byte {
    HTTP_BYTE_TOKEN = 1,   /* methods, field names */
    HTTP_BYTE_PLAIN = 2,   /* letters, digits, '-': what drop_invalid_header_fields keeps */
    HTTP_BYTE_TARGET = 4,  /* request targets: visible ASCII but '#' */
    HTTP_BYTE_HOST = 8,    /* reg-name without ',' */
    HTTP_BYTE_VALUE = 16,  /* field values: visible ASCII, space, tab */
    HTTP_BYTE_OPAQUE = 32, /* obs-text, 0x80 and up */
};

extern const uint8_t http_bytes[256];

static inline bool
http_byte_is(char byte, enum http_byte kind)
{
    return (http_bytes[(uint8_t)byte] & kind) != 0;
}

/* Whether all bytes are of that kind; true for none. */
static inline bool
http_bytes_are(struct slice slice, enum http_byte kind)
{
    uint8_t kinds = (uint8_t)kind;

    for (size_t i = 0; i < slice.length; i++)
        kinds &= http_bytes[(uint8_t)slice.at[i]];
    return kinds != 0;
}

static inline bool
http_is_token(struct slice slice)
{
    return slice.length != 0 && http_bytes_are(slice, HTTP_BYTE_TOKEN);
}

/* Eight bytes as one number, for looking at them all at once. */
#define HTTP_EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t
http_word_at(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

enum http_value_kind {
    HTTP_VALUE_PLAIN,  /* visible ASCII, space, tab */
    HTTP_VALUE_OPAQUE, /* obs-text too */
    HTTP_VALUE_BAD     /* a control byte: NUL, CR and LF among them */
};

enum http_value_kind http_value_look(struct slice value);

#endif
