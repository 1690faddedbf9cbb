/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of a configuration, as JSON: written in a reader's child (config_reader.h), so
 * that one of 10,000 rules costs control nothing. An answer has at most CONFIG_PAGE_SETTINGS
 * settings, or as many changes, and says how many there are.
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_CONFIG_PAGE_H
#define FAIRLEAD_CONTROL_ADMIN_CONFIG_PAGE_H

#include <stdio.h>

#include "model/config.h"

#define CONFIG_PAGE_SETTINGS 2000

/* What is asked for. */
struct config_page {
    const struct config *running;
    uint64_t configured_wall_us; /* when it came into force */
    const char *path;            /* of one setting, or of what lies below; "": everything */
    bool is_changed;             /* only what has not its default */
    size_t first;                /* of those that there are */
};

/* Both are config_tell; the argument is a config_page. */
void config_page_settings(const void *argument, const struct config *file, FILE *out);
void config_page_difference(const void *argument, const struct config *file, FILE *out);

#endif
