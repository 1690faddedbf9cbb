/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hop in front says of its client in X-Forwarded-For, -Proto and -Port. Whether it is to
 * be believed is the caller's to know: anybody can send these fields. Workers and explain ask
 * here for whom a request is from and how it came.
 */
#ifndef FAIRLEAD_HTTP_FORWARDED_H
#define FAIRLEAD_HTTP_FORWARDED_H

#include "base/address.h"
#include "http/head.h"

/* X-Forwarded-For of more addresses says nothing (ALB: 463, docs/http.md). */
#define FORWARDED_FOR_MAX 30

/* Whether an address is a hop that we believe, too. */
typedef bool forwarded_trusts(const void *argument, const struct address *address);

/*
 * The client that X-Forwarded-For names: the rightmost address that is not trusted, for what
 * stands left of that one is its own word; the leftmost one where all are trusted. With its
 * port, or 0. False when the field is missing, or the scan meets something that is no address.
 */
bool forwarded_client(const struct http_head *request, forwarded_trusts *trusts,
                      const void *argument, struct address *client);

/* X-Forwarded-Proto; false unless it is there once and says http, https, ws or wss. */
bool forwarded_protocol(const struct http_head *request, bool *is_tls);

/* X-Forwarded-Port; 0 unless it is there once and says a port. */
uint16_t forwarded_port(const struct http_head *request);

/* All that a believed hop says; all zero where there is none. */
struct forwarded_origin {
    struct address client; /* family NONE: the connection's peer */
    uint16_t port;         /* 0: the one that the connection came to */
    bool is_tls;
    bool is_told; /* by a hop that is believed */
};

/* Fills a zeroed one in by the head of a request that a believed hop has sent. */
void forwarded_origin_read(struct forwarded_origin *origin, const struct http_head *request,
                           forwarded_trusts *trusts, const void *argument);

/* What rules see of the fields where any hop is believed: X-Forwarded-Proto and -Port as the
 * target gets them, and -For only if it is a believed hop's. The value lives until the next
 * call. */
struct forwarded_fields {
    const struct http_head *request;
    const struct forwarded_origin *origin;
    uint16_t port; /* as the target gets it */
};

bool forwarded_next_field(const struct forwarded_fields *fields, struct slice name,
                          size_t *place, struct slice *value);

#endif
