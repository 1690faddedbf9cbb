/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests held while a group's first target starts: bounded in number by the group's setting,
 * in bytes by the input that a client may have, in time by hold_ms; released by the generation
 * in which a target is ready.
 */
#ifndef FAIRLEAD_WORKER_HOLD_H
#define FAIRLEAD_WORKER_HOLD_H

#include <stdbool.h>

#include "worker/exchange/exchange.h"

/* Whether the exchange's group is starting and asks for holding. */
bool hold_is_wanted(const struct exchange *exchange);

#endif
