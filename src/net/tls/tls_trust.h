/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorities that vouch for certificates, and what they have revoked, out of PEM texts: read
 * and judged by control, in the form in which workers get it. A revoked certificate is known
 * by a digest of its authority's key and its number, so that half a million of them are a
 * sorted table that workers share, and not a list that each of them parses.
 */
#ifndef FAIRLEAD_NET_TLS_TRUST_H
#define FAIRLEAD_NET_TLS_TRUST_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/tls/tls_pair.h"

struct stack_st_X509;

struct tls_revocation {
    uint8_t digest[16];
};

/* Filled by the readers below, given back by tls_trust_clear. */
struct tls_trust {
    struct tls_bytes *anchors; /* DER of the authorities */
    size_t anchor_count;
    struct tls_revocation *revoked; /* sorted by tls_trust_sort */
    size_t revoked_count, revoked_capacity;
    int64_t first_end_s;    /* of an authority's certificate, since 1970 */
    int64_t first_update_s; /* when the first list is to be replaced; INT64_MAX: none says so */
    struct stack_st_X509 *authorities;
};

#define TLS_TRUST_NONE                                                                         \
    ((struct tls_trust){.first_end_s = INT64_MAX, .first_update_s = INT64_MAX})

/* The certificates of authorities. Why not (static text), or NULL. */
const char *tls_trust_read_bundle(struct tls_trust *trust, struct slice text);

/* More revocation lists (RFC 5280 5), each signed by an authority that was read before; delta
 * and indirect ones are refused. Why not (static text), or NULL. */
const char *tls_trust_read_revocations(struct tls_trust *trust, struct slice text);

/* When everything is read; what is revoked twice stands there once. */
void tls_trust_sort(struct tls_trust *trust);

void tls_trust_clear(struct tls_trust *trust);

#endif
