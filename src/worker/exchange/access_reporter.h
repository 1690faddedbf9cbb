/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands finished exchanges to the logger, which writes the access log: records are packed
 * into a batch and sent when it is full or at the next tick, never waiting.
 */
#ifndef FAIRLEAD_WORKER_ACCESS_REPORTER_H
#define FAIRLEAD_WORKER_ACCESS_REPORTER_H

struct access_reporter;
struct exchange;
struct worker;

struct access_reporter *access_reporter_new(struct worker *worker);

/* Takes over the channel's descriptor; records made before are dropped. */
void access_reporter_use(struct access_reporter *reporter, int fd);

/* Reports an exchange that ends now; nothing unless the snapshot asks for an access log. */
void access_reporter_add(struct access_reporter *reporter, const struct exchange *exchange);

void access_reporter_free(struct access_reporter **reporter);

#endif
