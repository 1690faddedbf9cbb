/* SPDX-License-Identifier: Apache-2.0 */
/* The one place from which bytes reach the terminal. */
#include "output.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "text_width.h"

enum { LEAST_ROOM = 8 }; /* for words, however far the head goes */

void
output_text(FILE *file, const char *text)
{
    char *copy = memory_copy_text(text == NULL ? "" : text);

    text_make_printable(copy);
    fputs(copy, file);
    free(copy);
}

/* A paragraph that is being written. */
struct paragraph {
    FILE *file;
    size_t indent, at, width; /* width 0: never broken */
};

static void
break_line(struct paragraph *paragraph)
{
    fprintf(paragraph->file, "\n%*s", (int)paragraph->indent, "");
    paragraph->at = paragraph->indent;
}

static size_t
room_behind(const struct paragraph *paragraph, size_t at)
{
    return paragraph->width > at + LEAST_ROOM ? paragraph->width - at : LEAST_ROOM;
}

/* Whether even a line of its own has no room for it. */
static bool
is_overlong(const struct paragraph *paragraph, const char *word)
{
    return paragraph->width != 0 &&
           text_width(word) > room_behind(paragraph, paragraph->indent);
}

/* What no line has room for is broken where the line ends. */
static void
put_word(struct paragraph *paragraph, const char *word)
{
    while (is_overlong(paragraph, word)) {
        size_t room = room_behind(paragraph, paragraph->at);
        const char *end = word, *next = word;
        for (size_t used = 0; (used += text_next_character(&next)) <= room;)
            end = next;
        char *part = memory_copy_bytes(word, (size_t)(end - word));
        output_text(paragraph->file, part);
        free(part);
        break_line(paragraph);
        word = end;
    }
    output_text(paragraph->file, word);
    paragraph->at += text_width(word);
}

void
output_paragraph(FILE *file, const char *head, const char *text, unsigned width)
{
    size_t indent = text_width(head);
    struct paragraph paragraph = {file, indent, indent, width};
    bool is_first = true;

    fputs(head, file);
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        char *word = memory_copy_bytes(text, length);
        bool fits = width == 0 || is_overlong(&paragraph, word) ||
                    paragraph.at + 1 + text_width(word) <= width;
        if (!is_first && !fits)
            break_line(&paragraph);
        else if (!is_first)
            paragraph.at += (size_t)fprintf(file, " ");
        put_word(&paragraph, word);
        is_first = false;
        free(word);
        text += length;
        text += strspn(text, " ");
    }
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
    fputs("fairleadctl: ", stderr);
    output_text(stderr, line);
    putc('\n', stderr);
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
