/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was signed of an HTTP request, collected by whoever received it and has no secret: the
 * canonical request and the Authorization that goes with it, for control to verify
 * (canonical_request.h). A presigned URL's parameters become such an Authorization.
 */
#ifndef FAIRLEAD_WIRE_SIGNED_TEXT_H
#define FAIRLEAD_WIRE_SIGNED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "wire/sigv4_fault.h"

#define SIGNED_TEXT_BYTES_MAX (64 * 1024)

/* A request as it came. */
struct signed_source {
    struct slice method, path, query; /* as they stand in the request line */
    struct slice body;
    /* The n-th (from 0) value of a field, its name in lower case; false: there is none. */
    bool (*field_at)(const void *argument, struct slice name, size_t n, struct slice *value);
    const void *argument;
};

/* Both are empty where nothing is signed. */
struct signed_text {
    struct slice canonical_request, authorization;
    char *memory;
};

/* SIGV4_SOUND, also where nothing is signed; else what is wrong, and nothing to clear. */
enum sigv4_fault signed_text_collect(struct signed_text *signed_text,
                                     const struct signed_source *source);
void signed_text_clear(struct signed_text *signed_text);

#endif
