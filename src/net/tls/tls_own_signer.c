/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL 3.0 needs more time to get ready for a signature than other words for it would: what
 * is ready for the scheme of the one before stays so. */
#include "net/tls/tls_own_signer.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "base/memory.h"

struct own_key {
    EVP_PKEY *key;
    EVP_PKEY_CTX *signing;  /* NULL: not ready */
    enum tls_scheme scheme; /* for which it is ready */
};

static void *
open_key(const struct tls_signer *signer, const struct tls_identity *identity,
         const EVP_PKEY *public)
{
    const struct tls_own_signer *own = (const struct tls_own_signer *)signer;
    int type = identity->facts->key_type == TLS_KEY_ECDSA ? EVP_PKEY_EC : EVP_PKEY_RSA;
    EVP_PKEY *key = tls_parser_key(own->parser, type, identity->key);

    if (key == NULL || EVP_PKEY_eq(public, key) != 1) {
        EVP_PKEY_free(key);
        return NULL;
    }
    struct own_key *opened = memory_take(1, sizeof(*opened));
    opened->key = key;
    return opened;
}

static void
forget_signing(struct own_key *key)
{
    EVP_PKEY_CTX_free(key->signing);
    key->signing = NULL;
}

static void
close_key(void *certificate)
{
    struct own_key *key = certificate;

    forget_signing(key);
    EVP_PKEY_free(key->key);
    free(key);
}

static bool
set_scheme(EVP_PKEY_CTX *signing, const struct tls_scheme_facts *facts)
{
    if (facts->key == TLS_KEY_ECDSA)
        return true;
    return EVP_PKEY_CTX_set_signature_md(signing, tls_scheme_digest(facts->digest)) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(signing, facts->is_pss ? RSA_PKCS1_PSS_PADDING
                                                               : RSA_PKCS1_PADDING) == 1 &&
           (!facts->is_pss ||
            EVP_PKEY_CTX_set_rsa_pss_saltlen(signing, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool
prepare(struct own_key *key, enum tls_scheme scheme)
{
    if (key->signing != NULL && key->scheme == scheme)
        return true;
    forget_signing(key);
    key->signing = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
    key->scheme = scheme;
    return key->signing != NULL && EVP_PKEY_sign_init(key->signing) == 1 &&
           set_scheme(key->signing, tls_scheme_facts(scheme));
}

static size_t
sign(void *certificate, enum tls_scheme scheme, struct slice digest, unsigned char *signature,
     size_t room)
{
    struct own_key *key = certificate;
    size_t length = room;

    if (prepare(key, scheme) &&
        EVP_PKEY_sign(key->signing, signature, &length, (const unsigned char *)digest.at,
                      digest.length) == 1)
        return length;
    forget_signing(key);
    return 0;
}

static bool
set_padding(EVP_PKEY_CTX *asked, unsigned client_version)
{
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, &client_version),
        OSSL_PARAM_construct_end(),
    };

    return EVP_PKEY_CTX_set_rsa_padding(asked, RSA_PKCS1_WITH_TLS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_params(asked, parameters) == 1;
}

/* With that padding OpenSSL takes the same time for all that a key can decrypt; what it refuses
 * is no number of its key's, which everybody can see. */
static bool
decrypt(void *certificate, unsigned client_version, struct slice ciphertext,
        unsigned char secret[TLS_PREMASTER_BYTES])
{
    const struct own_key *key = certificate;
    EVP_PKEY_CTX *asked = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
    size_t length = TLS_PREMASTER_BYTES;
    bool is_ready = asked != NULL && EVP_PKEY_decrypt_init(asked) == 1 &&
                    set_padding(asked, client_version);
    bool is_done = is_ready && EVP_PKEY_decrypt(asked, secret, &length,
                                                (const unsigned char *)ciphertext.at,
                                                ciphertext.length) == 1;

    EVP_PKEY_CTX_free(asked);
    return is_done || (is_ready && RAND_priv_bytes(secret, TLS_PREMASTER_BYTES) == 1);
}

void
tls_own_signer_init(struct tls_own_signer *own, struct tls_parser *parser)
{
    *own = (struct tls_own_signer){{open_key, sign, decrypt, close_key}, parser};
}
