/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of status codes, kept as one bit a code. */
#include "model/http_codes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/slice.h"

#define HTTP_FIRST 200
#define HTTP_LAST 499
#define GRPC_LAST 99

static bool
parse_code(struct slice text, unsigned *code)
{
    uint64_t number;

    if (!slice_to_number(text, HTTP_LAST, &number) ||
        (number > GRPC_LAST && number < HTTP_FIRST))
        return false;
    *code = (unsigned)number;
    return true;
}

static bool
parse_range(struct slice text, unsigned *first, unsigned *last)
{
    size_t dash = slice_find(text, '-');

    if (dash == text.length)
        return parse_code(text, first) && parse_code(text, last);
    return parse_code(slice_trim(slice_make(text.at, dash)), first) &&
           parse_code(slice_trim(slice_make(text.at + dash + 1, text.length - dash - 1)),
                      last) &&
           *first <= *last;
}

bool
http_codes_parse(struct http_codes *codes, const char *text)
{
    struct http_codes parsed = {{0}};
    struct slice rest = slice_of(text);
    struct slice element;
    unsigned first, last;

    if (slice_trim(rest).length == 0)
        return false;
    while (slice_next(&rest, ',', &element)) {
        if (!parse_range(element, &first, &last))
            return false;
        if ((first <= GRPC_LAST) != (last <= GRPC_LAST))
            return false;
        for (unsigned bit = first; bit <= last; bit++)
            parsed.bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    if (http_codes_are_grpc(&parsed) &&
        (parsed.bits[HTTP_FIRST / 64] >> (HTTP_FIRST % 64) | parsed.bits[4] | parsed.bits[5] |
         parsed.bits[6] | parsed.bits[7]) != 0)
        return false;
    *codes = parsed;
    return true;
}

char *
http_codes_text(const struct http_codes *codes)
{
    char *text = memory_copy_text("");

    for (unsigned first = 0; first <= HTTP_LAST; first++) {
        if (!http_codes_contain(codes, first))
            continue;
        unsigned last = first;
        while (http_codes_contain(codes, last + 1))
            last++;
        const char *comma = *text == '\0' ? "" : ",";
        char *longer = first == last ? memory_print("%s%s%u", text, comma, first)
                                     : memory_print("%s%s%u-%u", text, comma, first, last);
        free(text);
        text = longer;
        first = last;
    }
    return text;
}

bool
http_codes_are_grpc(const struct http_codes *codes)
{
    return (codes->bits[0] | codes->bits[1]) != 0;
}

bool
http_codes_contain(const struct http_codes *codes, unsigned code)
{
    return code <= HTTP_LAST && (codes->bits[code / 64] >> (code % 64) & 1) != 0;
}
