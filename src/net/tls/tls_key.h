/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of our provider, and what is done with them; for src/net/tls/tls_key_*.c only. */
#ifndef FAIRLEAD_NET_TLS_KEY_H
#define FAIRLEAD_NET_TLS_KEY_H

#include <openssl/core_dispatch.h>

#include "net/tls/tls_sign.h"

/* The name of its signatures and ciphers, which nothing else in OpenSSL has. */
#define TLS_KEY_OPERATION "fairlead"

/* A row of OpenSSL's tables, in which a function's type is lost. */
#define TLS_KEY_FUNCTION(id, function)                                                         \
    {                                                                                          \
        id, (void (*)(void))(function)                                                         \
    }

/* OpenSSL frees it with the last EVP_PKEY. */
struct tls_key {
    struct tls_signer signer; /* what it does; itself it may be gone */
    void *certificate;        /* NULL: the key is not made yet */
    EVP_PKEY *public;
    uint8_t
        print[TLS_FINGERPRINT_BYTES]; /* of the public key's numbers, by which it is compared */
    enum tls_key_type type;
};

extern const OSSL_DISPATCH tls_key_signature[];
extern const OSSL_DISPATCH tls_key_cipher[];

/* Behind a signer that has not answered: the reason why the handshake fails. */
void tls_key_raise(void);

#endif
