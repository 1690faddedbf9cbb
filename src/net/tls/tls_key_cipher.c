/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What suites with RSA key exchange ask of our provider's keys (provider-asym_cipher(7)): the
 * secret that a client has encrypted, and nothing else.
 */
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/memory.h"
#include "net/tls/tls_key.h"

struct decryption {
    const struct tls_key *key;
    int padding;
    unsigned client_version; /* as its hello had it */
};

static void *
make(void *provider)
{
    (void)provider;
    return memory_take(1, sizeof(struct decryption));
}

static void
destroy(void *decryption)
{
    free(decryption);
}

static int
set_parameters(void *memory, const OSSL_PARAM parameters[])
{
    struct decryption *decryption = memory;
    const OSSL_PARAM *padding =
        OSSL_PARAM_locate_const(parameters, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
    const OSSL_PARAM *version =
        OSSL_PARAM_locate_const(parameters, OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION);

    return (padding == NULL || OSSL_PARAM_get_int(padding, &decryption->padding) == 1) &&
           (version == NULL || OSSL_PARAM_get_uint(version, &decryption->client_version) == 1);
}

static const OSSL_PARAM *
settable(void *decryption, void *provider)
{
    static const OSSL_PARAM all[] = {
        OSSL_PARAM_int(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL),
        OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, NULL),
        OSSL_PARAM_END,
    };

    (void)decryption;
    (void)provider;
    return all;
}

static int
begin(void *memory, void *key, const OSSL_PARAM parameters[])
{
    struct decryption *decryption = memory;

    *decryption = (struct decryption){.key = key};
    return decryption->key != NULL && decryption->key->type == TLS_KEY_RSA &&
           set_parameters(decryption, parameters);
}

/* NOLINTBEGIN(readability-function-size): the parameters are OpenSSL's. */
static int
decrypt(void *memory, unsigned char *secret, size_t *length, size_t room,
        const unsigned char *bytes, size_t byte_count)
{
    const struct decryption *decryption = memory;
    const struct tls_key *key = decryption->key;

    *length = TLS_PREMASTER_BYTES;
    if (secret == NULL)
        return 1;
    if (decryption->padding != RSA_PKCS1_WITH_TLS_PADDING || room < TLS_PREMASTER_BYTES)
        return 0;
    ERR_set_mark();
    bool is_done = key->signer.decrypt(key->certificate, decryption->client_version,
                                       slice_make((const char *)bytes, byte_count), secret);
    ERR_pop_to_mark();
    if (!is_done)
        tls_key_raise();
    return is_done;
}

/* NOLINTEND(readability-function-size) */

const OSSL_DISPATCH tls_key_cipher[] = {
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_NEWCTX, make),
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_FREECTX, destroy),
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, begin),
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_DECRYPT, decrypt),
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, set_parameters),
    TLS_KEY_FUNCTION(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, settable),
    {0, NULL},
};
