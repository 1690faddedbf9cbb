/* SPDX-License-Identifier: Apache-2.0 */
/* The lines were written by us: each ends in CRLF, and has ": " behind its name. */
#include "http/http2_lines.h"

#include <string.h>

static void
make_lower(char *at, size_t length)
{
    for (size_t i = 0; i < length; i++)
        at[i] = slice_lower(at[i]);
}

/* Content-Length stays: it tells, and frames nothing here. */
static bool
is_left_out(enum http_field_id id)
{
    return http_field_class(id) == HTTP_HOP_BY_HOP || id == HTTP_FIELD_TRANSFER_ENCODING;
}

static bool
add_line(struct http2_lines *lines, char *line, size_t length)
{
    size_t end = slice_find(slice_make(line, length), ':');
    struct slice name = slice_make(line, end);
    enum http_field_id id = http_field_find(name);

    if (end + 2 > length || is_left_out(id))
        return true;
    struct slice value = slice_make(line + end + 2, length - end - 2);
    if (id == HTTP_FIELD_HOST) {
        lines->host = value;
        return true;
    }
    if (lines->count == HTTP2_LINES_MAX)
        return false;
    make_lower(line, end);
    lines->fields[lines->count++] = (struct http2_field){name, value};
    return true;
}

/* Up to an empty line, or to the end. */
static bool
read_lines(struct http2_lines *lines, char *text, size_t length)
{
    char *at = text, *stop = text + length;

    while (at < stop) {
        char *end = memchr(at, '\n', (size_t)(stop - at));
        size_t line = (size_t)(end - at) - 1;
        if (line > 0 && !add_line(lines, at, line))
            return false;
        at = end + 1;
        if (line == 0)
            break;
    }
    lines->head_length = (size_t)(at - text);
    return true;
}

static void
reset(struct http2_lines *lines)
{
    lines->start_line = lines->host = SLICE_NONE;
    lines->count = 0;
}

bool
http2_lines_read(struct http2_lines *lines, char *text, size_t length)
{
    reset(lines);
    return read_lines(lines, text, length);
}

bool
http2_lines_read_head(struct http2_lines *lines, char *text, size_t length)
{
    size_t first = slice_find(slice_make(text, length), '\n') + 1;

    reset(lines);
    lines->start_line = slice_make(text, first - 2);
    if (!read_lines(lines, text + first, length - first))
        return false;
    lines->head_length += first;
    return true;
}

void
http2_lines_split_request(const struct http2_lines *lines, struct slice *method,
                          struct slice *target)
{
    struct slice line = lines->start_line;
    size_t blank = slice_find(line, ' ');

    *method = slice_make(line.at, blank);
    line = slice_make(line.at + blank + 1, line.length - blank - 1);
    *target = slice_make(line.at, slice_find(line, ' '));
}
