/* SPDX-License-Identifier: Apache-2.0 */
/* Authorities and revocation lists that are made here: what is taken, what is refused. */
#include "../unit.h"

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/memory.h"
#include "net/tls/tls_trust_use.h"

#define DAY 86400

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
    char *text;
};

static struct tls_trust trust;
static struct authority one, other;

static char *
take_text(BIO *bio)
{
    char *bytes;
    long length = BIO_get_mem_data(bio, &bytes);
    char *text = memory_copy_bytes(bytes, (size_t)length);

    BIO_free(bio);
    return text;
}

static void
extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static struct authority
make(const char *name, const char *constraints, const char *usage)
{
    struct authority made = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    BIO *bio = BIO_new(BIO_s_mem());

    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 1);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(made.certificate, subject);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -DAY);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), DAY);
    X509_set_pubkey(made.certificate, made.key);
    extend(made.certificate, NID_basic_constraints, constraints);
    extend(made.certificate, NID_key_usage, usage);
    assert_true(X509_sign(made.certificate, made.key, EVP_sha256()) > 0);
    PEM_write_bio_X509(bio, made.certificate);
    made.text = take_text(bio);
    return made;
}

static void
unmake(struct authority *made)
{
    EVP_PKEY_free(made->key);
    X509_free(made->certificate);
    free(made->text);
}

/* What it has revoked, up to a 0; an extension with a number in it, 0: none. */
static char *
make_list(const struct authority *by, const long *numbers, int extension)
{
    X509_CRL *list = X509_CRL_new();
    BIO *bio = BIO_new(BIO_s_mem());
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0), *later = X509_gmtime_adj(NULL, DAY);
    ASN1_INTEGER *number = ASN1_INTEGER_new();

    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(by->certificate));
    X509_CRL_set1_lastUpdate(list, now);
    X509_CRL_set1_nextUpdate(list, later);
    for (; *numbers != 0; numbers++) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER_set(number, *numbers);
        X509_REVOKED_set_serialNumber(entry, number);
        X509_REVOKED_set_revocationDate(entry, now);
        X509_CRL_add0_revoked(list, entry);
    }
    if (extension != 0)
        X509_CRL_add1_ext_i2d(list, extension, number, 1, 0);
    assert_true(X509_CRL_sign(list, by->key, EVP_sha256()) > 0);
    PEM_write_bio_X509_CRL(bio, list);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
    X509_CRL_free(list);
    return take_text(bio);
}

static int
begin(void **state)
{
    (void)state;
    trust = TLS_TRUST_NONE;
    one = make("one", "CA:TRUE", "keyCertSign,cRLSign");
    other = make("other", "CA:TRUE", "keyCertSign");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    tls_trust_clear(&trust);
    unmake(&one);
    unmake(&other);
    return 0;
}

static void
assert_bundle(const char *text, const char *reason)
{
    const char *found = tls_trust_read_bundle(&trust, slice_of(text));

    if (reason == NULL)
        assert_null(found);
    else
        assert_string_equal(found, reason);
}

/* Takes the text over. */
static void
assert_list(char *text, const char *reason)
{
    const char *found = tls_trust_read_revocations(&trust, slice_of(text));

    if (reason == NULL)
        assert_null(found);
    else
        assert_string_equal(found, reason);
    free(text);
}

static bool
is_revoked(const struct authority *by, long number)
{
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    struct tls_revocation revocation;

    ASN1_INTEGER_set(serial, number);
    assert_true(tls_revocation_of(by->certificate, serial, &revocation));
    ASN1_INTEGER_free(serial);
    return tls_revocations_have(trust.revoked, trust.revoked_count, &revocation);
}

static void
reads_authorities_with_words_between(void **state)
{
    char *text = memory_print("# partners\n%s\n# and\n%s", one.text, other.text);

    (void)state;
    assert_bundle(text, NULL);
    assert_int_equal(trust.anchor_count, 2);
    assert_true(trust.first_end_s > 0 && trust.first_end_s < INT64_MAX);
    free(text);
}

static void
refuses_what_is_no_bundle(void **state)
{
    struct authority client = make("client", "CA:FALSE", "digitalSignature");
    char *broken = memory_copy_text(one.text);

    (void)state;
    broken[60] = broken[60] == 'A' ? 'B' : 'A';
    broken[61] = '!';
    assert_bundle("", "holds no certificate (BEGIN CERTIFICATE)");
    assert_bundle("words", "holds no certificate (BEGIN CERTIFICATE)");
    assert_bundle(broken, "holds a certificate that cannot be read");
    assert_bundle(client.text,
                  "holds a certificate that is of no authority (basicConstraints CA:TRUE)");
    free(broken);
    unmake(&client);
}

static void
knows_what_is_revoked_by_whom(void **state)
{
    static const long some[] = {7, 300, -5, 7, 0}, more[] = {8, 7, 0};

    (void)state;
    assert_bundle(one.text, NULL);
    assert_list(make_list(&one, some, 0), NULL);
    assert_list(make_list(&one, more, 0), NULL);
    assert_true(trust.first_update_s < INT64_MAX);
    tls_trust_sort(&trust);
    assert_int_equal(trust.revoked_count, 4);
    for (const long *number = some; *number != 0; number++)
        assert_true(is_revoked(&one, *number));
    assert_true(is_revoked(&one, 8));
    assert_false(is_revoked(&one, 5));
    assert_false(is_revoked(&one, 6));
    assert_false(is_revoked(&other, 7));
}

static void
refuses_lists_of_others(void **state)
{
    static const long some[] = {7, 0};
    static const char unsigned_by_us[] =
        "holds a revocation list that no authority of ca_certificates_bundle has signed";
    struct authority namesake = make("one", "CA:TRUE", "keyCertSign,cRLSign");
    char *text = memory_print("%s%s", one.text, other.text);

    (void)state;
    assert_bundle(text, NULL);
    assert_list(make_list(&namesake, some, 0), unsigned_by_us);
    /* It may sign certificates only. */
    assert_list(make_list(&other, some, 0), unsigned_by_us);
    assert_list(make_list(&one, some, NID_delta_crl),
                "holds a delta revocation list: complete ones are needed");
    assert_list(memory_copy_text("words"), "holds no revocation list (BEGIN X509 CRL)");
    assert_list(memory_copy_text(one.text), "holds no revocation list (BEGIN X509 CRL)");
    assert_list(memory_copy_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"),
                "holds a revocation list that cannot be read");
    free(text);
    unmake(&namesake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_authorities_with_words_between, begin, end),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_bundle, begin, end),
        cmocka_unit_test_setup_teardown(knows_what_is_revoked_by_whom, begin, end),
        cmocka_unit_test_setup_teardown(refuses_lists_of_others, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
