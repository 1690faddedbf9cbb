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

struct exchange;

/* Fills the exchange's origin in by the request's head, where any source is trusted at all. */
void origin_ask(struct exchange *exchange);

const struct address *origin_client(const struct exchange *exchange);
uint16_t origin_port(const struct exchange *exchange); /* 0: a unix socket */
struct slice origin_protocol(const struct exchange *exchange);

/* What targets are told of TLS, where they are told: of the client's connection if they shall
 * be, else what a trusted hop says of its own. */
struct forwarding_origin;
void origin_fill_tls(const struct exchange *exchange, struct forwarding_origin *out);

/* The field of a route_request with the exchange as its argument. */
bool origin_next_field(const void *argument, struct slice name, size_t *place,
                       struct slice *value);

#endif
