/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people say them. */
#ifndef FAIRLEADCTL_WHEN_H
#define FAIRLEADCTL_WHEN_H

#include <stdbool.h>

/* Seconds since 1970 of an ISO 8601 time in UTC as the daemon writes it; -1: it is none. */
double when_read(const char *text);

double when_now(void);

/* "12s", "4m", "3h", "2d": one number and one letter. Give back with free(). */
char *when_span(double seconds);

/* How long ago that was; "" for a text that is no time. Give back with free(). */
char *when_since(const char *text);

/* "90", "90s", "15m", "1h", "2d" in seconds. False: it is none. */
bool when_read_span(const char *text, double *seconds);

#endif
