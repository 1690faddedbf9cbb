/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what came to the JSON tree that a shape describes: the walk and the checks, which are
 * the same for all wires. How a value stands in a form or in JSON say decode_form.c and
 * decode_json.c. Private to these.
 */
#ifndef FAIRLEAD_WIRE_DECODING_H
#define FAIRLEAD_WIRE_DECODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "wire/shape.h"

struct decoding;

/* A value as it came; NULL: the member counts as left out, or something is wrong. */
typedef json_t *decoding_value(struct decoding *decoding, const struct shape *shape,
                               const json_t *node, const char *path);

struct decoding {
    enum wire wire;
    decoding_value *value;
    char *error; /* the first, to free(); NULL: none */
};

/* Takes the words; the first are kept. NULL. */
json_t *decoding_fail(struct decoding *decoding, char *error);

/* The same in AWS's words; value NULL: there is none to show. NULL. */
json_t *decoding_violate(struct decoding *decoding, const char *path, const char *value,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The object of the members that are there, as far as they are sound. */
json_t *decoding_structure(struct decoding *decoding, const struct shape *shape,
                           const json_t *node, const char *path);

/* NULL: it is out of the shape's bounds, or none of its words. */
json_t *decoding_text(struct decoding *decoding, const struct shape *shape, const char *text,
                      const char *path);
json_t *decoding_integer(struct decoding *decoding, const struct shape *shape, int64_t number,
                         const char *path);

/* Of the elements of a list or map. */
void decoding_count(struct decoding *decoding, const struct shape *shape, size_t count,
                    const char *path);

#endif
