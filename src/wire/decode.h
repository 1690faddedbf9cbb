/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a form ("Targets.member.2.Id=10.0.0.7"), or a JSON body, to the JSON tree that a shape
 * describes, with the model's member names, checked against its bounds. What the shape does not
 * know is ignored. Times are texts of ISO 8601 in the tree.
 */
#ifndef FAIRLEAD_WIRE_DECODE_H
#define FAIRLEAD_WIRE_DECODE_H

#include <jansson.h>

#include "wire/form.h"
#include "wire/shape.h"

#define DECODE_PAIRS_MAX 10000
#define DECODE_NAME_MAX 256
#define DECODE_DEPTH_MAX 8
#define DECODE_ELEMENTS_MAX 1000

/* A new object, the caller's; NULL with what is wrong, in AWS's words, in *error to free(). */
json_t *decode_form(const struct form *form, const struct wire_operation *operation,
                    char **error);

/* The same of what wire_json_read has read; members that are null count as left out. */
json_t *decode_json(const json_t *body, const struct wire_operation *operation, char **error);

#endif
