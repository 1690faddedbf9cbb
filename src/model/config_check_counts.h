/* SPDX-License-Identifier: Apache-2.0 */
/* How much there may be of everything. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_COUNTS_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_COUNTS_H

#include "model/config_check_places.h"

void config_check_counts(const struct config_check *check, const struct config_node *root);

#endif
