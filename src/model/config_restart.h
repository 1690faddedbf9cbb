/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that decide something at the start (SETTING_RESTART in settings.def): a
 * configuration that takes the place of another keeps what runs, and remembers what its file
 * says.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_RESTART_H
#define FAIRLEAD_MODEL_CONFIG_RESTART_H

#include "model/config.h"
#include "model/settings.h"

/* Gives these settings of the new configuration the values of the running one, whose own they
 * become; new->later tells where the file has others. Both go on being freed. */
void config_keep_running(struct config *running, struct config *new);

/* What a setting becomes with a restart, or NULL: it stays as it is. */
const struct config_later *config_find_later(const struct config *config,
                                             const struct setting *setting);

#endif
