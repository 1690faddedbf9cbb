/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection of a source in proxy_protocol_sources until its PROXY header has come, in the
 * time that a head has. From such a source the header must come: without it a client could send
 * its own through a hop that forgot it, so the connection is closed, and a line tells it.
 */
#ifndef FAIRLEAD_WORKER_ARRIVAL_H
#define FAIRLEAD_WORKER_ARRIVAL_H

#include "worker/listeners/newcomer.h"

struct listener;
struct worker;

/* Gets it when its header has come, or with fd -1 when it has been closed without. */
typedef void arrival_end(struct worker *worker, struct listener *listener,
                         struct newcomer *newcomer);

/* Takes over the descriptor; the client is the hop so far. The listener must stay until the
 * end. */
void arrival_open(struct worker *worker, struct listener *listener,
                  const struct newcomer *newcomer, arrival_end *end);

/* Closes all, for the worker's stop. */
void arrival_close_all(struct worker *worker);

#endif
