/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of status codes, kept as one bit a code. */
#include "model/http_codes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/slice.h"

#define CODE_FIRST 200
#define CODE_LAST 499

static bool
parse_code(struct slice text, unsigned *code)
{
    uint64_t number;

    if (!slice_to_number(text, CODE_LAST, &number) || number < CODE_FIRST)
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
        for (unsigned bit = first - CODE_FIRST; bit <= last - CODE_FIRST; bit++)
            parsed.bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    *codes = parsed;
    return true;
}

char *
http_codes_text(const struct http_codes *codes)
{
    char *text = memory_copy_text("");

    for (unsigned first = CODE_FIRST; first <= CODE_LAST; first++) {
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
http_codes_contain(const struct http_codes *codes, unsigned code)
{
    if (code < CODE_FIRST || code > CODE_LAST)
        return false;
    return codes->bits[(code - CODE_FIRST) / 64] >> ((code - CODE_FIRST) % 64) & 1;
}
