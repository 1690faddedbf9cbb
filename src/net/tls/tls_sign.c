/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of tls_schemes.def, and the digests that they name. */
#include "net/tls/tls_sign.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

static const struct tls_scheme_facts schemes[] = {

#define TLS_SCHEME(id, number, key, is_pss, digest)                                            \
    {TLS_SCHEME_##id, TLS_KEY_##key, is_pss, digest},
#include "net/tls/tls_schemes.def"
#undef TLS_SCHEME
};

#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

const struct tls_scheme_facts *
tls_scheme_facts(enum tls_scheme scheme)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (schemes[i].scheme == scheme)
            return &schemes[i];
    return NULL;
}

const struct tls_scheme_facts *
tls_scheme_find(enum tls_key_type key, bool is_pss, const EVP_MD *digest)
{
    const char *name = digest == NULL ? "" : EVP_MD_get0_name(digest);

    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (schemes[i].key == key && schemes[i].is_pss == is_pss &&
            strcmp(schemes[i].digest, name) == 0)
            return &schemes[i];
    return NULL;
}

static EVP_MD *
fetch(size_t scheme)
{
    static EVP_MD *fetched[SCHEME_COUNT];

    if (fetched[scheme] == NULL)
        fetched[scheme] = EVP_MD_fetch(NULL, schemes[scheme].digest, NULL);
    return fetched[scheme];
}

/* OpenSSL would look for it by name at each signature. */
const EVP_MD *
tls_scheme_digest(const char *name)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (strcmp(schemes[i].digest, name) == 0)
            return fetch(i);
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (fetch(i) != NULL && EVP_MD_is_a(fetch(i), name) == 1)
            return fetch(i);
    return NULL;
}
