/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/wire_answer.h"
#include "wire/wire_json.h"

static void
expect_refused(struct slice text, const char *part)
{
    const char *error = NULL;

    assert_null(wire_json_read(text, &error));
    assert_non_null(strstr(error, part));
}

static void
reads_an_object_and_nothing_else(void **state)
{
    const char *error;
    json_t *body = wire_json_read(SLICE_LITERAL("{\"a\":[1,null]}"), &error);

    (void)state;
    assert_int_equal(json_array_size(json_object_get(body, "a")), 2);
    json_decref(body);
    body = wire_json_read(SLICE_LITERAL(""), &error);
    assert_int_equal(json_object_size(body), 0);
    json_decref(body);
    expect_refused(SLICE_LITERAL("[]"), "no JSON object");
    expect_refused(SLICE_LITERAL("Action=x"), "no JSON object");
    expect_refused(SLICE_LITERAL("{\"a\":1} x"), "no JSON object");
    expect_refused(SLICE_LITERAL("{\"a\":1,\"a\":1}"), "each stand there once");
    expect_refused(SLICE_LITERAL("{\"a\":\"\xff\"}"), "no JSON object");
    expect_refused(SLICE_LITERAL("{\"a\":\"\0\"}"), "no JSON object");
}

/* {"a":[[...1...]]} with so many lists. */
static void
expect_nested(unsigned lists, bool is_fine)
{
    char *text = memory_take(2 * lists + 8, 1);
    const char *error;
    size_t length = 5;

    memcpy(text, "{\"a\":", length);
    memset(text + length, '[', lists);
    text[length + lists] = '1';
    memset(text + length + lists + 1, ']', lists);
    text[length + 2 * lists + 1] = '}';
    json_t *body = wire_json_read(slice_of(text), &error);
    assert_int_equal(body != NULL, is_fine);
    json_decref(body);
    free(text);
}

/* {"a":[1,1,...]} with so many numbers. */
static void
expect_long(size_t numbers, bool is_fine)
{
    char *text = memory_take(2 * numbers + 16, 1);
    const char *error;
    size_t length = 6;

    memcpy(text, "{\"a\":[", length);
    for (size_t i = 0; i < numbers; i++) {
        text[length++] = '1';
        text[length++] = i + 1 < numbers ? ',' : ']';
    }
    text[length] = '}';
    json_t *body = wire_json_read(slice_of(text), &error);
    assert_int_equal(body != NULL, is_fine);
    json_decref(body);
    free(text);
}

static void
bounds_depth_and_number(void **state)
{
    (void)state;
    expect_nested(WIRE_JSON_DEPTH_MAX - 1, true);
    expect_nested(WIRE_JSON_DEPTH_MAX, false);
    expect_nested(30000, false);
    expect_long(WIRE_JSON_VALUES_MAX - 2, true);
    expect_long(WIRE_JSON_VALUES_MAX - 1, false);
    expect_long(400000, false);
}

static void
expect_text(char *text, const char *wanted)
{
    assert_string_equal(text, wanted);
    free(text);
}

static void
writes_what_the_shape_says(void **state)
{
    json_t *output = json_pack("{s:[{s:{s:s, s:i, s:n}, s:s}], s:s}",
                               "TargetHealthDescriptions", "Target", "Id", "a\"b", "Port", 80,
                               "AvailabilityZone", "NotInTheModel", "x", "Other", "y");

    (void)state;
    expect_text(
        wire_json_answer(&wire_operations[OPERATION_ELBV2_DescribeTargetHealth], output),
        "{\"TargetHealthDescriptions\":[{\"Target\":{\"Id\":\"a\\\"b\",\"Port\":80}}]}");
    json_decref(output);
}

static void
writes_times_as_seconds(void **state)
{
    json_t *output =
        json_pack("{s:[{s:s}]}", "LoadBalancers", "CreatedTime", "2026-02-02T02:40:00.123456Z");

    (void)state;
    expect_text(
        wire_json_answer(&wire_operations[OPERATION_ELBV2_DescribeLoadBalancers], output),
        "{\"LoadBalancers\":[{\"CreatedTime\":1770000000.123}]}");
    json_decref(output);
}

static void
writes_errors(void **state)
{
    const struct wire_service *sts = wire_operations[OPERATION_STS_GetCallerIdentity].service;

    (void)state;
    expect_text(wire_json_error("ClientException", "it says \"no\" \xc3"),
                "{\"__type\":\"ClientException\",\"message\":\"it says \\\"no\\\" ?\"}");
    expect_text(wire_answer_error(WIRE_JSON_11, sts, "A", "b", "r-1"),
                "{\"__type\":\"A\",\"message\":\"b\"}");
    char *text = wire_answer_error(WIRE_QUERY, sts, "A", "b", "r-1");
    assert_non_null(strstr(text, "<Code>A</Code>"));
    free(text);
}

static void
refuses_in_the_words_of_the_wire(void **state)
{
    struct sigv4_fault_row row = wire_answer_fault(WIRE_JSON_11, SIGV4_UNKNOWN_KEY);

    (void)state;
    assert_int_equal(row.status, 400);
    assert_string_equal(row.code, "UnrecognizedClientException");
    row = wire_answer_fault(WIRE_QUERY, SIGV4_UNKNOWN_KEY);
    assert_int_equal(row.status, 403);
    assert_string_equal(row.code, "InvalidClientTokenId");
    for (int fault = SIGV4_SOUND + 1; fault < SIGV4_FAULT_COUNT; fault++) {
        row = wire_answer_fault(WIRE_JSON_10, (enum sigv4_fault)fault);
        assert_int_equal(row.status, 400);
        assert_non_null(strstr(row.code, "Exception"));
        assert_true(wire_answer_fault(WIRE_QUERY, (enum sigv4_fault)fault).status < 500);
    }
    assert_int_equal(wire_answer_wire(SLICE_NONE), WIRE_QUERY);
    assert_int_equal(wire_answer_wire(SLICE_LITERAL("What.Ever")), WIRE_JSON_11);
    assert_string_equal(wire_answer_media_type(WIRE_JSON_11), "application/x-amz-json-1.1");
    assert_string_equal(wire_answer_throttling_code(WIRE_JSON_10), "ThrottlingException");
    assert_string_equal(wire_answer_throttling_code(WIRE_EC2), "Throttling");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_object_and_nothing_else),
        cmocka_unit_test(bounds_depth_and_number),
        cmocka_unit_test(writes_what_the_shape_says),
        cmocka_unit_test(writes_times_as_seconds),
        cmocka_unit_test(writes_errors),
        cmocka_unit_test(refuses_in_the_words_of_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
