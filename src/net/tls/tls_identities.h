/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that were parsed and what signs for them, the ones used last: parsing costs more
 * than the handshake saves, and all of them in memory cost more than their files.
 */
#ifndef FAIRLEAD_NET_TLS_IDENTITIES_H
#define FAIRLEAD_NET_TLS_IDENTITIES_H

#include <openssl/ssl.h>

#include "net/tls/tls_context.h"

/* Parsed; lives until released, also when it is not kept any more. */
struct tls_parsed;

/* Gives a connection its certificate; NULL where it cannot be parsed or used. */
struct tls_parsed *tls_identities_apply(struct tls_identities *identities, SSL *ssl,
                                        const struct tls_identity *identity);

struct slice tls_parsed_name(const struct tls_parsed *parsed);
void tls_parsed_release(struct tls_parsed **released);

#endif
