/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's connection, once its TLS handshake is over or has failed, or a plain one once it
 * is accepted: as the worker reports it to the logger. Batches of them (record_batch.h) travel
 * on the channel of access records; they begin with a mark, which no access record begins with.
 */
#ifndef FAIRLEAD_IPC_CONNECTION_RECORD_H
#define FAIRLEAD_IPC_CONNECTION_RECORD_H

#include <stdint.h>

#include "base/address.h"
#include "ipc/record_batch.h"

/* Texts of a record, in this order behind the fixed part. */
enum connection_text {
    CONNECTION_LISTENER,
    CONNECTION_PROTOCOL,
    CONNECTION_SUITE,
    CONNECTION_GROUP, /* of the key exchange */
    CONNECTION_ALPN,
    CONNECTION_SERVER_NAME,
    CONNECTION_CERTIFICATE,
    CONNECTION_CLIENT_SUBJECT,
    CONNECTION_CLIENT_VALIDITY,
    CONNECTION_CLIENT_SERIAL,
    CONNECTION_LOAD_BALANCER, /* name; empty: that of load_balancer */
    CONNECTION_TEXT_COUNT
};

#define CONNECTION_NO_FAILURE UINT8_MAX

struct connection_record {
    uint64_t wall_us, connection_id;
    int64_t handshake_us; /* -1: there was none */
    struct address client, listener;
    uint8_t failure; /* enum tls_failure, or the one above */
    uint8_t verdict; /* enum tls_verdict */
    uint8_t is_resumed;
    uint8_t unused[5];
    struct slice texts[CONNECTION_TEXT_COUNT];
};

/* Marks an empty batch. */
void connection_batch_begin(char *batch, size_t *used);

/* Whether a batch is one of connections; then it stands behind the mark. */
bool connection_batch_take(struct slice *batch);

/* As record_batch.h has them; what a table is indexed by is judged. */
bool connection_record_pack(const struct connection_record *record, char *batch,
                            size_t capacity, size_t *used);
bool connection_record_unpack(struct slice *batch, struct connection_record *record);

#endif
