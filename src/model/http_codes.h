/* SPDX-License-Identifier: Apache-2.0 */
/* A set of HTTP status codes as health-check matchers write it: "200", "200,202",
 * "200-299,304". */
#ifndef FAIRLEAD_MODEL_HTTP_CODES_H
#define FAIRLEAD_MODEL_HTTP_CODES_H

#include <stdbool.h>
#include <stdint.h>

/* One bit for each code from 200 to 499, the range that the ALB's HttpCode allows. */
struct http_codes {
    uint64_t bits[5];
};

/* Parses the text into codes; false and codes unchanged when it is malformed or out of range.
 */
bool http_codes_parse(struct http_codes *codes, const char *text);

/* The text again, in its shortest form; new memory. */
char *http_codes_text(const struct http_codes *codes);

bool http_codes_contain(const struct http_codes *codes, unsigned code);

#endif
