/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From whom an explained request is: a client at some address, as behind a PROXY header, or a
 * hop that is trusted and says for whom it asks, as workers believe it
 * (worker/exchange/origin).
 */
#ifndef FAIRLEAD_CONTROL_ADMIN_EXPLAINED_ORIGIN_H
#define FAIRLEAD_CONTROL_ADMIN_EXPLAINED_ORIGIN_H

#include "http/forwarded.h"
#include "ipc/route.h"
#include "ipc/snapshot.h"
#include "model/config.h"

/* Belongs to one explanation. */
struct explained_origin {
    const struct snapshot *snapshot;
    const struct snapshot_balancer *balancer; /* of the listener */
    const struct http_head *request;
    struct address source; /* who connects */
    struct forwarded_origin told;
    uint16_t port; /* that it came to; 0: a unix socket */
};

/* "192.0.2.1", or "unix:" for a client of a unix socket; false: it is neither. */
bool explained_origin_read(struct explained_origin *origin, const char *source);

/* The request, from a source that came to that listener, and what rules are asked about it. */
void explained_origin_route(struct explained_origin *origin, const struct http_head *request,
                            const struct config_listener *listener,
                            struct route_request *routed);

/* As redirects and targets are told. */
struct slice explained_origin_protocol(const struct explained_origin *origin);

#endif
