/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include <jansson.h>

#include "api/json_writer.h"

static void
assert_json(struct json_writer *out, const char *expected)
{
    char *text = strndup(out->text.at, out->text.length);

    assert_false(out->text.is_truncated);
    assert_string_equal(text, expected);
    free(text);
    json_clear(out);
}

static void
writes_objects_and_arrays_with_commas_between_values(void **state)
{
    struct json_writer out = {.needs_comma = false};

    (void)state;
    json_object_begin(&out, NULL);
    json_add_number(&out, "a", 1);
    json_array_begin(&out, "b");
    json_array_begin(&out, NULL);
    json_array_end(&out);
    json_add_null(&out, NULL);
    json_add_flag(&out, NULL, true);
    json_object_begin(&out, NULL);
    json_object_end(&out);
    json_array_end(&out);
    json_add_raw(&out, "c", SLICE_LITERAL("[1]"));
    json_add_number_text(&out, "d", 10);
    json_object_end(&out);
    json_add_line_end(&out);
    json_object_begin(&out, NULL);
    json_object_end(&out);
    assert_json(&out, "{\"a\":1,\"b\":[[],null,true,{}],\"c\":[1],\"d\":\"10\"}\n{}");
}

static void
writes_amounts_with_two_decimals_at_most(void **state)
{
    static const struct {
        double amount;
        const char *json;
    } rows[] = {
        {0, "0"},
        {1, "1"},
        {0.5, "0.5"},
        {0.05, "0.05"},
        {0.004, "0"},
        {0.999, "1"},
        {12.34, "12.34"},
        {99.995, "100"},
        {1234567, "1234567"},
        {-1, "null"},
        {1.0 / 0.0, "null"},
        {0.0 / 0.0, "null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct json_writer out = {.needs_comma = false};
        json_add_amount(&out, NULL, rows[i].amount);
        assert_json(&out, rows[i].json);
    }
}

static void
escapes_what_a_text_may_not_have(void **state)
{
    struct json_writer out = {.needs_comma = false};

    (void)state;
    json_add_text(&out, NULL, SLICE_LITERAL("a\"\\\n\x01</script>\xc3\xa4\xff"));
    assert_json(&out, "\"a\\\"\\\\\\u000a\\u0001</script>\xc3\xa4?\"");
}

/* Whatever bytes a name has, a reader reads JSON. */
static void
any_bytes_are_read_by_a_reader(void **state)
{
    unsigned seed = 1;

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct json_writer out = {.needs_comma = false};
        char bytes[64];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 1103515245 + 12345;
            bytes[i] = (char)(seed >> 16);
        }
        json_array_begin(&out, NULL);
        json_add_text(&out, NULL, slice_make(bytes, sizeof(bytes)));
        json_array_end(&out);
        json_t *read = json_loadb(out.text.at, out.text.length, 0, NULL);
        assert_non_null(read);
        json_decref(read);
        json_clear(&out);
    }
}

static void
grows_with_what_it_holds_and_starts_again(void **state)
{
    struct json_writer out = {.needs_comma = false};

    (void)state;
    json_array_begin(&out, NULL);
    for (uint64_t i = 0; i < 100000; i++)
        json_add_number(&out, NULL, i);
    json_array_end(&out);
    assert_false(out.text.is_truncated);
    json_t *read = json_loadb(out.text.at, out.text.length, 0, NULL);
    assert_int_equal(json_array_size(read), 100000);
    json_decref(read);
    json_restart(&out);
    json_add_time(&out, NULL, 0);
    json_add_time(&out, NULL, UINT64_C(1772619330123456));
    assert_json(&out, "null,\"2026-03-04T10:15:30.123456Z\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_objects_and_arrays_with_commas_between_values),
        cmocka_unit_test(writes_amounts_with_two_decimals_at_most),
        cmocka_unit_test(escapes_what_a_text_may_not_have),
        cmocka_unit_test(any_bytes_are_read_by_a_reader),
        cmocka_unit_test(grows_with_what_it_holds_and_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
