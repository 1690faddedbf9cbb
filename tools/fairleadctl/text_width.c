/* SPDX-License-Identifier: Apache-2.0 */
#include "text_width.h"

#include <string.h>
#include <wchar.h>

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
