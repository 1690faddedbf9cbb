/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a request is from and how it came: as its connection shows it, or as a hop in front says
 * that is in xff_trusted_sources. Rules, redirects, the log and X-Forwarded-Proto and -Port ask
 * here.
 */
#ifndef FAIRLEAD_WORKER_ORIGIN_H
#define FAIRLEAD_WORKER_ORIGIN_H

#include <stdbool.h>

#include "http/forwarded.h"
#include "http/forwarding.h"
#include "ipc/snapshot.h"

struct exchange;

/* Fills the exchange's origin in by the request's head, where any source is trusted at all. */
void origin_ask(struct exchange *exchange);

const struct address *origin_client(const struct exchange *exchange);
uint16_t origin_port(const struct exchange *exchange); /* 0: a unix socket */
struct slice origin_protocol(const struct exchange *exchange);

/* Drops what a client, who is nobody's trusted hop, sends under names that listeners have given
 * to fields of ours. */
void origin_drop_renamed(struct exchange *exchange);

/* Memory for the fields below; nobody else's. */
struct origin_fields {
    const struct snapshot *snapshot;
    const struct snapshot_text *names; /* NULL: the listener is gone */
    size_t count;
    struct forwarding_field all[REQUEST_FIELD_COUNT];
};

/* What targets are told of TLS and of the client's certificate, where they are told: of the
 * client's connection if they shall be, else what a trusted hop says of its own. */
void origin_fill_tls(const struct exchange *exchange, struct origin_fields *fields,
                     struct forwarding_origin *out);

/* The field of a route_request with the exchange as its argument. */
bool origin_next_field(const void *argument, struct slice name, size_t *place,
                       struct slice *value);

#endif
