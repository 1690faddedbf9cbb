/* SPDX-License-Identifier: Apache-2.0 */
/* Groups and targets by what they do now; redrawn, sorted by a key. */
#ifndef FAIRLEADCTL_TOP_SCREEN_H
#define FAIRLEADCTL_TOP_SCREEN_H

#include <stdio.h>

#include <jansson.h>

#include "view.h"

struct top_screen;

/* Keeps the counts of one drawing for the rates of the next. */
struct top_screen *top_screen_new(void);
void top_screen_free(struct top_screen **top);

/* A key: r requests, e 5xx, f in flight, n name. Others do nothing. */
void top_screen_press(struct top_screen *top, int key);

/* What one drawing shows: of GET /v1/target-groups; rows of all targets, each with its
 * TargetGroupName; the metrics page, for the response times. */
struct top_answers {
    const json_t *groups, *targets;
    const char *metrics;
};

void top_screen_print(FILE *file, struct top_screen *top, const struct top_answers *answers,
                      const struct view_size *size);

#endif
