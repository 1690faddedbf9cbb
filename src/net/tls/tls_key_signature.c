/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of our provider's keys (provider-signature(7)): the digest is taken here, the rest
 * is the signer's. Messages of a handshake are there as a whole, so this is all that OpenSSL
 * asks.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/memory.h"
#include "net/tls/tls_key.h"

struct signing {
    const struct tls_key *key;
    const EVP_MD *digest;
    bool is_pss;
};

static void *
make(void *provider, const char *properties)
{
    (void)provider;
    (void)properties;
    return memory_take(1, sizeof(struct signing));
}

static void
destroy(void *signing)
{
    free(signing);
}

/* By number or by word. */
static bool
set_padding(struct signing *signing, const OSSL_PARAM *parameter)
{
    const char *word = "";
    int number = 0;

    if (parameter->data_type == OSSL_PARAM_UTF8_STRING
            ? OSSL_PARAM_get_utf8_string_ptr(parameter, &word) != 1
            : OSSL_PARAM_get_int(parameter, &number) != 1)
        return false;
    signing->is_pss =
        number == RSA_PKCS1_PSS_PADDING || strcmp(word, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0;
    return signing->is_pss || number == RSA_PKCS1_PADDING ||
           strcmp(word, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0;
}

/* TLS has no other than the digest's length (RFC 8446 4.2.3). */
static bool
is_salt_length(const OSSL_PARAM *parameter)
{
    const char *word = "";
    int number = 0;

    if (parameter->data_type == OSSL_PARAM_UTF8_STRING)
        return OSSL_PARAM_get_utf8_string_ptr(parameter, &word) == 1 &&
               strcmp(word, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0;
    return OSSL_PARAM_get_int(parameter, &number) == 1 && number == RSA_PSS_SALTLEN_DIGEST;
}

static int
set_parameters(void *memory, const OSSL_PARAM parameters[])
{
    struct signing *signing = memory;
    const OSSL_PARAM *padding =
        OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
    const OSSL_PARAM *salt =
        OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);

    return (padding == NULL || set_padding(signing, padding)) &&
           (salt == NULL || is_salt_length(salt));
}

static const OSSL_PARAM *
settable(void *signing, void *provider)
{
    static const OSSL_PARAM all[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)signing;
    (void)provider;
    return all;
}

static int
begin(void *memory, const char *digest, void *key, const OSSL_PARAM parameters[])
{
    struct signing *signing = memory;

    *signing = (struct signing){key, tls_scheme_digest(digest == NULL ? "" : digest), false};
    return signing->key != NULL && signing->digest != NULL &&
           set_parameters(signing, parameters);
}

/* A signer's errors are not OpenSSL's: what has failed is the signature. */
static size_t
ask(const struct tls_key *key, enum tls_scheme scheme, struct slice digest,
    unsigned char *signature, size_t room)
{
    ERR_set_mark();
    size_t length = key->signer.sign(key->certificate, scheme, digest, signature, room);
    ERR_pop_to_mark();
    if (length == 0)
        tls_key_raise();
    return length;
}

/* NOLINTBEGIN(readability-function-size): the parameters are OpenSSL's. */
static int
sign(void *memory, unsigned char *signature, size_t *length, size_t room,
     const unsigned char *bytes, size_t byte_count)
{
    const struct signing *signing = memory;
    const struct tls_scheme_facts *facts =
        tls_scheme_find(signing->key->type, signing->is_pss, signing->digest);
    size_t most = (size_t)EVP_PKEY_get_size(signing->key->public);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length;

    if (signature == NULL) {
        *length = most;
        return 1;
    }
    if (facts == NULL || room < most ||
        EVP_Digest(bytes, byte_count, digest, &digest_length, signing->digest, NULL) != 1)
        return 0;
    *length = ask(signing->key, facts->scheme, slice_make((const char *)digest, digest_length),
                  signature, most);
    return *length > 0;
}

/* NOLINTEND(readability-function-size) */

const OSSL_DISPATCH tls_key_signature[] = {
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, make),
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, destroy),
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin),
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign),
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_parameters),
    TLS_KEY_FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable),
    {0, NULL},
};
