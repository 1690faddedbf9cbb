/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/elbv2/elbv2_quotas.h"

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
expect(bool (*takes)(struct aws_call *call, const json_t *list), const char *text,
       const char *wanted)
{
    struct aws_call call = {.input = NULL};
    json_t *list = read_json(text);

    assert_int_equal(takes(&call, list), *wanted == '\0');
    assert_string_equal(call.error_code == NULL ? "" : call.error_code, wanted);
    json_decref(list);
    free(call.error_message);
}

static void
counts_groups_of_an_action(void **state)
{
    (void)state;
    expect(elbv2_quota_takes_actions,
           "[{'forward_config': {'target_groups': [{}, {}, {}, {}, {}]}}]", "");
    expect(elbv2_quota_takes_actions,
           "[{'forward_config': {'target_groups': [{}, {}, {}, {}, {}, {}]}}]",
           "TooManyActions");
    expect(elbv2_quota_takes_actions, "[{'type': 'fixed-response'}]", "");
}

static void
bounds_weights(void **state)
{
    (void)state;
    expect(elbv2_quota_takes_actions,
           "[{'forward_config': {'target_groups': [{'weight': 0}, {'weight': 999}]}}]", "");
    expect(elbv2_quota_takes_actions,
           "[{'forward_config': {'target_groups': [{'weight': 1000}]}}]", "ValidationError");
    expect(elbv2_quota_takes_actions,
           "[{'forward_config': {'target_groups': [{'weight': -1}]}}]", "ValidationError");
}

static void
counts_values_of_all_conditions(void **state)
{
    (void)state;
    expect(elbv2_quota_takes_conditions,
           "[{'values': ['a', 'b']}, {'path_pattern_config': {'values': ['/a', '/b', '/c']}}]",
           "");
    expect(elbv2_quota_takes_conditions,
           "[{'values': ['a', 'b', 'c']}, {'path_pattern_config': {'values': ['/a', '/b', "
           "'/c']}}]",
           "ValidationError");
}

static void
counts_wildcards(void **state)
{
    (void)state;
    expect(elbv2_quota_takes_conditions, "[{'values': ['/*/*', '/?/?/?']}]", "");
    expect(elbv2_quota_takes_conditions, "[{'values': ['/*/*/*', '/?/?/?']}]",
           "ValidationError");
    expect(elbv2_quota_takes_conditions,
           "[{'query_string_config': {'values': [{'key': '***', 'value': '***'}]}}]",
           "ValidationError");
    expect(
        elbv2_quota_takes_conditions,
        "[{'query_string_config': {'values': [{'value': '\\\\*\\\\*\\\\*\\\\?\\\\?\\\\?*'}]}}]",
        "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_groups_of_an_action),
        cmocka_unit_test(bounds_weights),
        cmocka_unit_test(counts_values_of_all_conditions),
        cmocka_unit_test(counts_wildcards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
