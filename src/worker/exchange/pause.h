/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When every target has refused its connection, nothing of the request has been sent, and the
 * reason is often one of moments: an engine that restarts puts its forwarding rules up again, a
 * program is between two listening sockets. So the targets are asked once more after a pause, a
 * few times, as far as the retry budget goes.
 */
#ifndef FAIRLEAD_WORKER_PAUSE_H
#define FAIRLEAD_WORKER_PAUSE_H

#include <stdbool.h>

#include "worker/exchange/exchange.h"

#define PAUSE_MS 100
#define PAUSES_MAX 8

/* Whether another round is worth it: the last one ended with a refused connection. */
bool pause_is_wanted(const struct exchange *exchange);

/* The pause is over: every target may be chosen again. */
enum exchange_step pause_end(struct exchange *exchange);

#endif
