/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands finished exchanges to the logger, which writes the access log, and those that fairlead
 * answered itself to the api role: records are packed into a batch and sent when it is full or
 * at the next tick, never waiting.
 */
#ifndef FAIRLEAD_WORKER_ACCESS_REPORTER_H
#define FAIRLEAD_WORKER_ACCESS_REPORTER_H

#include "ipc/counters.h"

struct access_reporter;
struct exchange;
struct worker;

/* What cannot be sent is counted there. */
struct access_reporter *access_reporter_new(struct worker *worker, enum counter dropped);

/* Takes over the channel's descriptor; records made before are dropped. */
void access_reporter_use(struct access_reporter *reporter, int fd);

/* Reports an exchange that ends now; nothing unless the snapshot asks for an access log. */
void access_reporter_add(struct access_reporter *reporter, const struct exchange *exchange);

/* Reports an exchange whose answer is our own; nothing unless there is an api role. */
void access_reporter_add_failure(struct access_reporter *reporter,
                                 const struct exchange *exchange);

void access_reporter_free(struct access_reporter **reporter);

#endif
