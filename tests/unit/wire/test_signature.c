/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures against the example that AWS publishes (iam ListUsers). */
#include "../unit.h"

#include "wire/signature.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TIME "20150830T123600Z"

static const char canonical[] =
    "GET\n"
    "/\n"
    "Action=ListUsers&Version=2010-05-08\n"
    "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
    "host:iam.amazonaws.com\n"
    "x-amz-date:" TIME "\n"
    "\n"
    "content-type;host;x-amz-date\n"
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void
sign(const char *credential, const char *time, const char *secret,
     char signature[DIGEST_TEXT_SIZE])
{
    struct authorization scope = {0};

    assert_true(authorization_read_credential(&scope, slice_of(credential)));
    signature_make(&scope, slice_of(time), slice_of(canonical), slice_of(secret), signature);
}

static void
makes_the_published_signature(void **state)
{
    char signature[DIGEST_TEXT_SIZE];

    (void)state;
    sign("AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", TIME, SECRET, signature);
    assert_string_equal(signature,
                        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

static void
makes_another_one_of_anything_else(void **state)
{
    static const struct {
        const char *credential, *time, *secret;
    } others[] = {
        {"AKIDEXAMPLE/20150831/us-east-1/iam/aws4_request", TIME, SECRET},
        {"AKIDEXAMPLE/20150830/us-east-2/iam/aws4_request", TIME, SECRET},
        {"AKIDEXAMPLE/20150830/us-east-1/ecs/aws4_request", TIME, SECRET},
        {"AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", "20150830T123601Z", SECRET},
        {"AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", TIME, SECRET "x"},
        {"AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", TIME, ""},
    };

    char wanted[DIGEST_TEXT_SIZE], signature[DIGEST_TEXT_SIZE];

    (void)state;
    sign("AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", TIME, SECRET, wanted);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        sign(others[i].credential, others[i].time, others[i].secret, signature);
        assert_string_not_equal(signature, wanted);
    }
    /* The key's id is no part of it. */
    sign("OTHER/20150830/us-east-1/iam/aws4_request", TIME, SECRET, signature);
    assert_string_equal(signature, wanted);
}

static void
reads_times(void **state)
{
    static const char *const broken[] = {
        "",
        "20150830T123600",
        "20150830T123600ZZ",
        "20150830 123600Z",
        "20150830T123600z",
        "2015-08-30T12:36:00Z",
        "20151330T123600Z",
        "20150230T123600Z",
        "20150830T240000Z",
        "2015 830T123600Z",
        "+2150830T123600Z",
        "19690830T123600Z",
    };
    uint64_t seconds;

    (void)state;
    assert_true(signature_read_time(slice_of(TIME), &seconds));
    assert_int_equal(seconds, 1440938160);
    assert_true(signature_read_time(slice_of("19700101T000000Z"), &seconds));
    assert_int_equal(seconds, 0);
    for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
        assert_false(signature_read_time(slice_of(broken[i]), &seconds));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_published_signature),
        cmocka_unit_test(makes_another_one_of_anything_else),
        cmocka_unit_test(reads_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
