/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports finished exchanges to the logger, which writes the access log, and those that
 * fairlead answered itself to the api role.
 */
#ifndef FAIRLEAD_WORKER_ACCESS_REPORTER_H
#define FAIRLEAD_WORKER_ACCESS_REPORTER_H

#include "worker/shared/record_channel.h"

struct exchange;

extern const struct record_kind access_records, failure_records;

/* Reports an exchange that ends now; nothing unless the snapshot asks for an access log. */
void access_reporter_add(struct record_channel *channel, const struct exchange *exchange);

/* Reports an exchange whose answer is our own; nothing unless there is an api role. */
void access_reporter_add_failure(struct record_channel *channel,
                                 const struct exchange *exchange);

#endif
