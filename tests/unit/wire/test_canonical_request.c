/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/canonical_request.h"

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FIELDS "host:127.0.0.1:9181\nx-amz-date:20261126T101530Z\n\n"
#define NAMES "host;x-amz-date\n"

static void
expect_refused(struct slice text)
{
    struct canonical_request request;

    assert_false(canonical_request_read(&request, text));
}

static void
expect_field(const struct canonical_request *request, const char *name, const char *wanted)
{
    struct slice value;
    bool is_there = canonical_request_field(request, slice_of(name), &value);

    assert_int_equal(is_there, wanted != NULL);
    if (is_there)
        assert_true(slice_equal(value, slice_of(wanted)));
}

static void
reads_its_lines(void **state)
{
    struct canonical_request request;

    (void)state;
    assert_true(canonical_request_read(
        &request, slice_of("POST\n/v1/drain\na=1&b=%2F\ncontent-type:a: b\nempty:\n" FIELDS
                           "content-type;empty;" NAMES HASH)));
    assert_true(slice_equal(request.method, slice_of("POST")));
    assert_true(slice_equal(request.path, slice_of("/v1/drain")));
    assert_true(slice_equal(request.query, slice_of("a=1&b=%2F")));
    assert_true(
        slice_equal(request.signed_names, slice_of("content-type;empty;host;x-amz-date")));
    assert_true(slice_equal(request.payload, slice_of(HASH)));
    expect_field(&request, "content-type", "a: b");
    expect_field(&request, "empty", "");
    expect_field(&request, "host", "127.0.0.1:9181");
    expect_field(&request, "x-amz-date", "20261126T101530Z");
    expect_field(&request, "x-amz", NULL);
    expect_field(&request, "Host", NULL);
    expect_field(&request, "", NULL);
}

static void
takes_no_other_form(void **state)
{
    static const char *const texts[] = {
        "",
        "GET",
        "GET\n/\n\n" FIELDS NAMES,
        "GET\n/\n\n" FIELDS NAMES HASH "\n",
        "GET\n/\n\n" FIELDS NAMES HASH "\nmore",
        "GET\n/\n" FIELDS NAMES HASH,
        "\n/\n\n" FIELDS NAMES HASH,
        "get\n/\n\n" FIELDS NAMES HASH,
        "GET \n/\n\n" FIELDS NAMES HASH,
        "AVERYLONGMETHODX1\n/\n\n" FIELDS NAMES HASH,
        "GET\n\n\n" FIELDS NAMES HASH,
        "GET\nv1\n\n" FIELDS NAMES HASH,
        "GET\n/a b\n\n" FIELDS NAMES HASH,
        "GET\n/a?b\n\n" FIELDS NAMES HASH,
        "GET\n/%2f\n\n" FIELDS NAMES HASH,
        "GET\n/\na=+\n" FIELDS NAMES HASH,
        "GET\n/\na=%2f\n" FIELDS NAMES HASH,
        "GET\n/\n\nhost:a\r\nx-amz-date:1\n\n" NAMES HASH,
        "GET\n/\n\nhost\nx-amz-date:1\n\n" NAMES HASH,
        "GET\n/\n\nx-amz-date:1\nhost:a\n\nx-amz-date;host\n" HASH,
        "GET\n/\n\nhost:a\nhost:b\nx-amz-date:1\n\nhost;host;x-amz-date\n" HASH,
        "GET\n/\n\nHost:a\nx-amz-date:1\n\nHost;x-amz-date\n" HASH,
        "GET\n/\n\n:a\nhost:b\n\n;host\n" HASH,
        "GET\n/\n\nho st:b\n\nho st\n" HASH,
        "GET\n/\n\n" FIELDS "host\n" HASH,
        "GET\n/\n\n" FIELDS "host;x-amz-date;x\n" HASH,
        "GET\n/\n\n" FIELDS "host;x-amz-dat\n" HASH,
        "GET\n/\n\n" FIELDS "host,x-amz-date\n" HASH,
        "GET\n/\n\n" FIELDS ";" NAMES HASH,
        "GET\n/\n\n" FIELDS "host; x-amz-date\n" HASH,
        "GET\n/\n\n\n" NAMES HASH,
        "GET\n/\n\n" FIELDS NAMES "a\tb",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        expect_refused(slice_of(texts[i]));
    expect_refused(SLICE_LITERAL("GET\n/\0\n\n" FIELDS NAMES HASH));
    expect_refused(SLICE_LITERAL("GET\n/\n\nhost:\0\nx-amz-date:1\n\n" NAMES HASH));
    expect_refused(SLICE_NONE);
}

static void
takes_no_text_that_is_cut(void **state)
{
    static const char text[] = "GET\n/v1/status\na=b\n" FIELDS NAMES "UNSIGNED-PAYLOAD";
    struct canonical_request request;

    (void)state;
    for (size_t length = 0; length <= sizeof(text) - sizeof("UNSIGNED-PAYLOAD"); length++)
        expect_refused(slice_make(text, length));
    assert_true(canonical_request_read(&request, slice_of(text)));
    assert_true(slice_equal(request.payload, slice_of(CANONICAL_REQUEST_NO_BODY)));
}

static void
decodes_the_path_that_was_meant(void **state)
{
    static const struct {
        const char *path, *wanted;
    } rows[] = {
        {"/", "/"},           {"/v1/status", "/v1/status"},
        {"/a%2520b", "/a b"}, {"/a%252Fb", "/a/b"},
        {"/a%20b", "/a b"},   {"/a%252525", "/a%25"},
        {"/a%2Bb", "/a+b"},   {"/a%00b", NULL},
        {"/a%2500b", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct canonical_request request;
        char *text = memory_print("GET\n%s\n\n" FIELDS NAMES HASH, rows[i].path);
        assert_true(canonical_request_read(&request, slice_of(text)));
        char *path = canonical_request_path(&request);
        if (rows[i].wanted == NULL)
            assert_null(path);
        else
            assert_string_equal(path, rows[i].wanted);
        free(path);
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_its_lines),
        cmocka_unit_test(takes_no_other_form),
        cmocka_unit_test(takes_no_text_that_is_cut),
        cmocka_unit_test(decodes_the_path_that_was_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
