/* SPDX-License-Identifier: Apache-2.0 */
/* The response's half of the relay; the request's, STEP_RELAY, is relay.c. */
#ifndef FAIRLEAD_WORKER_RELAY_RESPONSE_H
#define FAIRLEAD_WORKER_RELAY_RESPONSE_H

#include "worker/exchange/exchange.h"

/* Reads and passes on what the target has; STEP_RELAY: wait for more. */
enum exchange_step relay_response(struct exchange *exchange);

#endif
