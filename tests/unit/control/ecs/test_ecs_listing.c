/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "control/ecs/ecs_arn.h"
#include "control/ecs/ecs_listing.h"

static const struct aws_call base = {.region = "r"};

/* The page of these names that an input asks for, as "ab>b", or the call's error. */
static void
expect_page(const char *names, json_t *input, const char *wanted)
{
    struct ecs_listing listing = {0};
    struct aws_call call = {.region = "r", .input = input};
    char text[64] = "";

    for (; *names != '\0'; names++) {
        char name[2] = {*names, '\0'};
        ecs_listing_add(&listing, ecs_arn(&base, ECS_TASK, "c", name));
    }
    json_t *output = ecs_listing_end(&listing, &call, "arns", 2);
    for (size_t i = 0; i < json_array_size(json_object_get(output, "arns")); i++)
        strcat(text,
               strrchr(json_string_value(json_array_get(json_object_get(output, "arns"), i)),
                       '/') +
                   1);
    const char *token = json_string_value(json_object_get(output, "nextToken"));
    if (token != NULL)
        strcat(strcat(text, ">"), strrchr(token, '/') + 1);
    assert_string_equal(output == NULL ? call.error_code : text, wanted);
    json_decref(output);
    json_decref(input);
    free(call.error_message);
}

static json_t *
behind(const char *name)
{
    char *arn = ecs_arn(&base, ECS_TASK, "c", name);
    json_t *input = json_pack("{s:s, s:i}", "nextToken", arn, "maxResults", 2);

    free(arn);
    return input;
}

static void
gives_pages_in_order(void **state)
{
    (void)state;
    expect_page("", json_object(), "");
    expect_page("cab", json_object(), "ab>b");
    expect_page("cab", json_pack("{s:i}", "maxResults", 3), "abc");
    expect_page("cab", json_pack("{s:i}", "maxResults", 1), "a>a");
    expect_page("cab", behind("b"), "c");
    expect_page("cab", behind("c"), "");
}

static void
goes_on_where_others_came_and_went(void **state)
{
    (void)state;
    expect_page("acde", behind("b"), "cd>d");
    expect_page("cd", behind("b"), "cd");
    expect_page("a", behind("b"), "");
}

static void
refuses_what_is_no_page(void **state)
{
    (void)state;
    expect_page("a", json_pack("{s:i}", "maxResults", 0), "InvalidParameterException");
    expect_page("a", json_pack("{s:i}", "maxResults", 101), "InvalidParameterException");
    expect_page("a", json_pack("{s:i}", "maxResults", 100), "a");
    expect_page("a", json_pack("{s:s}", "nextToken", ""), "InvalidParameterException");
    expect_page("a", json_pack("{s:s}", "nextToken", "x"), "InvalidParameterException");
}

static void
knows_names_and_arns(void **state)
{
    const char *arn = "arn:aws:ecs:eu-west-1:123456789012:task/c/1";

    (void)state;
    assert_true(ecs_arn_names("1", ECS_TASK, "c", "1"));
    assert_true(ecs_arn_names("c/1", ECS_TASK, "c", "1"));
    assert_true(ecs_arn_names(arn, ECS_TASK, "c", "1"));
    assert_true(ecs_arn_names("arn:aws:ecs:r:a:task/1", ECS_TASK, "c", "1"));
    assert_true(ecs_arn_names("arn:aws:ecs:r:a:cluster/c", ECS_CLUSTER, NULL, "c"));
    assert_false(ecs_arn_names(arn, ECS_TASK, "d", "1"));
    assert_false(ecs_arn_names(arn, ECS_TASK, "c", "2"));
    assert_false(ecs_arn_names(arn, ECS_SERVICE, "c", "1"));
    assert_false(ecs_arn_names("arn:aws:ecs:r:a:cluster/c/c", ECS_CLUSTER, NULL, "c"));
    assert_false(ecs_arn_names("arn:aws:ecs", ECS_TASK, "c", "1"));
    assert_false(ecs_arn_names("arn:aws:ecs:r:a:tasks/c/1", ECS_TASK, "c", "1"));
    assert_false(ecs_arn_names("", ECS_TASK, "c", "1"));
}

static void
makes_ids_that_stay(void **state)
{
    char one[ECS_DEPLOYMENT_ID_SIZE], other[ECS_DEPLOYMENT_ID_SIZE];

    (void)state;
    assert_int_equal(strlen(ecs_id_make(ECS_TASK, "a", "b").text), ECS_ID_LENGTH);
    assert_string_equal(ecs_id_make(ECS_TASK, "a", "b").text,
                        ecs_id_make(ECS_TASK, "a", "b").text);
    assert_string_not_equal(ecs_id_make(ECS_TASK, "a", "b").text,
                            ecs_id_make(ECS_TASK, "ab", "").text);
    ecs_deployment_id("web", one);
    ecs_deployment_id("web2", other);
    assert_int_equal(strlen(one), ECS_DEPLOYMENT_ID_SIZE - 1);
    assert_string_not_equal(one, other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_pages_in_order),
        cmocka_unit_test(goes_on_where_others_came_and_went),
        cmocka_unit_test(refuses_what_is_no_page),
        cmocka_unit_test(knows_names_and_arns),
        cmocka_unit_test(makes_ids_that_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
