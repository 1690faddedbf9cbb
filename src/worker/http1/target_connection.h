/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a target: connecting, in use by one exchange, or idle in its target's pool.
 * It belongs to its target_state from open to close. Taking and giving back is the only way in
 * and out of use, and the outcome at giving back decides whether it is kept.
 */
#ifndef FAIRLEAD_WORKER_TARGET_CONNECTION_H
#define FAIRLEAD_WORKER_TARGET_CONNECTION_H

#include "net/stream.h"
#include "worker/targets/target_table.h"

enum target_connection_outcome {
    CONNECTION_REUSABLE, /* the answer was complete and the target keeps the connection */
    CONNECTION_DONE,     /* complete, but not to be used again */
    CONNECTION_BROKEN    /* anything else */
};

struct target_connection {
    uint32_t tag;
    bool is_connecting;
    bool is_reused; /* it has carried an exchange before this one */
    struct stream stream;
    struct worker *worker;
    struct target_state *target;
    struct exchange *exchange; /* NULL: idle */
    TAILQ_ENTRY(target_connection) entry;
    uint64_t idle_since_ms;
    uint32_t exchanges;
};

/* An idle connection of the target, or NULL. */
struct target_connection *target_connection_take_idle(struct worker *worker,
                                                      struct target_state *target,
                                                      struct exchange *exchange);

/* A new one, connecting (is_connecting) or connected; NULL when the connect failed at once. */
struct target_connection *target_connection_open(struct worker *worker,
                                                 struct target_state *target,
                                                 struct exchange *exchange);

/* Ends the use by an exchange; *returned becomes NULL. */
void target_connection_give_back(struct target_connection **returned,
                                 enum target_connection_outcome outcome);

/* Closes idle connections: all of a target, or those too old to be trusted. */
void target_connection_close_idle(struct worker *worker, struct target_state *target);
void target_connection_expire_idle(struct worker *worker, struct target_state *target);

#endif
