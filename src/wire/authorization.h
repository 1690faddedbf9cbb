/* SPDX-License-Identifier: Apache-2.0 */
/* What an Authorization field of AWS Signature Version 4 says. */
#ifndef FAIRLEAD_WIRE_AUTHORIZATION_H
#define FAIRLEAD_WIRE_AUTHORIZATION_H

#include <stdbool.h>

#include "base/slice.h"

#define AUTHORIZATION_ALGORITHM "AWS4-HMAC-SHA256"
#define AUTHORIZATION_BYTES_MAX 4096 /* of a field that anybody reads */
#define AUTHORIZATION_KEY_ID_MAX 128

/* Slices of the field's value. */
struct authorization {
    struct slice credential; /* "KEY_ID/DAY/REGION/SERVICE/aws4_request" */
    struct slice key_id;
    struct slice scope;                /* "DAY/REGION/SERVICE/aws4_request" */
    struct slice day, region, service; /* the day as YYYYMMDD */
    struct slice signed_names;         /* "content-type;host;x-amz-date" */
    struct slice signature;            /* 64 lower-case hexadecimal digits */
};

/* False: it is not of that form. */
bool authorization_read(struct authorization *authorization, struct slice value);

/* The same for a credential alone, as it stands in a presigned URL. */
bool authorization_read_credential(struct authorization *authorization, struct slice value);

#endif
