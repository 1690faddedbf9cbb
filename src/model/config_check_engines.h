/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of providers, container instances, and what tasks may reach of their hosts. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_ENGINES_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_ENGINES_H

#include "model/config_check_places.h"

void config_check_engines(const struct config_check *check, const struct config_node *root);

#endif
