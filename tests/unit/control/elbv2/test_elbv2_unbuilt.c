/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/elbv2/elbv2_unbuilt.h"

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

/* The words of the refusal, or "". */
static void
expect(const char *text, const char *wanted)
{
    json_t *input = read_json(text);
    struct aws_call call = {.input = input};

    assert_int_equal(elbv2_is_built(&call), *wanted == '\0');
    assert_string_equal(call.error_message == NULL ? "" : call.error_message, wanted);
    json_decref(input);
    free(call.error_message);
}

static void
refuses_with_the_name(void **state)
{
    (void)state;
    expect("{'Transforms': [{'Type': 'url-rewrite'}]}", "Transforms is not supported here");
    expect("{'IpAddressType': 'ipv6'}", "IpAddressType 'ipv6' is not supported here: ipv4");
    expect("{'TargetControlPort': 9000}", "TargetControlPort is not supported here");
    expect("{'Conditions': [{'PathPatternConfig': {'RegexValues': ['^/a']}}]}",
           "RegexValues is not supported here");
}

static void
takes_what_asks_for_nothing(void **state)
{
    (void)state;
    expect("{}", "");
    expect("{'Name': 'a', 'IpAddressType': 'ipv4', 'Transforms': [], "
           "'EnablePrefixForIpv6SourceNat': 'off'}",
           "");
    expect("{'Conditions': [{'PathPatternConfig': {'RegexValues': [], 'Values': ['/a']}}]}",
           "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_with_the_name),
        cmocka_unit_test(takes_what_asks_for_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
