/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the JSON wires: reading one, and writing answers and errors. */
#ifndef FAIRLEAD_WIRE_WIRE_JSON_H
#define FAIRLEAD_WIRE_WIRE_JSON_H

#include <jansson.h>

#include "base/slice.h"
#include "wire/shape.h"

#define WIRE_JSON_DEPTH_MAX 16
/* Values of a body in all, and, before it is read, what may begin or part them. */
#define WIRE_JSON_VALUES_MAX 10000

/* The object that a body is, {} of an empty one; NULL with what is wrong in *error, in static
 * words. No name stands twice in an object. */
json_t *wire_json_read(struct slice body, const char **error);

/* New texts, to free(); what the shape does not know, and null, is left out. Times of the
 * output, which are texts, are written as seconds. */
char *wire_json_answer(const struct wire_operation *operation, const json_t *output);
char *wire_json_error(const char *code, const char *message);

#endif
