/* SPDX-License-Identifier: Apache-2.0 */
/* What is not wrong with a configuration, but hardly meant. */
#ifndef FAIRLEAD_MODEL_CONFIG_WARN_H
#define FAIRLEAD_MODEL_CONFIG_WARN_H

#include "model/config_check_places.h"

/* Reports on a finished configuration and the tree that it came from; looks at folders, too. */
void config_warn(const struct config_check *check, const struct config_node *root);

#endif
