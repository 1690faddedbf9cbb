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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_addresses_with_and_without_their_port),
        cmocka_unit_test(prints_what_has_no_ip_as_a_word),
        cmocka_unit_test(refuses_what_is_not_a_numeric_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
