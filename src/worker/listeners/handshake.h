/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection of an HTTPS listener until its TLS handshake is done, in a time of its own. So
 * many may be under way at once; one more ends the oldest, which is a stranger that says
 * nothing sooner than a client that is slow.
 */
#ifndef FAIRLEAD_WORKER_HANDSHAKE_H
#define FAIRLEAD_WORKER_HANDSHAKE_H

#include "worker/listeners/newcomer.h"

struct listener;
struct security;
struct worker;

/* Gets it when it is done, when it turned out to be misled, or with fd -1 when it was closed.
 */
typedef void handshake_end(struct worker *worker, struct listener *listener,
                           struct newcomer *newcomer);

/* Takes over the descriptor. The listener must stay until the end. */
void handshake_open(struct worker *worker, struct listener *listener, struct security *security,
                    const struct newcomer *newcomer, handshake_end *end);

/* Closes all, for the worker's stop. */
void handshake_close_all(struct worker *worker);

#endif
