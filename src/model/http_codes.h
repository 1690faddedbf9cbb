/* SPDX-License-Identifier: Apache-2.0 */
/* A set of status codes as health-check matchers write it: "200", "200,202", "200-299,304";
 * HTTP's, or gRPC's. */
#ifndef FAIRLEAD_MODEL_HTTP_CODES_H
#define FAIRLEAD_MODEL_HTTP_CODES_H

#include <stdbool.h>
#include <stdint.h>

/* One bit for each code: HTTP's from 200 to 499, or gRPC's from 0 to 99, as the ALB's HttpCode
 * and GrpcCode allow. */
struct http_codes {
    uint64_t bits[8];
};

/* Parses the text into codes; false and codes unchanged when it is malformed or out of range.
 */
bool http_codes_parse(struct http_codes *codes, const char *text);

/* The text again, in its shortest form; new memory. */
char *http_codes_text(const struct http_codes *codes);

/* Whether they are of gRPC's range and not of HTTP's; a set is of one of both. */
bool http_codes_are_grpc(const struct http_codes *codes);

bool http_codes_contain(const struct http_codes *codes, unsigned code);

#endif
