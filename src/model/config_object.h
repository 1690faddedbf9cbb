/* SPDX-License-Identifier: Apache-2.0 */
/* One group of a configuration file and the struct that it fills. */
#ifndef FAIRLEAD_MODEL_CONFIG_OBJECT_H
#define FAIRLEAD_MODEL_CONFIG_OBJECT_H

#include "model/config_report.h"
#include "model/settings.h"

/*
 * Reads a group by the rows of the scope, or of the one over it that the group's selector
 * names, into the scope's zeroed struct, with all that lies below. What is wrong goes to the
 * report and leaves the default in the struct.
 */
void config_object_read(struct config_report *report, const struct config_node *group,
                        enum setting_scope base, void *memory);

#endif
