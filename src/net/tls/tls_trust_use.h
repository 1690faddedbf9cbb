/* SPDX-License-Identifier: Apache-2.0 */
/* What is revoked, for src/net/tls/tls_*.c only. */
#ifndef FAIRLEAD_NET_TLS_TRUST_USE_H
#define FAIRLEAD_NET_TLS_TRUST_USE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "net/tls/tls_trust.h"

/* What a certificate of that number and authority is known by; false: OpenSSL is out of
 * memory. */
bool tls_revocation_of(const X509 *authority, const ASN1_INTEGER *serial,
                       struct tls_revocation *revocation);

bool tls_revocations_have(const struct tls_revocation *sorted, size_t count,
                          const struct tls_revocation *wanted);

#endif
