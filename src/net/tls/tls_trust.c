/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls/tls_trust.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_time.h"
#include "net/tls/tls_trust_use.h"

#define SERIAL_MOST_BYTES 64

/* The key itself, its number's sign and digits: an authority that renews its certificate keeps
 * what it has revoked. */
static bool
digest(const unsigned char key[EVP_MAX_MD_SIZE], const ASN1_INTEGER *serial,
       struct tls_revocation *revocation)
{
    unsigned char text[EVP_MAX_MD_SIZE + 1 + SERIAL_MOST_BYTES], all[EVP_MAX_MD_SIZE];
    size_t length = (size_t)ASN1_STRING_length(serial);
    unsigned size = 0;

    if (length > SERIAL_MOST_BYTES)
        return false;
    memcpy(text, key, EVP_MAX_MD_SIZE);
    text[EVP_MAX_MD_SIZE] = (unsigned char)(ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER);
    memcpy(text + EVP_MAX_MD_SIZE + 1, ASN1_STRING_get0_data(serial), length);
    if (EVP_Digest(text, EVP_MAX_MD_SIZE + 1 + length, all, &size, EVP_sha256(), NULL) != 1)
        return false;
    memcpy(revocation->digest, all, sizeof(revocation->digest));
    return true;
}

static bool
digest_key(const X509 *authority, unsigned char key[EVP_MAX_MD_SIZE])
{
    memset(key, 0, EVP_MAX_MD_SIZE);
    return X509_pubkey_digest(authority, EVP_sha256(), key, NULL) == 1;
}

bool
tls_revocation_of(const X509 *authority, const ASN1_INTEGER *serial,
                  struct tls_revocation *revocation)
{
    unsigned char key[EVP_MAX_MD_SIZE];

    return digest_key(authority, key) && digest(key, serial, revocation);
}

static int
compare(const void *one, const void *other)
{
    return memcmp(one, other, sizeof(struct tls_revocation));
}

bool
tls_revocations_have(const struct tls_revocation *sorted, size_t count,
                     const struct tls_revocation *wanted)
{
    return count > 0 && bsearch(wanted, sorted, count, sizeof(*sorted), compare) != NULL;
}

static BIO *
open_text(struct slice text)
{
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.length);

    CHECK(bio != NULL);
    return bio;
}

/* Whether reading ended because there is nothing more, and not because that is wrong. */
static bool
is_at_end(void)
{
    unsigned long error = ERR_peek_last_error();
    bool is_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;

    ERR_clear_error();
    return is_end;
}

static void
keep_anchor(struct tls_trust *trust, X509 *authority)
{
    unsigned char *der = NULL;
    int length = i2d_X509(authority, &der);

    CHECK(length > 0);
    trust->anchors =
        memory_resize(trust->anchors, trust->anchor_count + 1, sizeof(*trust->anchors));
    trust->anchors[trust->anchor_count++] = (struct tls_bytes){
        memory_copy_bytes((const char *)der, (size_t)length), (size_t)length};
    OPENSSL_free(der);
    if (trust->authorities == NULL)
        trust->authorities = sk_X509_new_null();
    CHECK(trust->authorities != NULL && sk_X509_push(trust->authorities, authority) > 0);
}

/* Takes the certificate over. */
static const char *
add_authority(struct tls_trust *trust, X509 *authority)
{
    int64_t end_s;
    const char *reason = NULL;

    if (X509_check_ca(authority) == 0)
        reason = "holds a certificate that is of no authority (basicConstraints CA:TRUE)";
    else if (!tls_seconds_of(X509_get0_notAfter(authority), &end_s))
        reason = "holds a certificate with dates that cannot be read";
    if (reason != NULL) {
        X509_free(authority);
        return reason;
    }
    if (end_s < trust->first_end_s)
        trust->first_end_s = end_s;
    keep_anchor(trust, authority);
    return NULL;
}

const char *
tls_trust_read_bundle(struct tls_trust *trust, struct slice text)
{
    BIO *bio = open_text(text);
    const char *reason = NULL;
    X509 *authority;

    while (reason == NULL && (authority = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
        reason = add_authority(trust, authority);
    if (!is_at_end() && reason == NULL)
        reason = "holds a certificate that cannot be read";
    BIO_free(bio);
    if (reason == NULL && trust->anchor_count == 0)
        reason = "holds no certificate (BEGIN CERTIFICATE)";
    return reason;
}

/* The authority that has signed it, and may; NULL: none of ours. */
static X509 *
find_signer(const struct tls_trust *trust, X509_CRL *list)
{
    for (int i = 0; i < sk_X509_num(trust->authorities); i++) {
        X509 *authority = sk_X509_value(trust->authorities, i);
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 &&
            (X509_get_key_usage(authority) & KU_CRL_SIGN) != 0 &&
            X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1)
            return authority;
    }
    return NULL;
}

static void
add_revocation(struct tls_trust *trust, const struct tls_revocation *revocation)
{
    if (trust->revoked_count == trust->revoked_capacity) {
        trust->revoked_capacity = trust->revoked_capacity * 2 + 64;
        trust->revoked =
            memory_resize(trust->revoked, trust->revoked_capacity, sizeof(*trust->revoked));
    }
    trust->revoked[trust->revoked_count++] = *revocation;
}

static const char *
add_entries(struct tls_trust *trust, const X509 *authority, X509_CRL *list)
{
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(list);
    unsigned char key[EVP_MAX_MD_SIZE];

    CHECK(digest_key(authority, key));
    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);
        struct tls_revocation revocation;
        if (X509_REVOKED_get_ext_by_NID(entry, NID_certificate_issuer, -1) >= 0)
            return "holds an indirect revocation list, of other authorities' certificates";
        if (!digest(key, X509_REVOKED_get0_serialNumber(entry), &revocation))
            return "holds a revocation list with a number that is too long";
        add_revocation(trust, &revocation);
    }
    return NULL;
}

static const char *
add_list(struct tls_trust *trust, X509_CRL *list)
{
    const ASN1_TIME *update = X509_CRL_get0_nextUpdate(list);
    int64_t update_s = INT64_MAX;

    if (X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0)
        return "holds a delta revocation list: complete ones are needed";
    const X509 *authority = find_signer(trust, list);
    ERR_clear_error();
    if (authority == NULL)
        return "holds a revocation list that no authority of ca_certificates_bundle has signed";
    if (update != NULL && !tls_seconds_of(update, &update_s))
        return "holds a revocation list with dates that cannot be read";
    if (update_s < trust->first_update_s)
        trust->first_update_s = update_s;
    return add_entries(trust, authority, list);
}

const char *
tls_trust_read_revocations(struct tls_trust *trust, struct slice text)
{
    BIO *bio = open_text(text);
    const char *reason = NULL;
    size_t count = 0;
    X509_CRL *list;

    while (reason == NULL && (list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL) {
        reason = add_list(trust, list);
        X509_CRL_free(list);
        count++;
    }
    if (!is_at_end() && reason == NULL)
        reason = "holds a revocation list that cannot be read";
    BIO_free(bio);
    if (reason == NULL && count == 0)
        reason = "holds no revocation list (BEGIN X509 CRL)";
    return reason;
}

void
tls_trust_sort(struct tls_trust *trust)
{
    size_t kept = 0;

    if (trust->revoked_count > 1)
        qsort(trust->revoked, trust->revoked_count, sizeof(*trust->revoked), compare);
    for (size_t i = 0; i < trust->revoked_count; i++)
        if (kept == 0 || compare(&trust->revoked[kept - 1], &trust->revoked[i]) != 0)
            trust->revoked[kept++] = trust->revoked[i];
    trust->revoked_count = kept;
}

void
tls_trust_clear(struct tls_trust *trust)
{
    for (size_t i = 0; i < trust->anchor_count; i++)
        free(trust->anchors[i].at);
    free(trust->anchors);
    free(trust->revoked);
    sk_X509_pop_free(trust->authorities, X509_free);
    *trust = TLS_TRUST_NONE;
}
