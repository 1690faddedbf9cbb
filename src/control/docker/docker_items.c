/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the end of each object by counting braces outside of strings. */
#include "control/docker/docker_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"

#define DEPTH_MOST 64
/* Of an object that is too long this much is kept, which holds its id. */
#define KEPT_BYTES ((size_t)4096)

/* Notes one byte of an object; true when the object ends with it. */
static bool
step(struct docker_items *items, char byte)
{
    if (items->is_in_string) {
        if (items->is_escaped)
            items->is_escaped = false;
        else if (byte == '\\')
            items->is_escaped = true;
        else if (byte == '"')
            items->is_in_string = false;
        return false;
    }
    if (byte == '"')
        items->is_in_string = true;
    else if (byte == '{' || byte == '[')
        items->depth++;
    else if (byte == '}' || byte == ']')
        return --items->depth == 0;
    return false;
}

/* Too long: what was kept of it shrinks to its beginning. */
static void
append(struct docker_items *items, const char *bytes, size_t length)
{
    size_t wanted = items->length + length;

    if (items->is_skipping)
        return;
    if (wanted > items->most_bytes) {
        items->is_skipping = true;
        length = items->length < KEPT_BYTES ? KEPT_BYTES - items->length : 0;
        wanted = items->length < KEPT_BYTES ? KEPT_BYTES : items->length;
    }
    if (wanted > items->capacity) {
        items->capacity = wanted < 2048 ? 4096 : wanted * 2;
        items->bytes = memory_resize(items->bytes, items->capacity, 1);
    }
    memcpy(items->bytes + items->length, bytes, length);
    items->length = wanted;
}

/* Length of the part of bytes that belongs to the object begun; -1: nested too deep. */
static int
find_end(struct docker_items *items, struct slice bytes, size_t *used)
{
    for (*used = 0; *used < bytes.length; (*used)++) {
        if (step(items, bytes.at[*used])) {
            (*used)++;
            return 0;
        }
        if (items->depth > DEPTH_MOST)
            return -1;
    }
    return 0;
}

/* What stands between two objects: 1 passed over, 0 an object begins, -1 neither. */
static int
pass_over(struct docker_items *items, char byte)
{
    bool is_blank = byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t';

    if (is_blank || (!items->is_array && byte == '\x1e'))
        return 1;
    if (!items->is_array)
        return byte == '{' ? 0 : -1;
    if (items->has_ended)
        return -1;
    if (!items->has_begun) {
        items->has_begun = byte == '[';
        return items->has_begun ? 1 : -1;
    }
    items->has_ended = byte == ']';
    if (items->has_ended || byte == ',')
        return 1;
    return byte == '{' ? 0 : -1;
}

static int
end_item(struct docker_items *items, docker_item_callback *on_item, void *argument)
{
    size_t length = items->length;
    bool is_cut = items->is_skipping;

    items->length = 0;
    items->is_skipping = false;
    return on_item(argument, items->bytes, length, is_cut);
}

int
docker_items_feed(struct docker_items *items, const char *bytes, size_t length,
                  docker_item_callback *on_item, void *argument)
{
    struct slice rest = slice_make(bytes, length);
    size_t used;

    items->is_closed = false;
    while (rest.length > 0 && !items->is_closed) {
        int passed = items->depth == 0 ? pass_over(items, *rest.at) : 0;
        if (passed == -1)
            return -1;
        if (passed == 1) {
            rest = slice_make(rest.at + 1, rest.length - 1);
            continue;
        }
        if (find_end(items, rest, &used) == -1)
            return -1;
        append(items, rest.at, used);
        rest = slice_make(rest.at + used, rest.length - used);
        if (items->depth == 0 && end_item(items, on_item, argument) == -1)
            return -1;
    }
    return 0;
}

void
docker_items_clear(struct docker_items *items)
{
    free(items->bytes);
    *items = (struct docker_items){
        .most_bytes = items->most_bytes, .is_array = items->is_array, .is_closed = true};
}

static struct slice
skip_blanks(struct slice text)
{
    while (text.length > 0 && (*text.at == ' ' || *text.at == '\t'))
        text = slice_make(text.at + 1, text.length - 1);
    return text;
}

/* The text of a member whose name (in quotes) begins here; NONE: it has none that ends. */
static struct slice
value_of_member(struct slice text, size_t name_length)
{
    text = skip_blanks(slice_make(text.at + name_length, text.length - name_length));
    if (text.length == 0 || *text.at != ':')
        return SLICE_NONE;
    text = skip_blanks(slice_make(text.at + 1, text.length - 1));
    if (text.length == 0 || *text.at != '"')
        return SLICE_NONE;
    text = slice_make(text.at + 1, text.length - 1);
    size_t end = slice_find(text, '"');
    return end == text.length ? SLICE_NONE : slice_make(text.at, end);
}

/* A text inside of a label has its quotes escaped, so it cannot look like a member. */
bool
docker_items_find_id(const char *text, size_t length, char *id, size_t size)
{
    static const char *const names[] = {"\"ID\"", "\"Id\"", "\"id\""};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *found = memmem(text, length, names[i], strlen(names[i]));
        if (found == NULL)
            continue;
        struct slice value = value_of_member(slice_make(found, (size_t)(text + length - found)),
                                             strlen(names[i]));
        if (value.length == 0 || value.length >= size)
            continue;
        memcpy(id, value.at, value.length);
        id[value.length] = '\0';
        return true;
    }
    return false;
}
