/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving the bodies of an exchange, both ways at once, with back pressure: nothing more is read
 * from one side while the other has not taken what came before. Large counted bodies go through
 * the kernel where both sides have a plain stream (relay_splice.h).
 */
#ifndef FAIRLEAD_WORKER_RELAY_H
#define FAIRLEAD_WORKER_RELAY_H

#include <stdbool.h>

#include "worker/exchange/exchange.h"

/* Reading the client is pointless while its target does not take what it sent. */
bool request_is_blocked(const struct exchange *exchange);

/* Whether bytes of the answer wait because the client does not take them. */
bool response_is_blocked(const struct exchange *exchange);

/* Whether the request's body has grown over limits.body_bytes (0: no limit). */
bool relay_body_is_too_large(const struct exchange *exchange);

/* The response's half: reads and passes on what the target has; STEP_RELAY: wait for more. */
enum exchange_step relay_response(struct exchange *exchange);

/* The target has said all: its link is free for others, even while the client still reads. */
void relay_target_is_done(struct exchange *exchange, bool is_clean);

#endif
