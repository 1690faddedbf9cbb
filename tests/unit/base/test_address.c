/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people and logs write them. */
#include "../unit.h"

#include "base/address.h"

static void
prints_addresses_with_and_without_their_port(void **state)
{
    static const struct {
        const char *ip;
        uint16_t port;
        const char *bare, *with_port;
    } cases[] = {
        {"10.0.0.1", 80, "10.0.0.1", "10.0.0.1:80"},
        {"255.255.255.255", 65535, "255.255.255.255", "255.255.255.255:65535"},
        {"::1", 0, "::1", "[::1]:0"},
        {"2001:db8:1111:2222:3333:4444:5555:6666", 65535,
         "2001:db8:1111:2222:3333:4444:5555:6666",
         "[2001:db8:1111:2222:3333:4444:5555:6666]:65535"},
    };

    char text[ADDRESS_TEXT_SIZE];
    struct address address;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(address_parse(&address, cases[i].ip, cases[i].port));
        assert_int_equal(address_format(&address, text), strlen(cases[i].bare));
        assert_string_equal(text, cases[i].bare);
        assert_int_equal(address_format_with_port(&address, text), strlen(cases[i].with_port));
        assert_string_equal(text, cases[i].with_port);
    }
}

static void
prints_what_has_no_ip_as_a_word(void **state)
{
    char text[ADDRESS_TEXT_SIZE];

    (void)state;
    address_format_with_port(&(struct address){.family = ADDRESS_NONE}, text);
    assert_string_equal(text, "-");
    address_format_with_port(&(struct address){.family = ADDRESS_UNIX}, text);
    assert_string_equal(text, "unix:");
}

static void
refuses_what_is_not_a_numeric_address(void **state)
{
    static const char *const wrong[] = {"",          "10.0.0",      "10.0.0.256",
                                        "localhost", "10.0.0.1:80", "[::1]"};
    struct address address;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(address_parse(&address, wrong[i], 80));
}

static bool
holds(const char *block_text, const char *ip)
{
    struct address_block block;
    struct address address;

    assert_true(address_block_parse(&block, block_text));
    assert_true(address_parse(&address, ip, 80));
    return address_block_contains(&block, &address);
}

static void
a_block_holds_its_addresses_and_no_others(void **state)
{
    (void)state;
    assert_true(holds("10.0.0.0/8", "10.255.255.255"));
    assert_false(holds("10.0.0.0/8", "11.0.0.0"));
    assert_true(holds("10.0.0.128/25", "10.0.0.255"));
    assert_false(holds("10.0.0.128/25", "10.0.0.127"));
    assert_true(holds("10.0.0.1", "10.0.0.1"));
    assert_false(holds("10.0.0.1", "10.0.0.2"));
    assert_true(holds("0.0.0.0/0", "192.0.2.1"));
    assert_true(holds("2001:db8::/32", "2001:db8:ffff::1"));
    assert_false(holds("2001:db8::/32", "2001:db9::"));
    assert_false(holds("::/0", "10.0.0.1"));
    assert_false(holds("0.0.0.0/0", "::1"));
}

static void
a_mapped_block_holds_ipv4_addresses(void **state)
{
    struct address_block block;

    (void)state;
    assert_true(holds("::ffff:10.0.0.0/104", "10.255.255.255"));
    assert_false(holds("::ffff:10.0.0.0/104", "11.0.0.0"));
    assert_true(holds("::ffff:10.0.0.1", "10.0.0.1"));
    assert_true(holds("::ffff:0:0/96", "192.0.2.1"));
    /* Meant as IPv4's prefix. */
    assert_false(address_block_parse(&block, "::ffff:10.0.0.0/8"));
    assert_false(address_block_parse(&block, "::ffff:0:0/95"));
}

static bool
source_holds(const char *source, const struct address *address)
{
    struct address_block block;

    assert_true(address_source_parse(&block, source));
    return address_block_contains(&block, address);
}

static void
a_source_may_be_unix_or_nobody(void **state)
{
    const struct address unix_peer = {.family = ADDRESS_UNIX};
    struct address ipv4, ipv6;

    (void)state;
    assert_true(address_parse(&ipv4, "0.0.0.0", 0));
    assert_true(address_parse(&ipv6, "::", 0));
    assert_true(source_holds("unix:", &unix_peer));
    assert_false(source_holds("unix:", &ipv4));
    assert_true(source_holds("0.0.0.0/0", &ipv4));
    assert_false(source_holds("0.0.0.0/0", &unix_peer));
    assert_false(source_holds("nobody", &unix_peer));
    assert_false(source_holds("nobody", &ipv4));
    assert_false(source_holds("nobody", &ipv6));
}

static void
refuses_what_is_no_block(void **state)
{
    static const char *const wrong[] = {"",           "/8",     "10.0.0.0/",  "10.0.0.0/33",
                                        "10.0.0.0/a", "::/129", "10.0.0.0/-1"};
    struct address_block block;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(address_block_parse(&block, wrong[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_addresses_with_and_without_their_port),
        cmocka_unit_test(prints_what_has_no_ip_as_a_word),
        cmocka_unit_test(refuses_what_is_not_a_numeric_address),
        cmocka_unit_test(a_block_holds_its_addresses_and_no_others),
        cmocka_unit_test(a_mapped_block_holds_ipv4_addresses),
        cmocka_unit_test(a_source_may_be_unix_or_nobody),
        cmocka_unit_test(refuses_what_is_no_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
