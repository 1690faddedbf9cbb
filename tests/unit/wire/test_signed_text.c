/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is collected of requests, against what AWS's own SDK signs of them
 * (fixtures/sigv4/vectors.json), and requests that are signed halfway.
 */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <jansson.h>

#include "base/memory.h"
#include "wire/canonical_request.h"
#include "wire/signature.h"
#include "wire/signed_text.h"

#define SIGNATURE "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
#define CREDENTIAL "AKID/20261126/us-east-1/fairlead/aws4_request"
#define SIGNED(names)                                                                          \
    "AWS4-HMAC-SHA256 Credential=" CREDENTIAL ", SignedHeaders=" names ", "                    \
    "Signature=" SIGNATURE
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char *
text_of(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));

    assert_non_null(text);
    return text;
}

static bool
field_of_json(const void *argument, struct slice name, size_t n, struct slice *value)
{
    const json_t *fields = argument;

    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *found = json_string_value(json_array_get(field, 0));
        if (!slice_equal_ignoring_case(slice_of(found), name) || n-- > 0)
            continue;
        *value = slice_of(json_string_value(json_array_get(field, 1)));
        return true;
    }
    return false;
}

static struct signed_source
source_of(const json_t *vector)
{
    return (struct signed_source){
        .method = slice_of(text_of(vector, "method")),
        .path = slice_of(text_of(vector, "path")),
        .query = slice_of(text_of(vector, "query")),
        .body = slice_of(text_of(vector, "body")),
        .field_at = field_of_json,
        .argument = json_object_get(vector, "fields"),
    };
}

static void
expect_vector(const json_t *vectors, const json_t *vector)
{
    struct signed_source source = source_of(vector);
    struct canonical_request request;
    struct authorization authorization;
    struct signed_text signed_text;
    char signature[DIGEST_TEXT_SIZE];

    printf("%s\n", text_of(vector, "name"));
    assert_int_equal(signed_text_collect(&signed_text, &source), SIGV4_SOUND);
    char *canonical = memory_copy_bytes(signed_text.canonical_request.at,
                                        signed_text.canonical_request.length);
    assert_string_equal(canonical, text_of(vector, "canonical"));
    assert_true(canonical_request_read(&request, signed_text.canonical_request));
    assert_true(authorization_read(&authorization, signed_text.authorization));
    assert_true(slice_equal(authorization.signed_names, request.signed_names));
    signature_make(&authorization, slice_of(text_of(vectors, "time")), request.text,
                   slice_of(text_of(vectors, "secret")), signature);
    assert_true(slice_equal(authorization.signature, slice_of(signature)));
    free(canonical);
    signed_text_clear(&signed_text);
}

static void
collects_what_the_sdk_signs(void **state)
{
    const char *source = getenv("srcdir");
    char *path = memory_print("%s/tests/fixtures/sigv4/vectors.json", source ? source : ".");
    json_t *vectors = json_load_file(path, 0, NULL);
    const json_t *list = json_object_get(vectors, "vectors");

    (void)state;
    assert_true(json_array_size(list) >= 30);
    for (size_t i = 0; i < json_array_size(list); i++)
        expect_vector(vectors, json_array_get(list, i));
    json_decref(vectors);
    free(path);
}

/* Fields as a text of lines. */
static bool
field_of_lines(const void *argument, struct slice name, size_t n, struct slice *value)
{
    struct slice rest = slice_of(argument), line;

    while (slice_next(&rest, '\n', &line)) {
        size_t colon = slice_find(line, ':');
        if (!slice_equal_ignoring_case(slice_make(line.at, colon), name) || n-- > 0)
            continue;
        *value = slice_trim(slice_make(line.at + colon + 1, line.length - colon - 1));
        return true;
    }
    return false;
}

static enum sigv4_fault
collect(const char *path, const char *query, const char *fields)
{
    const struct signed_source source = {
        .method = SLICE_LITERAL("GET"),
        .path = slice_of(path),
        .query = slice_of(query),
        .field_at = field_of_lines,
        .argument = fields,
    };
    struct signed_text signed_text;
    enum sigv4_fault fault = signed_text_collect(&signed_text, &source);

    signed_text_clear(&signed_text);
    return fault;
}

static void
collects_nothing_where_nothing_is_signed(void **state)
{
    const struct signed_source source = {
        .method = SLICE_LITERAL("GET"),
        .path = SLICE_LITERAL("/"),
        .query = SLICE_LITERAL("X-Amz-Credential=a"),
        .field_at = field_of_lines,
        .argument = "Host: a",
    };
    struct signed_text signed_text;

    (void)state;
    assert_int_equal(signed_text_collect(&signed_text, &source), SIGV4_SOUND);
    assert_int_equal(signed_text.authorization.length, 0);
    assert_int_equal(signed_text.canonical_request.length, 0);
    assert_null(signed_text.memory);
}

static void
asks_for_what_tells_the_meaning(void **state)
{
    static const struct {
        const char *fields;
        enum sigv4_fault fault;
    } rows[] = {
        {"Host: a\nX-Amz-Date: 1\nAuthorization: " SIGNED("host;x-amz-date"), SIGV4_SOUND},
        {"Host: a\nX-Amz-Date: 1\nAuthorization: " SIGNED("x-amz-date"), SIGV4_UNSIGNED_FIELD},
        {"Host: a\nX-Amz-Date: 1\nAuthorization: " SIGNED("host"), SIGV4_UNSIGNED_FIELD},
        {"Host: a\nX-Amz-Date: 1\nContent-Type: x\nAuthorization: " SIGNED("host;x-amz-date"),
         SIGV4_UNSIGNED_FIELD},
        {"Host: a\nX-Amz-Date: 1\nContent-Type: x\nAuthorization: " SIGNED(
             "content-type;host;x-amz-date"),
         SIGV4_SOUND},
        {"Host: a\nX-Amz-Date: 1\nX-Amz-Target: x\nAuthorization: " SIGNED("host;x-amz-date"),
         SIGV4_UNSIGNED_FIELD},
        {"Host: a\nX-Amz-Date: 1\nContent-Encoding: gzip\nAuthorization: " SIGNED(
             "host;x-amz-date"),
         SIGV4_UNSIGNED_FIELD},
        {"Host: a\nX-Amz-Date: 1\nAccept: x\nAuthorization: " SIGNED("host;x-amz-date"),
         SIGV4_SOUND},
        {"Host: a\nAuthorization: Basic YTpi", SIGV4_MALFORMED},
        {"Host: a\nAuthorization: ", SIGV4_MALFORMED},
        {"Host: a\nAuthorization: " SIGNED("host;x-amz-date") "0", SIGV4_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(collect("/", "", rows[i].fields), rows[i].fault);
}

#define PRESIGNED                                                                              \
    "X-Amz-Credential=AKID%2F20261126%2Fus-east-1%2Ffairlead%2Faws4_request&X-Amz-Date=1"

static void
asks_for_all_of_a_presigned_url(void **state)
{
    static const struct {
        const char *query;
        enum sigv4_fault fault;
    } rows[] = {
        {"X-Amz-Algorithm=AWS4-HMAC-SHA256&" PRESIGNED
         "&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE,
         SIGV4_SOUND},
        {PRESIGNED "&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE, SIGV4_MALFORMED},
        {"X-Amz-Algorithm=AWS4-HMAC-SHA512&" PRESIGNED
         "&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE,
         SIGV4_MALFORMED},
        {"X-Amz-Algorithm=AWS4-HMAC-SHA256&" PRESIGNED "&X-Amz-Signature=" SIGNATURE,
         SIGV4_MALFORMED},
        {"X-Amz-Algorithm=AWS4-HMAC-SHA256&" PRESIGNED
         "&X-Amz-SignedHeaders=host&X-Amz-Signature=",
         SIGV4_MALFORMED},
        {"X-Amz-Algorithm=AWS4-HMAC-SHA256&" PRESIGNED
         "&X-Amz-SignedHeaders=ho%0Ast&X-Amz-Signature=" SIGNATURE,
         SIGV4_MALFORMED},
        {"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=" SIGNATURE,
         SIGV4_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(collect("/", rows[i].query, "Host: a"), rows[i].fault);
}

static void
reads_a_plus_and_empty_pairs_as_forms_have_them(void **state)
{
    const struct signed_source source = {
        .method = SLICE_LITERAL("GET"),
        .path = SLICE_LITERAL("/"),
        .query = SLICE_LITERAL("&b=x+y&&%61&"),
        .field_at = field_of_lines,
        .argument = "Host: a\nX-Amz-Date: 1\nAuthorization: " SIGNED("host;x-amz-date"),
    };
    struct signed_text signed_text;

    (void)state;
    assert_int_equal(signed_text_collect(&signed_text, &source), SIGV4_SOUND);
    assert_true(slice_equal(
        signed_text.canonical_request,
        slice_of("GET\n/\na=&b=x%20y\nhost:a\nx-amz-date:1\n\nhost;x-amz-date\n" EMPTY_HASH)));
    signed_text_clear(&signed_text);
}

static void
bounds_what_it_writes(void **state)
{
    static const char fields[] =
        "Host: a\nX-Amz-Date: 1\nAuthorization: " SIGNED("host;x-amz-date");
    char *path = memory_take(SIGNED_TEXT_BYTES_MAX + 1, 1);
    char *long_fields;

    (void)state;
    memset(path, '/', 1);
    memset(path + 1, 'a', SIGNED_TEXT_BYTES_MAX - 1);
    assert_int_equal(collect(path, "", fields), SIGV4_TOO_LONG);
    path[SIGNED_TEXT_BYTES_MAX - 256] = '\0';
    assert_int_equal(collect(path, "", fields), SIGV4_SOUND);
    assert_int_equal(collect("/", path, fields), SIGV4_SOUND);
    memset(path + 1, ' ', SIGNED_TEXT_BYTES_MAX / 2);
    assert_int_equal(collect(path, "", fields), SIGV4_TOO_LONG);
    long_fields = memory_print("Host: a\nX-Amz-Date: 1\nAuthorization: %s%*s",
                               SIGNED("host;x-amz-date"), AUTHORIZATION_BYTES_MAX, "a");
    assert_int_equal(collect("/", "", long_fields), SIGV4_MALFORMED);
    free(long_fields);
    free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collects_what_the_sdk_signs),
        cmocka_unit_test(collects_nothing_where_nothing_is_signed),
        cmocka_unit_test(asks_for_what_tells_the_meaning),
        cmocka_unit_test(asks_for_all_of_a_presigned_url),
        cmocka_unit_test(reads_a_plus_and_empty_pairs_as_forms_have_them),
        cmocka_unit_test(bounds_what_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
