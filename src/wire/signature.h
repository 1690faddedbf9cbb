/* SPDX-License-Identifier: Apache-2.0 */
/* Signing as AWS Signature Version 4 does it. */
#ifndef FAIRLEAD_WIRE_SIGNATURE_H
#define FAIRLEAD_WIRE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/digest.h"
#include "wire/authorization.h"

/* The form of x-amz-date: "20261126T101530Z". */
#define SIGNATURE_TIME_LENGTH 16

/* Seconds since 1970; false: it is not of that form. */
bool signature_read_time(struct slice time, uint64_t *seconds);

/* The signature that the secret gives for a canonical request of that time and scope. */
void signature_make(const struct authorization *scope, struct slice time,
                    struct slice canonical_request, struct slice secret,
                    char signature[DIGEST_TEXT_SIZE]);

#endif
