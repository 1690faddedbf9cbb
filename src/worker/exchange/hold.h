/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests held while a target of their group starts or is expected. The group's settings bound
 * their number and their memory, over all workers, and the time of each; they are released by
 * the generation in which a target is ready, or none is expected any more.
 */
#ifndef FAIRLEAD_WORKER_HOLD_H
#define FAIRLEAD_WORKER_HOLD_H

#include <stdbool.h>

#include "worker/exchange/exchange.h"

/* Whether the exchange's group asks for holding, and the exchange may be held (longer). */
bool hold_is_wanted(const struct exchange *exchange);

/* How much longer it may be held. */
uint64_t hold_left_ms(const struct exchange *exchange);

/* What it ends with when its group has no target. */
enum end_reason hold_end_reason(const struct exchange *exchange);

/* It is held no longer: every target may be chosen again. */
enum exchange_step hold_end(struct exchange *exchange);

#endif
