/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that SigV4 signs, read by whoever verifies it: nothing that a call says is taken
 * from elsewhere. signed_text.h writes it.
 *
 *     METHOD
 *     /path, encoded once more than it was sent
 *     query, its pairs sorted
 *     name:value of each signed field, sorted
 *     (nothing)
 *     names of the signed fields
 *     hash of the body
 */
#ifndef FAIRLEAD_WIRE_CANONICAL_REQUEST_H
#define FAIRLEAD_WIRE_CANONICAL_REQUEST_H

#include <stdbool.h>

#include "base/slice.h"

/* As a client says that its signature leaves the body out. */
#define CANONICAL_REQUEST_NO_BODY "UNSIGNED-PAYLOAD"

/* Slices of the text, as they stand there. */
struct canonical_request {
    struct slice text;
    struct slice method, path, query;
    struct slice fields;       /* lines */
    struct slice signed_names; /* "content-type;host;x-amz-date" */
    struct slice payload;      /* a hash, or CANONICAL_REQUEST_NO_BODY, or something else */
};

/* False: it is not of that form. */
bool canonical_request_read(struct canonical_request *request, struct slice text);

/* A signed field by its lower-case name; false: it was not signed. */
bool canonical_request_field(const struct canonical_request *request, struct slice name,
                             struct slice *value);

/* The path that is meant, decoded, the caller's to free; NULL: it has a byte 0. */
char *canonical_request_path(const struct canonical_request *request);

#endif
