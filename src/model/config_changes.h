/* SPDX-License-Identifier: Apache-2.0 */
/* How a configuration differs from the one before it, for people. */
#ifndef FAIRLEAD_MODEL_CONFIG_CHANGES_H
#define FAIRLEAD_MODEL_CONFIG_CHANGES_H

#include "model/config.h"

/* "+1 rule, -1 group, 2 services changed, limits.fields changed", or "nothing has changed"; new
 * memory. Listeners, groups and the rest are the same while their names are, rules while their
 * listener's name and their priority are. What needs a restart (config_restart.h) is not among
 * it. */
char *config_changes_text(const struct config *old, const struct config *new);

/* Adds an error for each kind of things of which the new one has none any more: a file that was
 * cut or emptied must not pass for a wish. */
void config_changes_losses(const struct config *old, const struct config *new,
                           struct config_errors *errors);

#endif
