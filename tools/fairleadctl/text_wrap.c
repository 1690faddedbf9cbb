/* SPDX-License-Identifier: Apache-2.0 */
#include "text_wrap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text_width.h"

struct wrapping {
    char **lines;
    size_t count;
    size_t used, width; /* of the last line; width 0: without end */
};

static void
begin_line(struct wrapping *wrapping)
{
    wrapping->lines =
        (char **)memory_resize((void *)wrapping->lines, wrapping->count + 2, sizeof(char *));
    wrapping->lines[wrapping->count++] = memory_copy_text("");
    wrapping->lines[wrapping->count] = NULL;
    wrapping->used = 0;
}

static void
add(struct wrapping *wrapping, const char *text, size_t length)
{
    char **line = &wrapping->lines[wrapping->count - 1];
    char *longer = memory_print("%s%.*s", *line, (int)length, text);

    free(*line);
    *line = longer;
    wrapping->used = text_width(longer);
}

/* How many bytes of a text some width has room for, but at least a character. */
static size_t
fitting(const char *text, size_t width)
{
    const char *end = text, *next = text;
    size_t used = text_next_character(&next);

    do {
        end = next;
    } while (*next != '\0' && (used += text_next_character(&next)) <= width);
    return (size_t)(end - text);
}

static void
add_word(struct wrapping *wrapping, const char *word)
{
    bool is_overlong = wrapping->width != 0 && text_width(word) > wrapping->width;
    size_t blank = wrapping->used == 0 ? 0 : 1;
    bool fits =
        wrapping->width == 0 || wrapping->used + blank + text_width(word) <= wrapping->width;

    if (!fits && (!is_overlong || wrapping->used + blank >= wrapping->width))
        begin_line(wrapping);
    else if (blank != 0)
        add(wrapping, " ", 1);
    while (is_overlong && wrapping->used + text_width(word) > wrapping->width) {
        size_t part = fitting(word, wrapping->width - wrapping->used);
        add(wrapping, word, part);
        begin_line(wrapping);
        word += part;
    }
    add(wrapping, word, strlen(word));
}

char **
text_wrap(const char *text, size_t width)
{
    struct wrapping wrapping = {.width = width};

    begin_line(&wrapping);
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        char *word = memory_copy_bytes(text, length);
        add_word(&wrapping, word);
        free(word);
        text += length;
    }
    return wrapping.lines;
}

void
text_wrap_free(char ***lines)
{
    for (size_t i = 0; (*lines)[i] != NULL; i++)
        free((*lines)[i]);
    free((void *)*lines);
    *lines = NULL;
}
