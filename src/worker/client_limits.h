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

/* Counts one more connection of that address; false, and not counted, when it is one too many.
 */
bool client_limits_admit(struct worker *worker, const struct address *address);

/* An admitted connection has gone. */
void client_limits_release(struct worker *worker, const struct address *address);

#endif
