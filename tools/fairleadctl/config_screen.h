/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force and where each value comes from; and what a reload would change.
 */
#ifndef FAIRLEADCTL_CONFIG_SCREEN_H
#define FAIRLEADCTL_CONFIG_SCREEN_H

#include <stdio.h>

#include <jansson.h>

/* The answer of GET /v1/configuration with all of its rows; width 0: as wide as it gets. */
void config_screen_print(FILE *file, const json_t *answer, unsigned width);

/* The answer of GET /v1/configuration/difference. */
void config_screen_print_difference(FILE *file, const json_t *answer, unsigned width);

#endif
