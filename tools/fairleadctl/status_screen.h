/* SPDX-License-Identifier: Apache-2.0 */
/* How fairlead does, in one sentence and a few lines. */
#ifndef FAIRLEADCTL_STATUS_SCREEN_H
#define FAIRLEADCTL_STATUS_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* What GET /v1/status, /v1/target-groups and /v1/problems answered. */
struct status_answers {
    const json_t *status, *groups, *problems;
};

/* Whether something needs a person: a group fails open or is empty, a problem, a refused
 * reload, a worker that is not there. */
bool status_needs_somebody(const struct status_answers *answers);

void status_screen_print(FILE *file, const struct status_answers *answers);

#endif
