/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports clients' connections to the logger, which writes the log of connections; nothing
 * unless the snapshot asks for one.
 */
#ifndef FAIRLEAD_WORKER_CONNECTION_REPORTER_H
#define FAIRLEAD_WORKER_CONNECTION_REPORTER_H

#include "net/tls/tls_context.h"
#include "worker/listeners/newcomer.h"
#include "worker/shared/record_channel.h"

struct listener;

extern const struct record_kind connection_records;

/* A connection without TLS, or one whose handshake is done. */
void connection_reporter_add(struct worker *worker, const struct listener *listener,
                             const struct newcomer *newcomer);

/* One whose handshake has failed; its session, where it has one, is still there. */
void connection_reporter_add_failure(struct worker *worker, const struct listener *listener,
                                     const struct newcomer *newcomer, enum tls_failure failure);

#endif
