/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's short cut for large counted bodies: through a pipe (splice.h) from one plain
 * stream to the other, past carrier and link. It is taken where both sides offer their stream
 * and a pipe is free, and left when the body is over.
 */
#ifndef FAIRLEAD_WORKER_RELAY_SPLICE_H
#define FAIRLEAD_WORKER_RELAY_SPLICE_H

#include "worker/exchange/exchange.h"

/* Whether the body that comes next goes by a pipe; takes the pipe. */
bool relay_splice_takes_request(struct exchange *exchange);
bool relay_splice_takes_response(struct exchange *exchange);

/* Moves what can be moved now; STEP_RELAY when it is well, else where to go on. */
enum exchange_step relay_splice_request(struct exchange *exchange);
enum exchange_step relay_splice_response(struct exchange *exchange);

#endif
