/* SPDX-License-Identifier: Apache-2.0 */
/* One text has one reading: lines end at a line feed and nothing else, each field is there
 * once, and what is left over is refused. */
#include "wire/canonical_request.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/percent.h"

#define METHOD_MAX_LENGTH 16

/* The text up to the next line feed, which is taken off the rest; false: there is none. */
static bool
take_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find(*rest, '\n');

    if (end == rest->length)
        return false;
    *line = slice_make(rest->at, end);
    *rest = slice_make(rest->at + end + 1, rest->length - end - 1);
    return true;
}

static bool
is_method(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.at[i] < 'A' || text.at[i] > 'Z')
            return false;
    return text.length > 0 && text.length <= METHOD_MAX_LENGTH;
}

/* A lower-case token (RFC 9110 5.6.2). */
static bool
is_field_name(struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.at[i];
        bool is_fine = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
        if (!is_fine)
            return false;
    }
    return text.length > 0;
}

static bool
has_control_bytes(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return true;
    return false;
}

static bool
is_before(struct slice one, struct slice other)
{
    size_t shorter = one.length < other.length ? one.length : other.length;
    int order = shorter == 0 ? 0 : memcmp(one.at, other.at, shorter);

    return order < 0 || (order == 0 && one.length < other.length);
}

static bool
split_field(struct slice line, struct slice *name, struct slice *value)
{
    size_t colon = slice_find(line, ':');

    if (colon == line.length)
        return false;
    *name = slice_make(line.at, colon);
    *value = slice_make(line.at + colon + 1, line.length - colon - 1);
    return true;
}

/* The lines up to an empty one: sorted, and so each name once. */
static bool
take_fields(struct canonical_request *request, struct slice *rest)
{
    struct slice line, name, value, last = SLICE_NONE;
    const char *start = rest->at;

    while (take_line(rest, &line)) {
        if (line.length == 0) {
            request->fields = slice_make(start, (size_t)(line.at - start));
            return true;
        }
        if (!split_field(line, &name, &value) || !is_field_name(name) ||
            has_control_bytes(value) || !is_before(last, name))
            return false;
        last = name;
    }
    return false;
}

/* The list of names is that of the fields. */
static bool
are_names_of_fields(struct slice names, struct slice fields)
{
    struct slice line, name, value;
    bool is_first = true;

    while (take_line(&fields, &line)) {
        if (!split_field(line, &name, &value) ||
            (!is_first && !slice_starts_with(names, SLICE_LITERAL(";"))))
            return false;
        names = slice_make(names.at + !is_first, names.length - !is_first);
        if (!slice_starts_with(names, name))
            return false;
        names = slice_make(names.at + name.length, names.length - name.length);
        is_first = false;
    }
    return names.length == 0;
}

bool
canonical_request_read(struct canonical_request *request, struct slice text)
{
    struct slice rest = text;

    *request = (struct canonical_request){.text = text};
    if (!take_line(&rest, &request->method) || !take_line(&rest, &request->path) ||
        !take_line(&rest, &request->query) || !take_fields(request, &rest) ||
        !take_line(&rest, &request->signed_names))
        return false;
    request->payload = rest;
    return is_method(request->method) && slice_starts_with(request->path, SLICE_LITERAL("/")) &&
           percent_is_encoded(request->path, "/") && percent_is_encoded(request->query, "&=") &&
           are_names_of_fields(request->signed_names, request->fields) && rest.length > 0 &&
           !has_control_bytes(rest);
}

bool
canonical_request_field(const struct canonical_request *request, struct slice name,
                        struct slice *value)
{
    struct slice rest = request->fields, line, found;

    while (take_line(&rest, &line))
        if (split_field(line, &found, value) && slice_equal(found, name))
            return true;
    return false;
}

char *
canonical_request_path(const struct canonical_request *request)
{
    char *path = memory_take(request->path.length + 1, 1);
    size_t length = percent_decode(path, request->path, false);

    length = percent_decode(path, slice_make(path, length), false);
    path[length] = '\0';
    if (strlen(path) == length)
        return path;
    free(path);
    return NULL;
}
