/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing for many pairs in a row: what OpenSSL sets up anew for every key, and reads anew of
 * the few authorities behind thousands of certificates, is kept. For tls_pair.c, whose header
 * says how it is made; NULL is a parser that keeps nothing.
 */
#ifndef FAIRLEAD_NET_TLS_PARSER_H
#define FAIRLEAD_NET_TLS_PARSER_H

#include <openssl/evp.h>

#include "net/tls_pair.h"

/* Whether OpenSSL takes it for a certificate. */
bool tls_parser_takes(struct tls_parser *parser, const struct tls_bytes *der);

/* A private key of that type (EVP_PKEY_EC ...), or of another if it is no such; NULL: of none.
 */
EVP_PKEY *tls_parser_key(struct tls_parser *parser, int type, const struct tls_bytes *der);

#endif
