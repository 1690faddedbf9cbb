/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for people (one line) and for scripts (ELBv2's member names). */
#ifndef FAIRLEAD_CONTROL_ADMIN_RULE_TEXT_H
#define FAIRLEAD_CONTROL_ADMIN_RULE_TEXT_H

#include <stddef.h>

#include <jansson.h>

#include "model/config.h"

/* New references and texts, the caller's. */
json_t *rule_conditions_to_json(const struct config_rule *rule);
json_t *rule_actions_to_json(const struct config_action *action);
char *rule_conditions_text(const struct config_rule *rule);
char *rule_action_text(const struct config_action *action);

/* "path-pattern", as the configuration writes the field. */
const char *rule_condition_field(enum config_condition_field field);

#endif
