/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of heads that forwarding_*.c write: whole lines, one check of room for each. */
#ifndef FAIRLEAD_HTTP_FORWARDING_WRITE_H
#define FAIRLEAD_HTTP_FORWARDING_WRITE_H

#include "base/text.h"
#include "http/head.h"

/* "Name: value\r\n" */
static inline void
write_field(struct text *out, struct slice name, struct slice value)
{
    size_t length = name.length + value.length + 4;

    if (__builtin_expect(out->capacity - out->length < length, 0)) {
        out->is_truncated = true;
        return;
    }
    char *at = out->at + out->length;
    memcpy(at, name.at, name.length);
    at += name.length;
    *at++ = ':';
    *at++ = ' ';
    if (value.length != 0)
        memcpy(at, value.at, value.length);
    at += value.length;
    *at++ = '\r';
    *at = '\n';
    out->length += length;
}

static inline void
write_content_length(struct text *out, uint64_t length)
{
    text_add_literal(out, "Content-Length: ");
    text_add_number(out, length);
    text_add_literal(out, "\r\n");
}

#endif
