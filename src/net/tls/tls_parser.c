/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL 3.0 looks for a decoder among all that there are for each key, in a certificate too:
 * that is 230 of the 240 us that it takes.
 */
#include "net/tls/tls_parser.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/decoder.h>

#include "base/memory.h"

/* Authorities that are kept, some 6 KiB each. */
#define LINKS_MOST 32

struct link {
    uint8_t digest[TLS_FINGERPRINT_BYTES];
    X509 *certificate;
};

struct tls_parser {
    struct link links[LINKS_MOST];
    size_t link_count;         /* ever: the oldest one makes room */
    OSSL_DECODER_CTX *decoder; /* of EC keys in PKCS #8; NULL: none yet, or not to be had */
    EVP_PKEY *decoded;
};

struct tls_parser *
tls_parser_new(void)
{
    return memory_take(1, sizeof(struct tls_parser));
}

void
tls_parser_free(struct tls_parser **parser)
{
    if (*parser == NULL)
        return;
    for (size_t i = 0; i < LINKS_MOST; i++)
        X509_free((*parser)->links[i].certificate);
    OSSL_DECODER_CTX_free((*parser)->decoder);
    free(*parser);
    *parser = NULL;
}

X509 *
tls_parse_certificate(struct slice der)
{
    const unsigned char *at = (const unsigned char *)der.at;

    return d2i_X509(NULL, &at, (long)der.length);
}

static X509 *
find_link(const struct tls_parser *parser, const uint8_t *digest)
{
    for (size_t i = 0; i < LINKS_MOST && i < parser->link_count; i++)
        if (memcmp(parser->links[i].digest, digest, TLS_FINGERPRINT_BYTES) == 0)
            return parser->links[i].certificate;
    return NULL;
}

static void
keep_link(struct tls_parser *parser, const uint8_t *digest, X509 *certificate)
{
    struct link *link = &parser->links[parser->link_count++ % LINKS_MOST];

    X509_free(link->certificate);
    X509_up_ref(certificate);
    memcpy(link->digest, digest, TLS_FINGERPRINT_BYTES);
    link->certificate = certificate;
}

X509 *
tls_parser_link(struct tls_parser *parser, struct slice der)
{
    uint8_t digest[TLS_FINGERPRINT_BYTES];

    if (parser == NULL || EVP_Digest(der.at, der.length, digest, NULL, EVP_sha256(), NULL) != 1)
        return tls_parse_certificate(der);
    X509 *certificate = find_link(parser, digest);
    if (certificate != NULL) {
        X509_up_ref(certificate);
        return certificate;
    }
    certificate = tls_parse_certificate(der);
    if (certificate != NULL)
        keep_link(parser, digest, certificate);
    return certificate;
}

static EVP_PKEY *
decode(struct tls_parser *parser, struct slice der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    size_t left = der.length;

    if (parser->decoder == NULL)
        parser->decoder =
            OSSL_DECODER_CTX_new_for_pkey(&parser->decoded, "DER", "PrivateKeyInfo", "EC",
                                          OSSL_KEYMGMT_SELECT_ALL, NULL, NULL);
    parser->decoded = NULL;
    if (parser->decoder == NULL || OSSL_DECODER_from_data(parser->decoder, &at, &left) != 1)
        return NULL;
    return parser->decoded;
}

EVP_PKEY *
tls_parser_key(struct tls_parser *parser, int type, struct slice der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    EVP_PKEY *key = parser == NULL || type != EVP_PKEY_EC ? NULL : decode(parser, der);

    if (key == NULL)
        key = d2i_PrivateKey(type, NULL, &at, (long)der.length);
    if (key == NULL)
        key = d2i_AutoPrivateKey(NULL, &at, (long)der.length);
    return key;
}
