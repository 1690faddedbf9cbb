/* SPDX-License-Identifier: Apache-2.0 */
/* Targets by group: a headline that says how the group does, then a line a target. */
#ifndef FAIRLEADCTL_TARGETS_SCREEN_H
#define FAIRLEADCTL_TARGETS_SCREEN_H

#include <stdio.h>

#include <jansson.h>

#include "view.h"

/* One group of GET /v1/target-groups, and its targets; state: only those (NULL: all). */
void targets_screen_print(FILE *file, const json_t *group, const json_t *targets,
                          const char *state, const struct view_size *size);

/* The state in one word, or what stands in its way: held, ejected, slow start. */
const char *target_state_words(const json_t *target);

/* How the group does: "3 of 4 healthy", "FAILS OPEN", "3 held". Give back with free(). */
char *group_state_words(const json_t *group);

/* What is not as it should be, "" where all is well: "FAILS OPEN", "EMPTY", "waiting for a
 * target, 3 held". Give back with free(). */
char *group_trouble_words(const json_t *group);

/* The path that is asked for, or "none". Give back with free(). */
char *group_check_words(const json_t *group);

#endif
