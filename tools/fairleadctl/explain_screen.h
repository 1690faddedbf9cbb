/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule a request meets and where it goes, told as an answer. */
#ifndef FAIRLEADCTL_EXPLAIN_SCREEN_H
#define FAIRLEADCTL_EXPLAIN_SCREEN_H

#include <stdio.h>

#include <jansson.h>

/* The answer of GET /v1/explain; method and url are what was asked. */
void explain_screen_print(FILE *file, const json_t *answer, const char *method,
                          const char *url);

#endif
