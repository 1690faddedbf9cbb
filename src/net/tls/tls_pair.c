/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM is taken apart without OpenSSL's decoders, which try every type on every block: with
 * thousands of certificates that is most of their time.
 */
#include "net/tls/tls_pair.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_hello.h"
#include "net/tls/tls_parser.h"
#include "net/tls/tls_time.h"

#define RSA_LEAST_BITS 2048

/* A block of a PEM text. */
struct block {
    char *label, *header;
    unsigned char *bytes;
    long length;
};

static bool
next_block(BIO *text, struct block *block)
{
    *block = (struct block){.label = NULL};
    bool is_there =
        PEM_read_bio(text, &block->label, &block->header, &block->bytes, &block->length) == 1;
    ERR_clear_error();
    return is_there;
}

static void
clear_block(struct block *block)
{
    OPENSSL_free(block->label);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->bytes, (size_t)block->length);
}

static BIO *
open_text(struct slice text)
{
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.length);

    CHECK(bio != NULL);
    return bio;
}

static struct tls_bytes
copy_bytes(const struct block *block)
{
    return (struct tls_bytes){
        memory_copy_bytes((const char *)block->bytes, (size_t)block->length),
        (size_t)block->length};
}

static const char *
read_chain(struct tls_pair *pair, struct slice text)
{
    BIO *bio = open_text(text);
    struct block block;
    bool is_too_long = false;

    while (next_block(bio, &block)) {
        bool is_certificate = strcmp(block.label, PEM_STRING_X509) == 0 ||
                              strcmp(block.label, PEM_STRING_X509_OLD) == 0;
        if (is_certificate && pair->chain_count < TLS_CHAIN_MOST)
            pair->chain[pair->chain_count++] = copy_bytes(&block);
        else
            is_too_long |= is_certificate;
        clear_block(&block);
    }
    BIO_free(bio);
    if (is_too_long)
        return "holds more than 10 certificates";
    return pair->chain_count == 0 ? "holds no certificate (BEGIN CERTIFICATE)" : NULL;
}

static const char *
read_key_bytes(struct tls_pair *pair, struct slice text)
{
    static const char end[] = "PRIVATE KEY";
    BIO *bio = open_text(text);
    const char *reason = "holds no private key (BEGIN PRIVATE KEY)";
    struct block block;

    while (pair->key.at == NULL && next_block(bio, &block)) {
        size_t length = strlen(block.label);
        bool is_key = length >= sizeof(end) - 1 &&
                      strcmp(block.label + length - (sizeof(end) - 1), end) == 0;
        if (is_key && (strstr(block.label, "ENCRYPTED") != NULL || *block.header != '\0'))
            reason = "holds an encrypted private key: nobody is asked for its passphrase";
        else if (is_key)
            pair->key = copy_bytes(&block);
        clear_block(&block);
    }
    BIO_free(bio);
    return pair->key.at == NULL ? reason : NULL;
}

static X509 *
parse_certificate(const struct tls_bytes *bytes)
{
    return tls_parse_certificate(slice_make(bytes->at, bytes->length));
}

static void
note_serial(struct tls_certificate_facts *facts, const X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *text = number == NULL ? NULL : BN_bn2hex(number);

    facts->serial[0] = '\0';
    if (text != NULL && strlen(text) < sizeof(facts->serial))
        memcpy(facts->serial, text, strlen(text) + 1);
    OPENSSL_free(text);
    BN_free(number);
}

static unsigned
curve_of(const EVP_PKEY *key)
{
    static const struct {
        const char *name;
        enum tls_curve curve;
    } curves[] = {{"prime256v1", TLS_CURVE_P256},
                  {"secp384r1", TLS_CURVE_P384},
                  {"secp521r1", TLS_CURVE_P521}};

    char name[32] = "";

    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), NULL);
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(name, curves[i].name) == 0)
            return curves[i].curve;
    return 0;
}

static const char *
note_key(struct tls_certificate_facts *facts, const EVP_PKEY *key)
{
    int type = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);

    if (type == EVP_PKEY_EC) {
        facts->key_type = TLS_KEY_ECDSA;
        facts->curve = curve_of(key);
    } else {
        facts->key_type = TLS_KEY_RSA;
    }
    if (type != EVP_PKEY_RSA && facts->curve == 0)
        return "has a key that is neither RSA nor ECDSA on P-256, P-384 or P-521";
    facts->key_bits = (unsigned)EVP_PKEY_get_bits(key);
    if (type == EVP_PKEY_RSA && facts->key_bits < RSA_LEAST_BITS)
        return "has an RSA key of fewer than 2048 bits, which clients and OpenSSL refuse";
    return NULL;
}

static const char *
note_facts(struct tls_pair *pair, X509 *certificate)
{
    struct tls_certificate_facts *facts = &pair->facts;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    int hash = NID_undef;

    CHECK(digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1);
    for (size_t i = 0; i < pair->chain_count; i++)
        EVP_DigestUpdate(digest, pair->chain[i].at, pair->chain[i].length);
    EVP_DigestFinal_ex(digest, facts->fingerprint, NULL);
    EVP_MD_CTX_free(digest);
    if (!tls_seconds_of(X509_get0_notBefore(certificate), &facts->not_before_s) ||
        !tls_seconds_of(X509_get0_notAfter(certificate), &facts->not_after_s))
        return "has dates that cannot be read";
    note_serial(facts, certificate);
    if (X509_get_signature_info(certificate, &hash, NULL, NULL, NULL) == 1 &&
        EVP_get_digestbynid(hash) != NULL)
        facts->hash_bits = (unsigned)EVP_MD_get_size(EVP_get_digestbynid(hash)) * 8;
    return note_key(facts, X509_get0_pubkey(certificate));
}

/* What a client may name: letters of a host, and a star for the whole first label. */
static bool
is_host(struct slice name)
{
    size_t start = slice_starts_with(name, SLICE_LITERAL("*.")) ? 2 : 0;

    if (name.length <= start || name.length >= TLS_SERVER_NAME_SIZE)
        return false;
    for (size_t i = start; i < name.length; i++) {
        char byte = slice_lower(name.at[i]);
        if (!slice_is_letter(byte) && !(byte >= '0' && byte <= '9') && byte != '-' &&
            byte != '.' && byte != '_')
            return false;
    }
    return true;
}

static void
add_name(struct tls_pair *pair, const ASN1_STRING *text)
{
    struct slice name =
        slice_make((const char *)ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));

    if (name.length > 0 && name.at[name.length - 1] == '.')
        name.length--;
    if (!is_host(name) || pair->name_count == TLS_NAMES_MOST)
        return;
    char *copy = memory_copy_bytes(name.at, name.length);
    for (size_t i = 0; i < name.length; i++)
        copy[i] = slice_lower(copy[i]);
    pair->names = memory_resize(pair->names, pair->name_count + 1, sizeof(*pair->names));
    pair->names[pair->name_count++] = copy;
}

/* The common name counts only where there are no others (RFC 6125 6.4.4). */
static void
read_names(struct tls_pair *pair, const X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int place = names != NULL ? -1 : X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            add_name(pair, name->d.dNSName);
    }
    if (place >= 0)
        add_name(pair, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
    GENERAL_NAMES_free(names);
}

/* Of another certificate in the file: then these stand in the wrong order. */
static bool
fits_another(const struct tls_pair *pair, const EVP_PKEY *key)
{
    bool fits = false;

    for (size_t i = 1; i < pair->chain_count && !fits; i++) {
        X509 *other = parse_certificate(&pair->chain[i]);
        fits = other != NULL && X509_check_private_key(other, key) == 1;
        X509_free(other);
    }
    return fits;
}

static const char *
check_key(const struct tls_pair *pair, struct tls_parser *parser, X509 *certificate)
{
    int type = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate));
    EVP_PKEY *key = tls_parser_key(parser, type, slice_make(pair->key.at, pair->key.length));
    const char *reason = NULL;

    if (key == NULL)
        reason = "holds a private key that cannot be read";
    else if (X509_check_private_key(certificate, key) != 1)
        reason = fits_another(pair, key)
                     ? "is the key of a later certificate in the file: its own must stand first"
                     : "does not fit the certificate";
    EVP_PKEY_free(key);
    return reason;
}

/* OpenSSL would find the rest of the chain only when a client is waiting for it. */
static bool
can_be_parsed(const struct tls_pair *pair, struct tls_parser *parser)
{
    for (size_t i = 1; i < pair->chain_count; i++) {
        X509 *link =
            tls_parser_link(parser, slice_make(pair->chain[i].at, pair->chain[i].length));
        X509_free(link);
        if (link == NULL)
            return false;
    }
    return true;
}

static enum tls_pair_part
judge(struct tls_pair *pair, struct tls_parser *parser, X509 *leaf, struct slice key,
      const char **reason)
{
    *reason = "holds a certificate that cannot be read";
    if (leaf == NULL || !can_be_parsed(pair, parser))
        return TLS_PAIR_CERTIFICATE;
    *reason = note_facts(pair, leaf);
    if (*reason != NULL)
        return TLS_PAIR_CERTIFICATE;
    read_names(pair, leaf);
    *reason = read_key_bytes(pair, key);
    if (*reason == NULL)
        *reason = check_key(pair, parser, leaf);
    return *reason == NULL ? TLS_PAIR_GOOD : TLS_PAIR_KEY;
}

enum tls_pair_part
tls_pair_read(struct tls_pair *pair, struct tls_parser *parser, struct slice certificate,
              struct slice key, const char **reason)
{
    *pair = (struct tls_pair){.chain_count = 0};
    *reason = read_chain(pair, certificate);
    if (*reason != NULL)
        return TLS_PAIR_CERTIFICATE;
    X509 *leaf = parse_certificate(&pair->chain[0]);
    enum tls_pair_part wrong = judge(pair, parser, leaf, key, reason);
    X509_free(leaf);
    ERR_clear_error();
    return wrong;
}

void
tls_pair_clear(struct tls_pair *pair)
{
    for (size_t i = 0; i < pair->chain_count; i++)
        free(pair->chain[i].at);
    for (size_t i = 0; i < pair->name_count; i++)
        free(pair->names[i]);
    free(pair->names);
    OPENSSL_cleanse(pair->key.at, pair->key.length);
    free(pair->key.at);
    *pair = (struct tls_pair){.chain_count = 0};
}
