/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an exchange is begun and run: what its carrier, its target link and the worker call. The
 * steps themselves do not.
 */
#ifndef FAIRLEAD_WORKER_EXCHANGE_RUN_H
#define FAIRLEAD_WORKER_EXCHANGE_RUN_H

#include "worker/exchange/exchange.h"

extern const struct exchange_row exchange_rows[STEP_COUNT];

/* Begins an exchange of a carrier that has the first bytes of a head, and runs it. */
void exchange_begin(struct carrier *carrier);

/* Runs steps until one waits. The exchange may be gone afterwards. */
void exchange_run(struct exchange *exchange);

/* What its carrier tells. Writable: what waited has been taken, in part or as a whole. */
void exchange_on_client_readable(struct exchange *exchange);
void exchange_on_client_writable(struct exchange *exchange);

/* The client sent its end or failed. */
void exchange_on_client_end(struct exchange *exchange, bool has_failed);

/* What its target link tells. */
void exchange_on_connected(struct exchange *exchange);
void exchange_on_target_readable(struct exchange *exchange);
void exchange_on_target_writable(struct exchange *exchange, bool has_failed);

/* What it was held for has come to pass. */
void exchange_on_released(struct exchange *exchange);

/* The time for what is being waited for is over. */
void exchange_on_time(struct exchange *exchange);

/*
 * The target's connection goes: its deregistration delay is over, or (is_evicted) it is not
 * there any more, and the request may go to another one as after any lost connection.
 */
void exchange_on_target_closed(struct exchange *exchange, bool is_evicted);

/* The time to stop is over. */
void exchange_on_shutdown(struct exchange *exchange);

#endif
