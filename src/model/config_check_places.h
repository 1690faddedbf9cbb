/* SPDX-License-Identifier: Apache-2.0 */
/* What all checks of a configuration share: what is checked, and its places in the file. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_PLACES_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_PLACES_H

#include "model/config.h"
#include "model/config_report.h"
#include "model/config_tree.h"

struct config_check {
    struct config_report *report;
    const struct config *config;
};

/* Reports a name of no target group, with the one that may have been meant. */
void config_check_group_name(const struct config_check *check, const struct config_node *place,
                             const char *name);

#endif
