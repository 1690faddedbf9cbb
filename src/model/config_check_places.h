/* SPDX-License-Identifier: Apache-2.0 */
/* What all checks of a configuration share: what is checked, and its places in the file. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_PLACES_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_PLACES_H

#include <libconfig.h>

#include "model/config.h"
#include "model/config_report.h"

struct config_check {
    struct config_report *report;
    const struct config *config;
};

/* Reports a name of no target group, with the one that may have been meant. */
void config_check_group_name(const struct config_check *check, const config_setting_t *place,
                             const char *name);

/* The member of a group, an element of a list; NULL where the file has none. */
const config_setting_t *config_check_member(const config_setting_t *group, const char *name);
const config_setting_t *config_check_element(const config_setting_t *list, size_t index);

#endif
