/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing for many pairs in a row: what OpenSSL sets up anew for every key, and the few
 * authorities behind thousands of certificates, are kept. For src/net only; tls_pair.h has how
 * it is made. NULL is a parser that keeps nothing.
 */
#ifndef FAIRLEAD_NET_TLS_PARSER_H
#define FAIRLEAD_NET_TLS_PARSER_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/slice.h"
#include "net/tls/tls_pair.h"

/* The caller's to free; NULL: OpenSSL takes it for none. */
X509 *tls_parse_certificate(struct slice der);

/* Of a chain behind its first certificate; the caller's to free, shared with others. NULL:
 * as above. */
X509 *tls_parser_link(struct tls_parser *parser, struct slice der);

/* A private key of that type (EVP_PKEY_EC ...), or of another if it is no such; NULL: none. */
EVP_PKEY *tls_parser_key(struct tls_parser *parser, int type, struct slice der);

#endif
