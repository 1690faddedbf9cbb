/* SPDX-License-Identifier: Apache-2.0 */
/* A text in lines of some width. */
#ifndef FAIRLEADCTL_TEXT_WRAP_H
#define FAIRLEADCTL_TEXT_WRAP_H

#include <stddef.h>

/*
 * Breaks a text between words, and within those that no line has room for, where the width (0:
 * never) is passed. At least one line, NULL behind the last; give back with text_wrap_free.
 */
char **text_wrap(const char *text, size_t width);
void text_wrap_free(char ***lines);

#endif
