/* SPDX-License-Identifier: Apache-2.0 */
/* Names and values of a query, or of a body that is application/x-www-form-urlencoded. */
#ifndef FAIRLEAD_WIRE_FORM_H
#define FAIRLEAD_WIRE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* Decoded, in the order in which they came; the value of a name alone is "". */
struct form_pair {
    const char *name, *value;
};

/* Made by form_read, freed by form_clear; {0} is an empty one. */
struct form {
    struct form_pair *pairs;
    size_t count;
    char *memory;
};

/* Of at most that many pairs. False, and an empty form, with what is wrong. */
bool form_read(struct form *form, struct slice text, size_t most, const char **error);
void form_clear(struct form *form);

/* The n-th (from 0) value of a name that may repeat, or NULL. */
const char *form_value(const struct form *form, const char *name, size_t n);

#endif
