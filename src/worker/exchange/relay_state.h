/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Back pressure between the two halves of the relay: nothing more is read from one side while
 * the other has not taken what came before.
 */
#ifndef FAIRLEAD_WORKER_RELAY_STATE_H
#define FAIRLEAD_WORKER_RELAY_STATE_H

#include "worker/exchange/exchange.h"
#include "worker/exchange/splice.h"

/* Reading the client is pointless while its target does not take what it sent. */
static inline bool
request_is_blocked(const struct exchange *exchange)
{
    return (exchange->link != NULL && exchange->link->is_blocked) ||
           (exchange->request_pipe != NULL && exchange->request_pipe->held > 0);
}

/* Whether bytes of the answer wait because the client does not take them. */
static inline bool
response_is_blocked(const struct exchange *exchange)
{
    return exchange->carrier->is_blocked ||
           (exchange->response_pipe != NULL && exchange->response_pipe->held > 0);
}

/* Whether the request's body has grown over limits.body_bytes (0: no limit). */
static inline bool
relay_body_is_too_large(const struct exchange *exchange)
{
    uint64_t most = exchange->view->settings->limits.body_bytes;

    return most != 0 && exchange->payload_bytes > most;
}

#endif
