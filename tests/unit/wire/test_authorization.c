/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/authorization.h"

#define SIGNATURE "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
#define CREDENTIAL "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request"

static void
expect_slice(struct slice slice, const char *wanted)
{
    assert_int_equal(slice.length, strlen(wanted));
    assert_memory_equal(slice.at, wanted, slice.length);
}

static void
reads_its_parts(void **state)
{
    static const char *const forms[] = {
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL
        ", SignedHeaders=content-type;host;x-amz-date, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL
        ",SignedHeaders=content-type;host;x-amz-date,Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256  Signature=" SIGNATURE " , Credential=" CREDENTIAL
        " , SignedHeaders=content-type;host;x-amz-date",
    };
    struct authorization authorization;

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        assert_true(authorization_read(&authorization, slice_of(forms[i])));
        expect_slice(authorization.credential, CREDENTIAL);
        expect_slice(authorization.key_id, "AKIDEXAMPLE");
        expect_slice(authorization.scope, "20150830/us-east-1/iam/aws4_request");
        expect_slice(authorization.day, "20150830");
        expect_slice(authorization.region, "us-east-1");
        expect_slice(authorization.service, "iam");
        expect_slice(authorization.signed_names, "content-type;host;x-amz-date");
        expect_slice(authorization.signature, SIGNATURE);
    }
}

static void
refuses_other_forms(void **state)
{
    static const char *const forms[] = {
        "",
        "Basic YTpi",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "aws4-hmac-sha256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA512 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=Host, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=a\nb, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE
        "0",
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE
        ", Other=1",
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE
        ", Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", Credential=" CREDENTIAL
        ", SignedHeaders=host, Signature=" SIGNATURE,
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, Signature=" SIGNATURE
        ",",
        "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=host, "
        "Signature=5D672D79C15B13162D9279B0855CFBA6789A8EDB4C82C400E06B5924A6F2B5D7",
    };
    struct authorization authorization;

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        assert_false(authorization_read(&authorization, slice_of(forms[i])));
}

static void
refuses_other_credentials(void **state)
{
    static const char *const forms[] = {
        "",
        "AKID",
        "AKID/20150830/us-east-1/iam",
        "AKID/20150830/us-east-1/iam/aws4",
        "AKID/20150830/us-east-1/iam/aws4_request/",
        "AKID/20150830/us-east-1/iam/x/aws4_request",
        "/20150830/us-east-1/iam/aws4_request",
        "AK ID/20150830/us-east-1/iam/aws4_request",
        "AKID/2015083/us-east-1/iam/aws4_request",
        "AKID/201508300/us-east-1/iam/aws4_request",
        "AKID/2015083x/us-east-1/iam/aws4_request",
        "AKID/20150830//iam/aws4_request",
        "AKID/20150830/us-east-1//aws4_request",
        "AKID/20150830/us\n/iam/aws4_request",
        "AKID/20150830/us-east-1/IAM/aws4_request",
    };
    struct authorization authorization;

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        assert_false(authorization_read_credential(&authorization, slice_of(forms[i])));
}

static void
takes_key_ids_up_to_their_bound(void **state)
{
    struct authorization authorization;

    (void)state;
    for (int length = 127; length <= 129; length++) {
        char *text = memory_print("%0*d/20150830/us-east-1/iam/aws4_request", length, 0);
        assert_int_equal(authorization_read_credential(&authorization, slice_of(text)),
                         length <= AUTHORIZATION_KEY_ID_MAX);
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_its_parts),
        cmocka_unit_test(refuses_other_forms),
        cmocka_unit_test(refuses_other_credentials),
        cmocka_unit_test(takes_key_ids_up_to_their_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
