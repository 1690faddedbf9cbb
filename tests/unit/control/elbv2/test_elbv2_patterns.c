/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/elbv2/elbv2_patterns.h"

/* Of a text of JSON with ' for ". */
static json_t *
read_json(const char *text)
{
    char json[1024];

    snprintf(json, sizeof(json), "%s", text);
    for (char *at = json; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *read = json_loads(json, 0, NULL);
    assert_non_null(read);
    return read;
}

/* The code of the refusal, or "". */
static void
expect(const char *field, const char *value, const char *wanted)
{
    struct aws_call call = {.input = NULL};
    char text[256];

    snprintf(text, sizeof(text), "[{'field': '%s', 'host_header_config': {'values': ['%s']}}]",
             field, value);
    json_t *list = read_json(text);

    assert_int_equal(elbv2_takes_patterns(&call, list), *wanted == '\0');
    assert_string_equal(call.error_code == NULL ? "" : call.error_code, wanted);
    json_decref(list);
    free(call.error_message);
}

static void
wants_names_of_the_internet(void **state)
{
    (void)state;
    expect("host-header", "a.example", "");
    expect("host-header", "*.example.com", "");
    expect("host-header", "example.*", "");
    expect("host-header", "intranet", "ValidationError");
    expect("host-header", "a.b1", "ValidationError");
    expect("host-header", "192.0.2.1", "ValidationError");
}

static void
wants_blocks(void **state)
{
    (void)state;
    expect("source-ip", "192.0.2.1/32", "");
    expect("source-ip", "2001:db8::/32", "");
    expect("source-ip", "192.0.2.1", "ValidationError");
}

static void
leaves_other_fields_alone(void **state)
{
    (void)state;
    expect("path-pattern", "/a", "");
    expect("nonsense", "a", "");
}

static void
finds_values_in_both_forms(void **state)
{
    json_t *flat = read_json("{'field': 'path-pattern', 'values': ['/a']}");
    json_t *nested =
        read_json("{'field': 'path-pattern', 'path_pattern_config': {'values': ['/b']}}");
    json_t *none = read_json("{'field': 'path-pattern'}");

    (void)state;
    assert_ptr_equal(elbv2_condition_values(flat), json_object_get(flat, "values"));
    assert_int_equal(json_array_size(elbv2_condition_values(nested)), 1);
    assert_null(elbv2_condition_values(none));
    json_decref(flat);
    json_decref(nested);
    json_decref(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wants_names_of_the_internet),
        cmocka_unit_test(wants_blocks),
        cmocka_unit_test(leaves_other_fields_alone),
        cmocka_unit_test(finds_values_in_both_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
