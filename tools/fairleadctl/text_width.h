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

#endif
