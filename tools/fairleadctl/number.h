/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in what people, the environment and the metrics page give. */
#ifndef FAIRLEADCTL_NUMBER_H
#define FAIRLEADCTL_NUMBER_H

#include <stdbool.h>

/*
 * The decimal number that a text begins with, and in *rest what follows it: the text itself
 * where there is none. "-1", "0x1", "inf" and what is too large are none.
 */
double number_read(const char *text, const char **rest);

/* All of a text as a whole number from least to most; false: it is something else. */
bool number_read_whole(const char *text, unsigned least, unsigned most, unsigned *number);

#endif
