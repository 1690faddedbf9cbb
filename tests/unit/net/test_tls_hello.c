/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include "net/tls/tls_hello.h"

#define TLS_1_2 0x0303
#define TLS_1_3 0x0304

/* Bytes of an extension as they stand in a hello. */
#define BYTES(text) slice_make(text, sizeof(text) - 1)

static const struct tls_suites suites = {
    .ecdsa = {0xc02b, 0xc023}, .rsa = {0xc02f, 0x009c}, .ecdsa_count = 2, .rsa_count = 2};

static struct tls_hello
read_parts(struct tls_hello_parts parts, unsigned newest)
{
    struct tls_hello hello;

    if (parts.legacy_version == 0)
        parts.legacy_version = TLS_1_2;
    tls_hello_read(&hello, &parts, newest, &suites);
    return hello;
}

static const char *
name_of(struct slice extension)
{
    static struct tls_hello hello;

    hello = read_parts((struct tls_hello_parts){.server_name = extension}, TLS_1_3);
    return hello.server_name;
}

static void
reads_the_host_in_lower_case(void **state)
{
    (void)state;
    assert_string_equal(name_of(BYTES("\0\x09\0\0\x06"
                                      "A.Test")),
                        "a.test");
    assert_string_equal(name_of(BYTES("\0\x0a\0\0\x07"
                                      "a.test.")),
                        "a.test");
    assert_string_equal(name_of(BYTES("\0\x06\0\0\x03"
                                      "a_b")),
                        "a_b");
}

static void
takes_no_host_from_what_is_not_one(void **state)
{
    static const struct slice rows[] = {
        {NULL, 0},
        {"", 0},
        {"\0", 1},
        {"\0\0", 2},
        {"\0\x04\0\0\x01", 5}, /* one byte short */
        {"\0\x09\0\0\x07"
         "A.Test",
         11}, /* a name longer than its list */
        {"\0\x05\0\0\x02"
         "a ",
         7}, /* a blank */
        {"\0\x05\0\0\x02"
         "a\0",
         7}, /* a NUL */
        {"\0\x05\0\0\x02"
         "a/",
         7},
        {"\0\x04\x01\0\x01"
         "a",
         6},                 /* another kind of name */
        {"\0\x03\0\0\0", 5}, /* an empty one */
        {"\0\x04\0\0\x01"
         ".",
         6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(name_of(rows[i]), "");
}

static void
takes_no_host_that_is_too_long(void **state)
{
    char extension[5 + TLS_SERVER_NAME_SIZE];

    (void)state;
    memset(extension, 'a', sizeof(extension));
    memcpy(extension, "\x01\x03\0\x01\0", 5);
    assert_string_equal(name_of(slice_make(extension, sizeof(extension))), "");
    memcpy(extension, "\x01\x02\0\0\xff", 5);
    assert_int_equal(strlen(name_of(slice_make(extension, sizeof(extension) - 1))), 255);
}

static void
goes_by_signatures_alone_in_tls_1_3(void **state)
{
    struct tls_hello_parts parts = {.versions = BYTES("\x04\x03\x04\x03\x03"),
                                    .suites = BYTES("\x13\x01")};

    (void)state;
    parts.signatures = BYTES("\0\x04\x04\x03\x08\x04");
    struct tls_hello hello = read_parts(parts, TLS_1_3);
    assert_true(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, TLS_CURVE_P256);
    parts.signatures = BYTES("\0\x04\x05\x03\x06\x03");
    hello = read_parts(parts, TLS_1_3);
    assert_false(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, TLS_CURVE_P384 | TLS_CURVE_P521);
    /* PKCS #1 signatures are for certificates only there. */
    parts.signatures = BYTES("\0\x02\x04\x01");
    hello = read_parts(parts, TLS_1_3);
    assert_false(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, 0);
}

static void
goes_by_suites_curves_and_signatures_before(void **state)
{
    struct tls_hello_parts parts = {.suites = BYTES("\xc0\x2b\xc0\x2f"),
                                    .groups = BYTES("\0\x04\0\x17\0\x1d"),
                                    .signatures = BYTES("\0\x04\x04\x03\x04\x01")};

    (void)state;
    struct tls_hello hello = read_parts(parts, TLS_1_3);
    assert_true(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, TLS_CURVE_P256);
    parts.suites = BYTES("\xc0\x2f");
    hello = read_parts(parts, TLS_1_3);
    assert_true(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, 0);
    parts.suites = BYTES("\xc0\x2b\xc0\x2f");
    parts.signatures = BYTES("\0\x02\x04\x01");
    hello = read_parts(parts, TLS_1_3);
    assert_true(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, 0);
    parts.signatures = BYTES("\0\x02\x04\x03");
    hello = read_parts(parts, TLS_1_3);
    assert_false(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, TLS_CURVE_P256);
}

/* A listener of TLS 1.2 serves a client that offers 1.3 as well by what it says for 1.2. */
static void
goes_by_the_version_that_both_have(void **state)
{
    struct tls_hello_parts parts = {.versions = BYTES("\x04\x03\x04\x03\x03"),
                                    .suites = BYTES("\x13\x01\xc0\x2f"),
                                    .groups = BYTES("\0\x02\0\x17"),
                                    .signatures = BYTES("\0\x06\x04\x03\x08\x04\x04\x01")};

    (void)state;
    assert_int_equal(read_parts(parts, TLS_1_3).takes_curves, TLS_CURVE_P256);
    struct tls_hello hello = read_parts(parts, TLS_1_2);
    assert_int_equal(hello.takes_curves, 0);
    assert_true(hello.takes_rsa);
}

static void
takes_what_old_clients_do_not_restrict(void **state)
{
    struct tls_hello_parts parts = {.legacy_version = 0x0301,
                                    .suites = BYTES("\xc0\x2b\0\x9c"),
                                    .signatures = BYTES("\0\x02\x08\x04")};

    (void)state;
    struct tls_hello hello = read_parts(parts, TLS_1_3);
    assert_true(hello.takes_rsa);
    assert_int_equal(hello.takes_curves, TLS_CURVE_P256 | TLS_CURVE_P384 | TLS_CURVE_P521);
}

static void
survives_lists_that_are_cut(void **state)
{
    static const struct slice cut[] = {
        {"", 0}, {"\0", 1}, {"\0\x04\x04", 3}, {"\0\x03\x04\x03\x08", 5}, {"\xff\xff\x04", 3}};

    (void)state;
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        struct tls_hello_parts parts = {.suites = cut[i],
                                        .signatures = cut[i],
                                        .groups = cut[i],
                                        .versions = cut[i],
                                        .server_name = cut[i]};
        read_parts(parts, TLS_1_3);
        read_parts(parts, TLS_1_2);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_host_in_lower_case),
        cmocka_unit_test(takes_no_host_from_what_is_not_one),
        cmocka_unit_test(takes_no_host_that_is_too_long),
        cmocka_unit_test(goes_by_signatures_alone_in_tls_1_3),
        cmocka_unit_test(goes_by_suites_curves_and_signatures_before),
        cmocka_unit_test(goes_by_the_version_that_both_have),
        cmocka_unit_test(takes_what_old_clients_do_not_restrict),
        cmocka_unit_test(survives_lists_that_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
