/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, a line each, and which of it is asked for. */
#ifndef FAIRLEADCTL_EVENTS_SCREEN_H
#define FAIRLEADCTL_EVENTS_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct events_wanted {
    double since;  /* seconds since 1970; 0: all there are */
    unsigned last; /* only the last so many; 0: all */
    const char *group, *kind;
    bool is_verbose; /* what only developers want, too */
};

bool events_screen_wants(const struct events_wanted *wanted, const json_t *event);

/* One line: how long ago, what it was about, what happened. */
void events_screen_print_one(FILE *file, const json_t *event);

/* The rows of GET /v1/events. */
void events_screen_print(FILE *file, const json_t *events, const struct events_wanted *wanted);

#endif
