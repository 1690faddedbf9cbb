/* SPDX-License-Identifier: Apache-2.0 */
/* The lines were written by us: each ends in CRLF, and has ": " behind its name. */
#include "http/http2_answer.h"

#include <string.h>

static void
make_lower(char *at, size_t length)
{
    for (size_t i = 0; i < length; i++)
        at[i] = slice_lower(at[i]);
}

/* Content-Length stays: it tells, and frames nothing here. */
static bool
is_left_out(struct slice name)
{
    enum http_field_id id = http_field_find(name);

    return http_field_class(id) == HTTP_HOP_BY_HOP || id == HTTP_FIELD_TRANSFER_ENCODING;
}

static bool
add_line(struct http2_answer *answer, char *line, size_t length)
{
    size_t end = slice_find(slice_make(line, length), ':');
    struct slice name = slice_make(line, end);

    if (end + 2 > length || is_left_out(name))
        return true;
    if (answer->count == HTTP2_ANSWER_FIELDS_MAX)
        return false;
    make_lower(line, end);
    answer->fields[answer->count++] =
        (struct http2_field){name, slice_make(line + end + 2, length - end - 2)};
    return true;
}

bool
http2_answer_read(struct http2_answer *answer, char *text, size_t length)
{
    bool is_status_line = true;
    char *at = text;

    answer->count = 0;
    for (;;) {
        char *end = memchr(at, '\n', length - (size_t)(at - text));
        size_t line = (size_t)(end - at) - 1;
        if (line > 0 && !is_status_line && !add_line(answer, at, line))
            return false;
        is_status_line = false;
        at = end + 1;
        if (line == 0)
            break;
    }
    answer->head_length = (size_t)(at - text);
    return true;
}
