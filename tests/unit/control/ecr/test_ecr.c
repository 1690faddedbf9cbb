/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/ecr/ecr.h"
#include "control/ecr/ecr_images.h"
#include "control/ecr/ecr_inquiry.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *
text_itself(const json_t *element)
{
    return json_string_value(element);
}

/* The page of "a", "b", "c" that an input asks for, as "ab>b". */
static void
expect_page(json_t *input, const char *wanted)
{
    struct aws_call call = {.input = input};
    json_t *output =
        ecr_page(&call, "list", json_pack("[s, s, s]", "a", "b", "c"), text_itself);
    const json_t *list = json_object_get(output, "list");
    const char *token = json_string_value(json_object_get(output, "nextToken"));
    char text[16] = "";

    for (size_t i = 0; i < json_array_size(list); i++)
        strcat(text, json_string_value(json_array_get(list, i)));
    if (token != NULL)
        strcat(strcat(text, ">"), token);
    assert_string_equal(text, wanted);
    json_decref(output);
    json_decref(input);
}

static void
gives_pages(void **state)
{
    (void)state;
    expect_page(json_object(), "abc");
    expect_page(json_pack("{s:i}", "maxResults", 3), "abc");
    expect_page(json_pack("{s:i}", "maxResults", 2), "ab>b");
    expect_page(json_pack("{s:i, s:s}", "maxResults", 2, "nextToken", "b"), "c");
    expect_page(json_pack("{s:i, s:s}", "maxResults", 1, "nextToken", "aa"), "b>b");
    expect_page(json_pack("{s:s}", "nextToken", "c"), "");
}

static void
knows_digests(void **state)
{
    (void)state;
    assert_true(ecr_is_digest(DIGEST));
    assert_false(ecr_is_digest(DIGEST "0"));
    assert_false(ecr_is_digest("sha256:"));
    assert_false(ecr_is_digest(""));
    assert_false(ecr_is_digest(
        "sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
    assert_false(ecr_is_digest(
        "sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    assert_false(ecr_is_digest(
        "sha256:../456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef00"));
}

static void
expect_meant(bool is_meant, json_t *id)
{
    json_t *image = json_pack("{s:s, s:s}", "digest", DIGEST, "tag", "one");

    assert_int_equal(ecr_image_is_meant(id, image), is_meant);
    json_decref(image);
    json_decref(id);
}

static void
finds_images_by_tag_digest_and_both(void **state)
{
    (void)state;
    expect_meant(true, json_pack("{s:s}", "imageTag", "one"));
    expect_meant(true, json_pack("{s:s}", "imageDigest", DIGEST));
    expect_meant(true, json_pack("{s:s, s:s}", "imageTag", "one", "imageDigest", DIGEST));
    expect_meant(false, json_pack("{s:s, s:s}", "imageTag", "two", "imageDigest", DIGEST));
    expect_meant(false, json_pack("{s:s, s:s}", "imageTag", "one", "imageDigest", "sha256:0"));
    expect_meant(false, json_object());
}

static void
counts_what_is_left(void **state)
{
    json_t *known = json_pack("{s:[{s:s}, {s:s, s:b}]}", "images", "digest", "a", "digest", "b",
                              "is_deleted", 1);

    (void)state;
    assert_int_equal(ecr_inquiry_left(known), 1);
    assert_int_equal(ecr_inquiry_left(NULL), 0);
    json_decref(known);
}

/* Clients ask again after a fault of ours only, and the first reason counts. */
static void
tells_whose_fault_it_is(void **state)
{
    json_t *known = json_pack("{s:s}", "failure", "no answer");
    struct aws_call call = {.known = known}, other = {.known = NULL};

    (void)state;
    assert_false(ecr_inquiry_check(&call));
    assert_true(call.is_our_fault);
    assert_string_equal(call.error_message, "no answer");
    aws_fail(&other, "Theirs", "%s", "first");
    assert_null(aws_fail_ourselves(&other, "Ours", "second"));
    assert_false(other.is_our_fault);
    assert_string_equal(other.error_code, "Theirs");
    free(call.error_message);
    free(other.error_message);
    json_decref(known);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_pages),
        cmocka_unit_test(knows_digests),
        cmocka_unit_test(finds_images_by_tag_digest_and_both),
        cmocka_unit_test(counts_what_is_left),
        cmocka_unit_test(tells_whose_fault_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
