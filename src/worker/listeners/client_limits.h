/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits on client connections: all of them, with a reserve of descriptors for targets, and
 * those of one address. Each worker keeps its share of the configured numbers.
 */
#ifndef FAIRLEAD_WORKER_CLIENT_LIMITS_H
#define FAIRLEAD_WORKER_CLIENT_LIMITS_H

#include <stdbool.h>

#include "base/address.h"

struct worker;

struct client_limits *client_limits_new(void);
void client_limits_free(struct client_limits **limits);

/* Whether one more connection may come, whosever it is. */
bool client_limits_have_room(const struct worker *worker);

/* Most TLS handshakes that may be under way here. */
unsigned client_limits_handshakes(const struct worker *worker);

/*
 * Whether one more connection of that address may come. *is_counted tells whether it was
 * counted, which depends on the settings of the moment.
 */
bool client_limits_admit(struct worker *worker, const struct address *address,
                         bool *is_counted);

/* A connection that was counted has gone. */
void client_limits_release(struct worker *worker, const struct address *address);

#endif
