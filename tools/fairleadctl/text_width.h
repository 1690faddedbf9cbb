/* SPDX-License-Identifier: Apache-2.0 */
/* How much room a text takes on a terminal. */
#ifndef FAIRLEADCTL_TEXT_WIDTH_H
#define FAIRLEADCTL_TEXT_WIDTH_H

#include <stddef.h>

/* How many columns a text takes. */
size_t text_width(const char *text);

/* The columns of one character, which is passed over; wide ones (CJK) take two, combining ones
 * none. */
size_t text_next_character(const char **text);

/*
 * The text, or as much of it as fits the width with an ellipsis; new memory. Of a name, which
 * has no blanks, the end is kept, too: there names differ.
 */
char *text_cut(const char *text, size_t width);

#endif
