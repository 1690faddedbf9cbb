/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/pem.h>

#include "../../support/certificates.h"
#include "base/memory.h"
#include "net/tls/tls_hello.h"
#include "net/tls/tls_pair.h"

static struct tls_pair pair;
static const char *reason;
static struct tls_parser *parser; /* of all pairs here, good and bad ones in turn */

/* What was kept of others makes no difference. */
static enum tls_pair_part
read_texts(const char *certificate, const char *key)
{
    const char *alone;
    enum tls_pair_part part =
        tls_pair_read(&pair, NULL, slice_of(certificate), slice_of(key), &alone);

    tls_pair_clear(&pair);
    assert_int_equal(
        tls_pair_read(&pair, parser, slice_of(certificate), slice_of(key), &reason), part);
    assert_ptr_equal(reason, alone);
    return part;
}

static int
begin(void **state)
{
    (void)state;
    parser = tls_parser_new();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    tls_parser_free(&parser);
    return 0;
}

static void
assert_bad(enum tls_pair_part part, const char *why)
{
    assert_string_equal(reason, why);
    assert_true(part != TLS_PAIR_GOOD);
    tls_pair_clear(&pair);
}

static void
reads_each_kind_of_key(void **state)
{
    static const struct {
        const char *key;
        enum tls_key_type type;
        unsigned curve, bits;
    } rows[] = {{"RSA", TLS_KEY_RSA, 0, 2048},
                {"P-256", TLS_KEY_ECDSA, TLS_CURVE_P256, 256},
                {"P-384", TLS_KEY_ECDSA, TLS_CURVE_P384, 384},
                {"P-521", TLS_KEY_ECDSA, TLS_CURVE_P521, 521}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_pair made = pair_make(&(struct wanted_pair){.key = rows[i].key});
        assert_int_equal(read_texts(made.certificate, made.key), TLS_PAIR_GOOD);
        assert_int_equal(pair.facts.key_type, rows[i].type);
        assert_int_equal(pair.facts.curve, rows[i].curve);
        assert_int_equal(pair.facts.key_bits, rows[i].bits);
        assert_int_equal(pair.facts.hash_bits, 256);
        assert_int_equal(pair.chain_count, 1);
        assert_true(pair.key.length > 0);
        tls_pair_clear(&pair);
        pair_free(&made);
    }
}

static void
reads_names_in_lower_case_and_dates(void **state)
{
    const struct wanted_pair wanted = {.key = "P-256",
                                       .names = "DNS:Shop.Example.COM,DNS:*.b.test,"
                                                "IP:192.0.2.1,email:a@b.test",
                                       .common_name = "not.used",
                                       .not_before_s = -100,
                                       .not_after_s = 1000};
    struct made_pair made = pair_make(&wanted);
    int64_t now = (int64_t)time(NULL);

    (void)state;
    assert_int_equal(read_texts(made.certificate, made.key), TLS_PAIR_GOOD);
    assert_int_equal(pair.name_count, 2);
    assert_string_equal(pair.names[0], "shop.example.com");
    assert_string_equal(pair.names[1], "*.b.test");
    assert_in_range(pair.facts.not_before_s, now - 110, now - 95);
    assert_in_range(pair.facts.not_after_s, now + 990, now + 1005);
    assert_true(strlen(pair.facts.serial) > 0);
    tls_pair_clear(&pair);
    pair_free(&made);
}

static void
takes_the_common_name_where_there_is_no_other(void **state)
{
    struct made_pair made =
        pair_make(&(struct wanted_pair){.key = "P-256", .common_name = "Only.Test"});

    (void)state;
    assert_int_equal(read_texts(made.certificate, made.key), TLS_PAIR_GOOD);
    assert_int_equal(pair.name_count, 1);
    assert_string_equal(pair.names[0], "only.test");
    tls_pair_clear(&pair);
    pair_free(&made);
}

static void
takes_chain_and_key_from_one_text_with_words_between(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "P-256"});
    struct made_pair issuer = pair_make(&(struct wanted_pair){.key = "P-256"});
    char *text = memory_print("Bag Attributes\n  x: y\n%s\n%s\n# issuer\n%s", made.key,
                              made.certificate, issuer.certificate);

    (void)state;
    assert_int_equal(read_texts(text, text), TLS_PAIR_GOOD);
    assert_int_equal(pair.chain_count, 2);
    tls_pair_clear(&pair);
    free(text);
    pair_free(&made);
    pair_free(&issuer);
}

static void
tells_what_is_wrong(void **state)
{
    struct made_pair one = pair_make(&(struct wanted_pair){.key = "P-256"});
    struct made_pair other = pair_make(&(struct wanted_pair){.key = "P-256"});
    struct made_pair rsa = pair_make(&(struct wanted_pair){.key = "RSA"});
    char *reversed = memory_print("%s%s", other.certificate, one.certificate);
    char *cut = memory_copy_text(one.certificate);

    (void)state;
    assert_bad(read_texts("", one.key), "holds no certificate (BEGIN CERTIFICATE)");
    assert_bad(read_texts("junk\n", one.key), "holds no certificate (BEGIN CERTIFICATE)");
    assert_bad(read_texts(one.certificate, ""), "holds no private key (BEGIN PRIVATE KEY)");
    assert_bad(read_texts(one.certificate, one.certificate),
               "holds no private key (BEGIN PRIVATE KEY)");
    assert_bad(read_texts(one.certificate, other.key), "does not fit the certificate");
    assert_bad(read_texts(one.certificate, rsa.key), "does not fit the certificate");
    assert_bad(read_texts(rsa.certificate, one.key), "does not fit the certificate");
    assert_bad(read_texts(reversed, one.key),
               "is the key of a later certificate in the file: its own must stand first");
    cut[strlen(cut) / 2] = '\0';
    assert_bad(read_texts(cut, one.key), "holds no certificate (BEGIN CERTIFICATE)");
    assert_bad(
        read_texts("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", one.key),
        "holds a certificate that cannot be read");
    assert_bad(read_texts(one.certificate,
                          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
               "holds a private key that cannot be read");
    assert_bad(read_texts(one.certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                           "-----END ENCRYPTED PRIVATE KEY-----\n"),
               "holds an encrypted private key: nobody is asked for its passphrase");
    free(reversed);
    free(cut);
    pair_free(&one);
    pair_free(&other);
    pair_free(&rsa);
}

static void
knows_authorities_again_but_not_what_is_none(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "P-256"});
    struct made_pair issuer = pair_make(&(struct wanted_pair){.key = "P-256"});
    char *good = memory_print("%s%s", made.certificate, issuer.certificate);
    char *bad = memory_print("%s%s", made.certificate,
                             "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_texts(good, made.key), TLS_PAIR_GOOD);
        assert_int_equal(pair.chain_count, 2);
        tls_pair_clear(&pair);
        assert_bad(read_texts(bad, made.key), "holds a certificate that cannot be read");
    }
    for (int i = 0; i < 70; i++) {
        struct made_pair another = pair_make(&(struct wanted_pair){.key = "P-256"});
        char *text = memory_print("%s%s", made.certificate, another.certificate);
        assert_int_equal(read_texts(text, made.key), TLS_PAIR_GOOD);
        tls_pair_clear(&pair);
        free(text);
        pair_free(&another);
    }
    assert_int_equal(read_texts(good, made.key), TLS_PAIR_GOOD);
    tls_pair_clear(&pair);
    free(good);
    free(bad);
    pair_free(&made);
    pair_free(&issuer);
}

static void
reads_keys_in_the_form_of_their_own_type(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "P-256"});
    BIO *in = BIO_new_mem_buf(made.key, -1), *out = BIO_new(BIO_s_mem());
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    char *text = NULL;

    (void)state;
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL),
                     1);
    assert_true(BIO_write(out, "", 1) == 1);
    assert_true(BIO_get_mem_data(out, &text) > 0);
    assert_non_null(strstr(text, "BEGIN EC PRIVATE KEY"));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_texts(made.certificate, text), TLS_PAIR_GOOD);
        tls_pair_clear(&pair);
        assert_int_equal(read_texts(made.certificate, made.key), TLS_PAIR_GOOD);
        tls_pair_clear(&pair);
    }
    EVP_PKEY_free(key);
    BIO_free(in);
    BIO_free(out);
    pair_free(&made);
}

static void
refuses_short_rsa_keys(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "RSA", .rsa_bits = 1024});

    (void)state;
    assert_bad(read_texts(made.certificate, made.key),
               "has an RSA key of fewer than 2048 bits, which clients and OpenSSL refuse");
    pair_free(&made);
}

static void
refuses_chains_that_are_too_long(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "P-256"});
    char *text = memory_copy_text("");

    (void)state;
    for (int i = 0; i < TLS_CHAIN_MOST + 1; i++) {
        char *longer = memory_print("%s%s", text, made.certificate);
        free(text);
        text = longer;
    }
    assert_bad(read_texts(text, made.key), "holds more than 10 certificates");
    free(text);
    pair_free(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_kind_of_key),
        cmocka_unit_test(reads_names_in_lower_case_and_dates),
        cmocka_unit_test(takes_the_common_name_where_there_is_no_other),
        cmocka_unit_test(takes_chain_and_key_from_one_text_with_words_between),
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(knows_authorities_again_but_not_what_is_none),
        cmocka_unit_test(reads_keys_in_the_form_of_their_own_type),
        cmocka_unit_test(refuses_short_rsa_keys),
        cmocka_unit_test(refuses_chains_that_are_too_long),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
