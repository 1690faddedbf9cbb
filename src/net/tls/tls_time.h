/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of certificates, for src/net/tls/tls_*.c only. */
#ifndef FAIRLEAD_NET_TLS_TIME_H
#define FAIRLEAD_NET_TLS_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/asn1.h>

/* Seconds since 1970; false: it cannot be read. */
bool tls_seconds_of(const ASN1_TIME *time, int64_t *seconds);

#endif
