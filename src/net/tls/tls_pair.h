/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate with its chain and private key, out of PEM texts: read and judged by control,
 * in the form in which workers get it.
 */
#ifndef FAIRLEAD_NET_TLS_PAIR_H
#define FAIRLEAD_NET_TLS_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define TLS_CHAIN_MOST 10
#define TLS_NAMES_MOST 10000
#define TLS_FINGERPRINT_BYTES 32
#define TLS_SERIAL_SIZE 64

enum tls_key_type { TLS_KEY_RSA, TLS_KEY_ECDSA };

/* What is known of a certificate besides its bytes. */
struct tls_certificate_facts {
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES]; /* SHA-256 of the whole chain */
    int64_t not_before_s, not_after_s;          /* since 1970 */
    enum tls_key_type key_type;
    unsigned curve; /* enum tls_curve of an ECDSA key; 0: RSA */
    unsigned key_bits, hash_bits;
    char serial[TLS_SERIAL_SIZE]; /* hexadecimal */
};

/* Bytes of its own. */
struct tls_bytes {
    char *at;
    size_t length;
};

/* Filled by tls_pair_read, given back by tls_pair_clear. */
struct tls_pair {
    struct tls_certificate_facts facts;
    struct tls_bytes chain[TLS_CHAIN_MOST]; /* DER, its own certificate first */
    size_t chain_count;
    struct tls_bytes key; /* DER, of PKCS #8 or of its type's own form */
    char **names;         /* hosts, in lower case, as "*.example.com" and "example.com" */
    size_t name_count;
};

enum tls_pair_part { TLS_PAIR_GOOD, TLS_PAIR_CERTIFICATE, TLS_PAIR_KEY };

/* For those who read many: keeps what the next one can use. */
struct tls_parser;

struct tls_parser *tls_parser_new(void);
void tls_parser_free(struct tls_parser **parser);

/* Which of the two texts (which may be one) is wrong, and why (static text). parser may be
 * NULL.
 */
enum tls_pair_part tls_pair_read(struct tls_pair *pair, struct tls_parser *parser,
                                 struct slice certificate, struct slice key,
                                 const char **reason);

void tls_pair_clear(struct tls_pair *pair);

#endif
