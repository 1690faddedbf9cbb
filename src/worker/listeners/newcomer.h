/* SPDX-License-Identifier: Apache-2.0 */
/* A connection that has come by a listener, as its socket or a hop's PROXY header tells it. */
#ifndef FAIRLEAD_WORKER_NEWCOMER_H
#define FAIRLEAD_WORKER_NEWCOMER_H

#include <stdbool.h>

#include "base/address.h"

struct stream_session;

struct newcomer {
    int fd;
    struct stream_session *session; /* of TLS, established; NULL: plain */
    uint64_t id;                    /* of the connection, for logs */
    uint64_t handshake_begun_us;    /* 0: there is none */
    struct address client;
    struct address destination; /* family NONE: the listener's own */
    bool is_limited;            /* the client is counted in client_limits */
    bool is_misled;             /* it speaks HTTP without TLS where TLS is spoken */
};

#endif
