/* SPDX-License-Identifier: Apache-2.0 */
/* The one place from which bytes reach the terminal. */
#include "output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "text_width.h"
#include "text_wrap.h"

enum { LEAST_ROOM = 8 }; /* for words, however far the head goes */

void
output_text(FILE *file, const char *text)
{
    char *copy = memory_copy_text(text == NULL ? "" : text);

    text_make_printable(copy);
    fputs(copy, file);
    free(copy);
}

void
output_paragraph(FILE *file, const char *head, const char *text, unsigned width)
{
    size_t indent = text_width(head);
    size_t room = width > indent + LEAST_ROOM ? width - indent : LEAST_ROOM;
    char **lines = text_wrap(text, width == 0 ? 0 : room);

    fputs(head, file);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (i > 0)
            fprintf(file, "%*s", (int)indent, "");
        output_text(file, lines[i]);
        putc('\n', file);
    }
    text_wrap_free(&lines);
}

static FILE *kept_errors; /* NULL: they go to stderr */

void
output_keep_errors(FILE *file)
{
    kept_errors = file;
}

void
output_error_detail(const char *text)
{
    FILE *file = kept_errors != NULL ? kept_errors : stderr;

    output_text(file, text);
    putc('\n', file);
}

void
output_error(const char *format, ...)
{
    char line[4096];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (kept_errors == NULL)
        fputs("fairleadctl: ", stderr);
    output_error_detail(line);
}

void
output_lines(FILE *file, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = memory_copy_bytes(text, length);
        output_text(file, line);
        putc('\n', file);
        free(line);
        text += length + (text[length] == '\n');
    }
}

/* Line ends and tabs stand between values; inside texts JSON has none of them bare. */
static void
put_json_character(FILE *file, const char *character, size_t length)
{
    unsigned char first = (unsigned char)*character;

    if (length == 2 && first == 0xc2 && (unsigned char)character[1] < 0xa0)
        fprintf(file, "\\u%04x", (unsigned char)character[1]);
    else if (first == 0x7f)
        fputs("\\u007f", file);
    else if ((first < ' ' && first != '\n' && first != '\t') || (first > 0x7f && length == 1))
        putc('?', file);
    else
        fwrite(character, 1, length, file);
}

void
output_json(FILE *file, const char *text)
{
    size_t length = strlen(text), step;

    for (const char *at = text; (step = text_character_length(at)) != 0; at += step)
        put_json_character(file, at, step);
    if (length != 0 && text[length - 1] != '\n')
        putc('\n', file);
}
