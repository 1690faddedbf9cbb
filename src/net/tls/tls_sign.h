/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handshake asks of a certificate's private key, and whoever has that key. OpenSSL asks
 * keys of a provider of ours (tls_key_provider.h), which know the certificate only: the answer
 * may come from this process (tls_own_signer.h) or from one that keeps all keys to itself.
 */
#ifndef FAIRLEAD_NET_TLS_SIGN_H
#define FAIRLEAD_NET_TLS_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/slice.h"
#include "net/tls/tls_context.h"

/* Of RFC 5246 7.4.7.1: what RSA key exchange sends encrypted. */
#define TLS_PREMASTER_BYTES 48

/* Rows of tls_schemes.def. */
enum tls_scheme {

#define TLS_SCHEME(id, number, key, is_pss, digest) TLS_SCHEME_##id = (number),
#include "net/tls/tls_schemes.def"
#undef TLS_SCHEME
};

/*
 * Whoever has the private keys. A call waits for its answer, and the worker with it. What open
 * has returned is the certificate of the other calls.
 */
struct tls_signer {
    /* Once for a certificate that is parsed; public is its key. NULL: nobody has its private
     * one. Outlives the signer. */
    void *(*open)(const struct tls_signer *signer, const struct tls_identity *identity,
                  const EVP_PKEY *public);

    /* The signature's length, at most room (of the longest that such a key makes); 0: there is
     * none. */
    size_t (*sign)(void *certificate, enum tls_scheme scheme, struct slice digest,
                   unsigned char *signature, size_t room);

    /* RSA only. What the client has encrypted by PKCS #1; random bytes, in the same time, where
     * that is not as it should be (RFC 5246 7.4.7.1): the client must not learn whether it was.
     * False: the key is out of reach. */
    bool (*decrypt)(void *certificate, unsigned client_version, struct slice ciphertext,
                    unsigned char secret[TLS_PREMASTER_BYTES]);

    void (*close)(void *certificate);
};

/* What a scheme says. */
struct tls_scheme_facts {
    enum tls_scheme scheme;
    enum tls_key_type key;
    bool is_pss; /* of RSA; its salt is as long as the digest */
    const char *digest;
};

/* NULL: there is none. */
const struct tls_scheme_facts *tls_scheme_facts(enum tls_scheme scheme);
const struct tls_scheme_facts *tls_scheme_find(enum tls_key_type key, bool is_pss,
                                               const EVP_MD *digest);

/* By any of its names; kept for the life of the process. NULL: no scheme has it, or OpenSSL has
 * not. */
const EVP_MD *tls_scheme_digest(const char *name);

#endif
