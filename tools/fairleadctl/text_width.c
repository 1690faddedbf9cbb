/* SPDX-License-Identifier: Apache-2.0 */
#include "text_width.h"

#include <string.h>
#include <wchar.h>

#include "base/memory.h"

size_t
text_next_character(const char **text)
{
    mbstate_t state = {0};
    wchar_t character;
    size_t length = mbrtowc(&character, *text, strlen(*text), &state);

    if (length == (size_t)-1 || length == (size_t)-2 || length == 0) {
        (*text)++;
        while (((unsigned char)**text & 0xc0) == 0x80)
            (*text)++;
        return 1;
    }
    *text += length;
    int width = wcwidth(character);
    return width < 0 ? 1 : (size_t)width;
}

size_t
text_width(const char *text)
{
    size_t width = 0;

    while (*text != '\0')
        width += text_next_character(&text);
    return width;
}

/* How many bytes at the beginning fit the width. */
static size_t
head_bytes(const char *text, size_t width)
{
    const char *end = text, *next = text;
    size_t used = 0;

    while (*next != '\0' && (used += text_next_character(&next)) <= width)
        end = next;
    return (size_t)(end - text);
}

char *
text_cut(const char *text, size_t width)
{
    size_t own = text_width(text);
    size_t tail = strchr(text, ' ') == NULL ? width / 3 : 0;
    const char *end = text + strlen(text);

    if (own <= width || width == 0)
        return memory_copy_text(text);
    size_t head = head_bytes(text, width - 1 - tail);
    if (tail > 0)
        end = text + head_bytes(text, own - tail);
    while (text_width(end) > tail) /* half of a wide character */
        text_next_character(&end);
    return memory_print("%.*s…%s", (int)head, text, end);
}
