/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of one listener's rules and its default action. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHECK_RULES_H
#define FAIRLEAD_MODEL_CONFIG_CHECK_RULES_H

#include "model/config_check_places.h"

void config_check_rules(const struct config_check *check, const struct config_node *place,
                        const struct config_listener *listener);

#endif
