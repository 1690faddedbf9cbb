/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>

#include "control/aws/aws_arn.h"
#include "control/aws/aws_call.h"

static const char *const keys[] = {"a", "b", "c"};

/* The page of keys that an input asks for, and the call's error, as "a b >b" or a code. */
static void
expect_page(json_t *input, const char *wanted)
{
    struct aws_call call = {.input = input};
    struct aws_page page;
    json_t *array = json_array();
    char text[64] = "";

    aws_page_begin(&page, &call);
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (aws_page_takes(&page, keys[i]))
            json_array_append_new(array, json_string(keys[i]));
    json_t *output = aws_page_end(&page, &call, "Keys", array);
    for (size_t i = 0; i < json_array_size(json_object_get(output, "Keys")); i++)
        strcat(text, json_string_value(json_array_get(json_object_get(output, "Keys"), i)));
    if (json_object_get(output, "NextMarker") != NULL)
        strcat(strcat(text, ">"), json_string_value(json_object_get(output, "NextMarker")));
    assert_string_equal(output == NULL ? call.error_code : text, wanted);
    json_decref(output);
    json_decref(input);
    free(call.error_message);
}

static void
gives_pages(void **state)
{
    (void)state;
    expect_page(json_object(), "abc");
    expect_page(json_pack("{s:i}", "PageSize", 3), "abc");
    expect_page(json_pack("{s:i}", "PageSize", 2), "ab>b");
    expect_page(json_pack("{s:i, s:s}", "PageSize", 1, "Marker", "a"), "b>b");
    expect_page(json_pack("{s:i, s:s}", "PageSize", 1, "Marker", "b"), "c");
    expect_page(json_pack("{s:s}", "Marker", "c"), "");
    expect_page(json_pack("{s:s}", "Marker", "d"), "ValidationError");
}

static void
notices_what_is_not_found(void **state)
{
    json_t *input = json_pack("{s:[s, s]}", "Names", "a", "b");
    struct aws_call call = {.input = input};
    struct aws_wanted wanted;

    (void)state;
    assert_true(aws_wanted_begin(&wanted, &call, "Others"));
    assert_true(aws_wanted_has(&wanted, "c"));
    assert_true(aws_wanted_end(&wanted, &call, "NotFound", "none"));
    assert_true(aws_wanted_begin(&wanted, &call, "Names"));
    assert_true(aws_wanted_has(&wanted, "a"));
    assert_false(aws_wanted_has(&wanted, "c"));
    assert_false(aws_wanted_end(&wanted, &call, "NotFound", "none"));
    assert_string_equal(call.error_code, "NotFound");
    json_decref(input);
    free(call.error_message);
}

static void
takes_as_many_as_allowed(void **state)
{
    json_t *names = json_array();
    json_t *input = json_pack("{s:o}", "Names", names);
    struct aws_call call = {.input = input};
    struct aws_wanted wanted;

    (void)state;
    for (unsigned i = 0; i < AWS_WANTED_MAX; i++)
        json_array_append_new(names, json_string("a"));
    assert_true(aws_wanted_begin(&wanted, &call, "Names"));
    json_array_append_new(names, json_string("a"));
    assert_false(aws_wanted_begin(&wanted, &call, "Names"));
    assert_string_equal(call.error_code, "ValidationError");
    json_decref(input);
    free(call.error_message);
}

static void
compares_arns_without_region_and_account(void **state)
{
    const char *one = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1";

    (void)state;
    assert_true(aws_arn_is_same(
        one, "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1"));
    assert_false(aws_arn_is_same(
        one, "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/2"));
    assert_false(aws_arn_is_same(one, "arn:aws:elasticloadbalancing:"));
    assert_false(aws_arn_is_same(one, "web"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_pages),
        cmocka_unit_test(notices_what_is_not_found),
        cmocka_unit_test(takes_as_many_as_allowed),
        cmocka_unit_test(compares_arns_without_region_and_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
