/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of status codes as health-check matchers write them. */
#include "../unit.h"

#include <stdlib.h>

#include "model/http_codes.h"

static void
takes_codes_lists_and_ranges(void **state)
{
    struct http_codes codes;

    (void)state;
    assert_true(http_codes_parse(&codes, "200"));
    assert_true(http_codes_contain(&codes, 200));
    assert_false(http_codes_contain(&codes, 201));
    assert_true(http_codes_parse(&codes, "200, 202,301-303"));
    assert_true(http_codes_contain(&codes, 202));
    assert_true(http_codes_contain(&codes, 302));
    assert_false(http_codes_contain(&codes, 201));
    assert_false(http_codes_contain(&codes, 304));
}

static void
writes_them_in_the_shortest_form(void **state)
{
    static const char *const forms[][2] = {
        {"200", "200"},
        {"204,200, 201", "200-201,204"},
        {"499,200-299,300", "200-300,499"},
    };
    struct http_codes codes;

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        assert_true(http_codes_parse(&codes, forms[i][0]));
        char *text = http_codes_text(&codes);
        assert_string_equal(text, forms[i][1]);
        free(text);
    }
}

static void
covers_all_codes_from_200_to_499(void **state)
{
    struct http_codes codes;

    (void)state;
    assert_true(http_codes_parse(&codes, "200-499"));
    for (unsigned code = 0; code < 700; code++)
        assert_int_equal(http_codes_contain(&codes, code), code >= 200 && code <= 499);
}

static void
takes_codes_of_grpc_for_themselves(void **state)
{
    struct http_codes codes;

    (void)state;
    assert_true(http_codes_parse(&codes, "0,12,90-99"));
    assert_true(http_codes_are_grpc(&codes));
    assert_true(http_codes_contain(&codes, 0));
    assert_true(http_codes_contain(&codes, 99));
    assert_false(http_codes_contain(&codes, 1));
    assert_false(http_codes_contain(&codes, 200));
    char *text = http_codes_text(&codes);
    assert_string_equal(text, "0,12,90-99");
    free(text);
    assert_true(http_codes_parse(&codes, "200"));
    assert_false(http_codes_are_grpc(&codes));
}

static void
refuses_everything_else_and_changes_nothing(void **state)
{
    static const char *const refused[] = {
        "",        " ",      "199",         "100",
        "12,200",  "99-200", "500",         "200-500",
        "299-200", "200,",   ",200",        "2xx",
        "200-",    "-200",   "200-202-204", "0200000000000000000000",
        "+200",
    };
    struct http_codes codes;

    (void)state;
    assert_true(http_codes_parse(&codes, "204"));
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        assert_false(http_codes_parse(&codes, refused[i]));
    assert_true(http_codes_contain(&codes, 204));
    assert_false(http_codes_contain(&codes, 200));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_codes_lists_and_ranges),
        cmocka_unit_test(writes_them_in_the_shortest_form),
        cmocka_unit_test(covers_all_codes_from_200_to_499),
        cmocka_unit_test(takes_codes_of_grpc_for_themselves),
        cmocka_unit_test(refuses_everything_else_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
