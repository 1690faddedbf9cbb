/* SPDX-License-Identifier: Apache-2.0 */
/* The key that stickiness cookies are encrypted with: the same one after a restart. */
#ifndef FAIRLEAD_CONTROL_STICKINESS_KEY_H
#define FAIRLEAD_CONTROL_STICKINESS_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/config.h"

#define STICKINESS_KEY_BYTES 32

/*
 * Reads the configured file, or the one in the state directory, which is made when it is not
 * there. False: a new key was drawn and could not be kept, so that cookies end with this
 * process; a warning was logged.
 */
bool stickiness_key_load(const struct config *config, uint8_t key[STICKINESS_KEY_BYTES]);

#endif
