/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One finished exchange as the worker reports it to the logger, which writes it as a line.
 * Batches go on a channel of their own (record_batch.h): records never delay a request, and
 * what does not fit is dropped and counted.
 */
#ifndef FAIRLEAD_IPC_ACCESS_RECORD_H
#define FAIRLEAD_IPC_ACCESS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/slice.h"
#include "ipc/record_batch.h"

/* Raised when a record's bytes come to mean something else: over an upgrade, workers of before
 * still write to the logger of now. */
#define ACCESS_RECORD_FORM 2
#define ACCESS_BATCH_BYTES RECORD_BATCH_BYTES
#define ACCESS_TEXT_BYTES RECORD_TEXT_BYTES

/* Texts of a record, in this order behind the fixed part. */
enum access_text {
    ACCESS_METHOD,
    ACCESS_TARGET_URI, /* request target as received */
    ACCESS_HOST,       /* of the Host field, with port as sent */
    ACCESS_USER_AGENT,
    ACCESS_TRACE_ID,
    ACCESS_TARGET_GROUP, /* name */
    ACCESS_LISTENER,
    ACCESS_REDIRECT_URL,
    ACCESS_CLASSIFICATION,        /* "Acceptable" ..., empty: none */
    ACCESS_CLASSIFICATION_REASON, /* "BothTeClPresent" ..., empty: none */
    ACCESS_TASK,
    ACCESS_TARGET_GENERATION,
    ACCESS_TLS_SUITE,
    ACCESS_TLS_PROTOCOL,
    ACCESS_SERVER_NAME,   /* of SNI */
    ACCESS_LOAD_BALANCER, /* name; empty: that of load_balancer */
    ACCESS_CERTIFICATE,   /* name; of a resumed session as the ALB writes it */
    ACCESS_TEXT_COUNT
};

enum access_action { ACCESS_NO_ACTION, ACCESS_FORWARD, ACCESS_REDIRECT, ACCESS_FIXED_RESPONSE };

enum access_type {
    ACCESS_HTTP,
    ACCESS_HTTPS,
    ACCESS_H2,
    ACCESS_WS,
    ACCESS_WSS,
    ACCESS_GRPCS,
    ACCESS_TYPE_COUNT
};

/* Of a request line that was not read, or not as far as its version. */
#define ACCESS_NO_VERSION UINT8_MAX
#define ACCESS_HTTP2 (UINT8_MAX - 1)

/* Fixed part; times in microseconds, -1: did not happen. */
struct access_record {
    uint64_t created_wall_us, ended_wall_us;
    uint64_t connection_id; /* of the client connection, for conn_trace_id */
    uint64_t received_bytes, sent_bytes;
    int64_t request_us;  /* received -> sent to the target */
    int64_t target_us;   /* sent to the target -> first response byte */
    int64_t response_us; /* first response byte -> head sent to the client */
    int64_t queue_us, connect_us, first_byte_us, total_us; /* our own time split */
    struct address client, target, listener; /* target.family NONE: none was chosen */
    int32_t rule_priority;                   /* 0 default, -1 no rule was reached */
    uint16_t status, target_status;          /* 0: none */
    uint8_t type;                            /* enum access_type */
    uint8_t action;                          /* enum access_action */
    uint8_t end_reason;                      /* enum end_reason */
    uint8_t attempts;                        /* targets tried */
    uint8_t http_minor;                      /* of HTTP/1.x, or one of the two above */
    uint8_t unused[7];
    struct slice texts[ACCESS_TEXT_COUNT];
};

/*
 * Appends the record's wire form to a batch of capacity bytes, of which *used are taken; false
 * and nothing changed when it does not fit.
 */
bool access_record_pack(const struct access_record *record, char *batch, size_t capacity,
                        size_t *used);

/*
 * Takes the next record off a batch; texts point into the batch. False at the end or when the
 * rest is malformed.
 */
bool access_record_unpack(struct slice *batch, struct access_record *record);

#endif
