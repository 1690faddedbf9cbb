/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One health check of one target. Every kind of check is a file probe_<kind>.c that fills in a
 * probe_kind; health.c decides when and what to check.
 */
#ifndef FAIRLEAD_OBSERVER_PROBE_H
#define FAIRLEAD_OBSERVER_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/slice.h"
#include "base/text.h"
#include "model/config.h"
#include "model/http_codes.h"
#include "model/probe_outcome.h"
#include "net/loop.h"
#include "net/tls/tls_client.h"

struct probe_result {
    enum probe_outcome outcome;
    unsigned http_code; /* 0: no response head came */
    uint64_t latency_us;
};

/* What to check; copied by start. */
struct probe_order {
    struct address dial;    /* where to connect to */
    struct address address; /* as people know it */
    struct slice path;
    struct slice host;            /* of the Host field; empty: the address */
    struct http_codes codes;      /* the matcher */
    bool is_grpc;                 /* of gRPC's codes */
    struct config_limits limits;  /* those of traffic: what it may have, the check may have */
    bool is_secure;               /* by TLS */
    const struct tls_target *tls; /* read by start; NULL: TLS cannot be had, or is not wanted */
    bool has_proxy_header;        /* begins with one that says LOCAL */
    unsigned timeout_ms;          /* from connecting to the last byte of the response */
};

typedef void probe_done(void *argument, const struct probe_result *result);

struct probe_kind {
    /*
     * Begins a check. on_done is called once, never inside start, and the probe is gone then;
     * whoever started it may cancel it before that.
     */
    void *(*start)(struct loop *loop, const struct probe_order *order, probe_done *on_done,
                   void *argument);
    void (*cancel)(void *probe);
};

/* GET over HTTP/1.1, a connection of its own, redirects not followed. */
extern const struct probe_kind probe_http;

/* The same over HTTP/2 (by ALPN over TLS, else known beforehand); or a unary call of gRPC with
 * an empty message. */
extern const struct probe_kind probe_http2;

/* By enum config_protocol_version. */
extern const struct probe_kind *const probe_kinds[PROTOCOL_VERSION_COUNT];

/* What all kinds say: why there is no connection, by its errno, or no handshake; and the Host
 * of a check. */
enum probe_outcome probe_name_error(int error);
enum probe_outcome probe_name_handshake(const struct stream_session *session);
void probe_write_host(struct text *out, const struct probe_order *order);

#endif
