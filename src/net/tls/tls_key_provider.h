/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider of OpenSSL's (provider(7)) whose keys say "of this certificate" instead of holding
 * a private key: whoever signs with one asks its signer (tls_sign.h). It stands beside
 * OpenSSL's default provider, which does everything else.
 */
#ifndef FAIRLEAD_NET_TLS_KEY_PROVIDER_H
#define FAIRLEAD_NET_TLS_KEY_PROVIDER_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "net/tls/tls_sign.h"

/* Once, before OpenSSL has looked for anything. */
void tls_key_provider_start(void);

/* A key of the certificate, for SSL_use_cert_and_key and its kin. NULL: its signer has none for
 * it. */
EVP_PKEY *tls_key_new(const struct tls_signer *signer, const struct tls_identity *identity,
                      X509 *certificate);

/* Of OpenSSL's queue: a signer did not answer. */
bool tls_key_has_failed(unsigned long error);

#endif
