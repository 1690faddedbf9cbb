/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that fairleadctl prints goes through here: answers hold names and ids that others chose,
 * and a terminal obeys control characters.
 */
#ifndef FAIRLEADCTL_OUTPUT_H
#define FAIRLEADCTL_OUTPUT_H

#include <stdio.h>

/* Text within a line: control characters and what is no UTF-8 become question marks. */
void output_text(FILE *file, const char *text);

/*
 * A paragraph: broken between words, and within those that no line has room for, where the
 * width (0: never) is passed; the first line begins with the head, the others with as many
 * blanks.
 */
void output_paragraph(FILE *file, const char *head, const char *text, unsigned width);

/* A line on stderr, begun with the program's name; and one that tells more of it. */
void output_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void output_error_detail(const char *text);

/* From now on they go there, without the name; NULL: to stderr again. */
void output_keep_errors(FILE *file);

/* Lines as the daemon gave them; a line end is put where the last one lacks it. */
void output_lines(FILE *file, const char *text);

/* JSON as the daemon gave it: in its texts, control characters become escapes, which mean the
 * same. */
void output_json(FILE *file, const char *text);

#endif
