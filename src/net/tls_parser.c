/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL 3.0 looks for a decoder among all that there are for each key, in a certificate too:
 * that is 230 of the 240 us that it takes.
 */
#include "net/tls_parser.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/decoder.h>
#include <openssl/x509.h>

#include "base/memory.h"

/* Authorities whose certificates are known. */
#define KNOWN_MOST 64

struct digest {
    uint8_t bytes[TLS_FINGERPRINT_BYTES];
};

struct tls_parser {
    struct digest known[KNOWN_MOST];
    size_t known_count; /* ever; the oldest is written over */
    OSSL_DECODER_CTX
        *decoder; /* of EC keys in PKCS #8; NULL: not needed yet, or not to be had */
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
    OSSL_DECODER_CTX_free((*parser)->decoder);
    free(*parser);
    *parser = NULL;
}

static bool
is_known(const struct tls_parser *parser, const struct digest *digest)
{
    for (size_t i = 0; i < parser->known_count && i < KNOWN_MOST; i++)
        if (memcmp(&parser->known[i], digest, sizeof(*digest)) == 0)
            return true;
    return false;
}

static bool
is_certificate(const struct tls_bytes *der)
{
    const unsigned char *at = (const unsigned char *)der->at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der->length);

    X509_free(certificate);
    return certificate != NULL;
}

bool
tls_parser_takes(struct tls_parser *parser, const struct tls_bytes *der)
{
    struct digest digest;

    if (parser == NULL ||
        EVP_Digest(der->at, der->length, digest.bytes, NULL, EVP_sha256(), NULL) != 1)
        return is_certificate(der);
    if (is_known(parser, &digest))
        return true;
    if (!is_certificate(der))
        return false;
    parser->known[parser->known_count++ % KNOWN_MOST] = digest;
    return true;
}

static EVP_PKEY *
decode(struct tls_parser *parser, const struct tls_bytes *der)
{
    const unsigned char *at = (const unsigned char *)der->at;
    size_t left = der->length;

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
tls_parser_key(struct tls_parser *parser, int type, const struct tls_bytes *der)
{
    const unsigned char *at = (const unsigned char *)der->at;
    EVP_PKEY *key = parser == NULL || type != EVP_PKEY_EC ? NULL : decode(parser, der);

    if (key == NULL)
        key = d2i_PrivateKey(type, NULL, &at, (long)der->length);
    if (key == NULL)
        key = d2i_AutoPrivateKey(NULL, &at, (long)der->length);
    return key;
}
