/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/memory.h"

#define DAY_S 86400

static EVP_PKEY *
make_key(const struct wanted_pair *wanted)
{
    EVP_PKEY *key = strcmp(wanted->key, "RSA") == 0
                        ? EVP_RSA_gen(wanted->rsa_bits == 0 ? 2048 : wanted->rsa_bits)
                        : EVP_PKEY_Q_keygen(NULL, NULL, "EC", wanted->key);

    CHECK(key != NULL);
    return key;
}

static void
add_names(X509 *certificate, const char *names)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

    CHECK(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *
make_certificate(const struct wanted_pair *wanted, EVP_PKEY *key)
{
    static long serial = 1000;
    X509 *certificate = X509_new();
    const char *name = wanted->common_name == NULL ? "test" : wanted->common_name;

    CHECK(certificate != NULL);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wanted->not_before_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate),
                    wanted->not_after_s == 0 ? DAY_S : wanted->not_after_s);
    X509_set_pubkey(certificate, key);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(certificate, subject);
    if (wanted->names != NULL)
        add_names(certificate, wanted->names);
    CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static char *
take_text(BIO *bio)
{
    char *bytes;
    long length = BIO_get_mem_data(bio, &bytes);
    char *text = memory_copy_bytes(bytes, (size_t)length);

    BIO_free(bio);
    return text;
}

struct made_pair
pair_make(const struct wanted_pair *wanted)
{
    EVP_PKEY *key = make_key(wanted);
    X509 *certificate = make_certificate(wanted, key);
    BIO *certificate_text = BIO_new(BIO_s_mem()), *key_text = BIO_new(BIO_s_mem());

    CHECK(PEM_write_bio_X509(certificate_text, certificate) == 1);
    CHECK(PEM_write_bio_PrivateKey(key_text, key, NULL, NULL, 0, NULL, NULL) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return (struct made_pair){take_text(certificate_text), take_text(key_text)};
}

void
pair_free(struct made_pair *pair)
{
    free(pair->certificate);
    free(pair->key);
    *pair = (struct made_pair){NULL, NULL};
}
