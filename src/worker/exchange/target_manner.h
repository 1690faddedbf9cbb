/* SPDX-License-Identifier: Apache-2.0 */
/* How the group of an exchange has its targets spoken to, for those who open connections. */
#ifndef FAIRLEAD_WORKER_TARGET_MANNER_H
#define FAIRLEAD_WORKER_TARGET_MANNER_H

#include "worker/exchange/exchange.h"

struct target_manner {
    uint64_t key; /* connections of one key are alike; 0: in plain */
    struct tls_target
        tls; /* unless in plain; not verified by address before target_manner_tls */
};

/* Of a group with protocol HTTPS. */
bool target_manner_by_tls(const struct exchange *exchange, struct target_manner *manner);

/* Towards its target; false: by TLS that cannot be had now. */
static inline bool
target_manner_of(const struct exchange *exchange, struct target_manner *manner)
{
    manner->key = 0;
    return exchange->group->group->protocol != PROTOCOL_HTTPS ||
           target_manner_by_tls(exchange, manner);
}

/* A session for a socket that connects to the target, NULL: in plain. */
struct stream_session *target_manner_tls(struct target_manner *manner,
                                         struct target_state *target, int fd);

#endif
