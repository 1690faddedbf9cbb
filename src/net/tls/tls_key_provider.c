/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's words for what it asks: provider-base(7), provider-keymgmt(7). Start reading at
 * tls_key_new. What is asked about a key is answered by its certificate's public one.
 */
#include "net/tls/tls_key_provider.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_key.h"

#define PROVIDER "fairlead"

/* What a key is made of: a struct tls_key, which it takes over. Without it, numbers of a public
 * key. */
#define PARAMETER_KEY "fairlead-key"

/* Keys. */

static void *
make(void *provider)
{
    (void)provider;
    return memory_take(1, sizeof(struct tls_key));
}

static void
clear(struct tls_key *key)
{
    if (key->certificate != NULL)
        key->signer.close(key->certificate);
    EVP_PKEY_free(key->public);
    *key = (struct tls_key){.certificate = NULL};
}

static void
destroy(void *key)
{
    clear(key);
    free(key);
}

/* A public key that OpenSSL compares with ours has its print alone. */
static int
has(const void *key, int selection)
{
    return ((const struct tls_key *)key)->certificate != NULL ||
           (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0;
}

static int
match(const void *one, const void *other, int selection)
{
    (void)selection;
    return memcmp(((const struct tls_key *)one)->print, ((const struct tls_key *)other)->print,
                  TLS_FINGERPRINT_BYTES) == 0;
}

/* As the default provider exports it, whose public keys are all that there are. */
static int
take_print(const OSSL_PARAM parameters[], void *memory)
{
    static const char *const names[] = {OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PKEY_PARAM_PUB_KEY,
                                        OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E};
    struct tls_key *key = memory;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    unsigned found = 0;

    CHECK(hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const OSSL_PARAM *one = OSSL_PARAM_locate_const(parameters, names[i]);
        found += one != NULL && EVP_DigestUpdate(hash, one->data, one->data_size) == 1;
    }
    EVP_DigestFinal_ex(hash, key->print, NULL);
    EVP_MD_CTX_free(hash);
    return found == 2;
}

static int
import(void *memory, int selection, const OSSL_PARAM parameters[])
{
    struct tls_key *key = memory;
    const OSSL_PARAM *parameter = OSSL_PARAM_locate_const(parameters, PARAMETER_KEY);
    const void *given;
    size_t size;

    (void)selection;
    if (parameter == NULL)
        return take_print(parameters, key);
    if (OSSL_PARAM_get_octet_ptr(parameter, &given, &size) != 1 || size != sizeof(*key))
        return 0;
    *key = *(const struct tls_key *)given;
    *(struct tls_key *)given = (struct tls_key){.certificate = NULL};
    return 1;
}

static int export(void *key, int selection, OSSL_CALLBACK *callback, void *argument)
{
    return EVP_PKEY_export(((const struct tls_key *)key)->public,
                           selection & ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY, callback, argument);
}

static const OSSL_PARAM *
types(int selection)
{
    static const OSSL_PARAM of_import[] = {
        OSSL_PARAM_octet_ptr(PARAMETER_KEY, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)selection;
    return of_import;
}

static int
get_parameters(void *key, OSSL_PARAM parameters[])
{
    return EVP_PKEY_get_params(((const struct tls_key *)key)->public, parameters);
}

/* What every key says; the others are those of the public key's kind. */
static const OSSL_PARAM *
gettable(void *provider)
{
    static const OSSL_PARAM all[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_END,
    };

    (void)provider;
    return all;
}

static const char *
name_operation(int operation)
{
    return operation == OSSL_OP_SIGNATURE || operation == OSSL_OP_ASYM_CIPHER
               ? TLS_KEY_OPERATION
               : NULL;
}

static const OSSL_DISPATCH key_functions[] = {
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_NEW, make),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_FREE, destroy),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_HAS, has),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, match),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, import),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, types),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT, export),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, types),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_parameters),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable),
    TLS_KEY_FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, name_operation),
    {0, NULL},
};

/* The provider. The names of its keys are those of the default provider's, by which OpenSSL
 * tells what kind a key is. */

#define PROPERTIES "provider=" PROVIDER

static const OSSL_ALGORITHM keys[] = {
    {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, key_functions, NULL},
    {"EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTIES, key_functions, NULL},
    {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM signatures[] = {
    {TLS_KEY_OPERATION, PROPERTIES, tls_key_signature, NULL},
    {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM ciphers[] = {
    {TLS_KEY_OPERATION, PROPERTIES, tls_key_cipher, NULL},
    {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM *
query(void *provider, int operation, int *is_not_kept)
{
    (void)provider;
    *is_not_kept = 0;
    switch (operation) {
    case OSSL_OP_KEYMGMT:
        return keys;
    case OSSL_OP_SIGNATURE:
        return signatures;
    case OSSL_OP_ASYM_CIPHER:
        return ciphers;
    default:
        return NULL;
    }
}

static const OSSL_DISPATCH provider_functions[] = {
    TLS_KEY_FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
    {0, NULL},
};

static int
begin(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
      void **provider)
{
    (void)in;
    *out = provider_functions;
    *provider = (void *)core;
    return 1;
}

/*
 * Of two providers that have a key of that name OpenSSL takes either. The default one is meant
 * wherever the other is not named. Both are there until the process ends.
 */
void
tls_key_provider_start(void)
{
    static OSSL_PROVIDER *ours, *others;

    if (ours != NULL)
        return;
    others = OSSL_PROVIDER_load(NULL, "default");
    CHECK(others != NULL && OSSL_PROVIDER_add_builtin(NULL, PROVIDER, begin) == 1);
    ours = OSSL_PROVIDER_load(NULL, PROVIDER);
    CHECK(ours != NULL && EVP_set_default_properties(NULL, "?provider!=" PROVIDER) == 1);
}

/* Making one. */

static EVP_PKEY *
wrap(struct tls_key *key)
{
    void *given = key;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_ptr(PARAMETER_KEY, &given, sizeof(*key)),
        OSSL_PARAM_construct_end(),
    };
    const char *name = key->type == TLS_KEY_ECDSA ? "EC" : "RSA";
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, name, PROPERTIES);
    EVP_PKEY *wrapped = NULL;

    CHECK(maker != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
          EVP_PKEY_fromdata(maker, &wrapped, EVP_PKEY_KEYPAIR, parameters) == 1);
    EVP_PKEY_CTX_free(maker);
    return wrapped;
}

EVP_PKEY *
tls_key_new(const struct tls_signer *signer, const struct tls_identity *identity,
            X509 *certificate)
{
    EVP_PKEY *public = X509_get_pubkey(certificate);
    struct tls_key key = {
        .signer = *signer, .public = public, .type = identity->facts->key_type};

    if (public != NULL && EVP_PKEY_export(public, EVP_PKEY_PUBLIC_KEY, take_print, &key) == 1)
        key.certificate = signer->open(signer, identity, public);
    if (key.certificate != NULL)
        return wrap(&key);
    clear(&key);
    return NULL;
}

static int
library(void)
{
    static int number;

    if (number == 0)
        number = ERR_get_next_error_library();
    return number;
}

void
tls_key_raise(void)
{
    ERR_raise(library(), 1);
}

bool
tls_key_has_failed(unsigned long error)
{
    return ERR_GET_LIB(error) == library();
}
