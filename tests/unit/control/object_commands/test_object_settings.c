/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/object_commands/object_settings.h"

/* Of a text of JSON with ' for ". */
static json_t *
read_json(const char *text)
{
    char json[1024];

    snprintf(json, sizeof(json), "%s", text);
    for (char *at = json; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *read = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(read);
    return read;
}

struct given {
    const char *kind, *former, *text;
    bool is_local, is_new;
};

/* What becomes of former by the text, or what stands in the refusal. */
static void
expect(struct given given, const char *wanted)
{
    json_t *input = json_pack("{s:[s]}", "Set", given.text);
    struct aws_call call = {.input = input};
    json_t *former = read_json(given.former), *own = json_deep_copy(former);
    bool is_put = object_settings_put(&call, object_kind_find(given.kind), own,
                                      given.is_new ? NULL : former, given.is_local);

    if (is_put) {
        json_t *expected = read_json(wanted);
        assert_true(json_equal(own, expected));
        json_decref(expected);
    } else {
        assert_non_null(strstr(call.error_message, wanted));
    }
    json_decref(input);
    json_decref(own);
    json_decref(former);
    free(call.error_message);
}

static void
expect_local(const char *kind, const char *former, const char *text, const char *wanted)
{
    expect((struct given){kind, former, text, true, false}, wanted);
}

static void
puts_values_as_their_rows_want_them(void **state)
{
    (void)state;
    expect_local("target-group", "{}", "port=80", "{'port': 80}");
    expect_local("target-group", "{}", "health_check.path=/7",
                 "{'health_check': {'path': '/7'}}");
    expect_local("target-group", "{}", "health_check.enabled=false",
                 "{'health_check': {'enabled': false}}");
    expect_local("rule", "{}", "actions=[{\"type\":\"forward\"}]",
                 "{'actions': [{'type': 'forward'}]}");
    expect_local("target-group", "{'port': 80}", "health_check.path=a=b",
                 "{'port': 80, 'health_check': {'path': 'a=b'}}");
}

static void
drops_what_has_no_value(void **state)
{
    (void)state;
    expect_local("target-group", "{'port': 80, 'protocol': 'HTTP'}",
                 "port=", "{'protocol': 'HTTP'}");
    expect_local("target-group", "{}", "health_check.path=", "{}");
}

static void
names_the_setting_that_is_wrong(void **state)
{
    (void)state;
    expect_local("target-group", "{}", "port", "'port' is not SETTING=VALUE");
    expect_local("target-group", "{}", "=80", "'=80' is not SETTING=VALUE");
    expect_local("target-group", "{'port': 80}", "port.x=1",
                 "port.x: what stands above it is no group");
}

static void
keeps_what_an_object_is_known_by(void **state)
{
    (void)state;
    expect_local("target-group", "{'name': 'a'}", "name=b", "name cannot be given");
    expect_local("target-group", "{'name': 'a'}", "name.x=b", "name cannot be given");
    expect_local("listener", "{}", "rules=[]", "rules cannot be given");
    expect_local("listener", "{}", "load_balancer=b", "load_balancer cannot be given");
    expect((struct given){"listener", "{}", "load_balancer=b", true, true},
           "{'load_balancer': 'b'}");
    expect_local("rule", "{'priority': 10}", "priority=20", "{'priority': 20}");
    expect((struct given){"rule", "{'priority': 10}", "priority=20", true, true},
           "priority cannot be given");
}

static void
lets_nobody_from_elsewhere_name_files(void **state)
{
    static const char *const files[][2] = {
        {"listener", "unix=/a"},
        {"target-group", "attributes.target_tls.ca=/a"},
        {"target-group", "attributes={\"target_tls\":{\"ca\":\"/a\"}}"},
        {"target-group", "attributes={\"target_tls.ca\":\"/a\"}"},
        {"listener", "certificates={\"certificate\":\"/a\"}"},
        {"listener", "certificates=[\"/a\"]"},
        {"listener", "certificate_list=[7]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        expect((struct given){files[i][0], "{}", files[i][1], false, false},
               ": names a file of the machine");
    expect_local("listener", "{}", "unix=/a", "{'unix': '/a'}");
    expect((struct given){"listener", "{'unix': '/a'}", "port=80", false, false},
           "{'unix': '/a', 'port': 80}");
    expect((struct given){"listener", "{'unix': '/a'}", "unix=", false, false}, "{}");
    expect((struct given){"target-group", "{'attributes': {'target_tls.ca': '/a'}}",
                          "attributes={\"target_tls\":{\"ca\":\"/a\"}}", false, false},
           "{'attributes': {'target_tls': {'ca': '/a'}}}");
}

static void
takes_lists_of_texts_only(void **state)
{
    static const struct {
        const char *json;
        bool is_taken;
    } rows[] = {{"[]", true},           {"['a=b', 'c']", true}, {"[1]", false},
                {"['a', null]", false}, {"{}", false},          {"'a=b'", false}};

    (void)state;
    assert_true(object_settings_are_texts(NULL));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *list = read_json(rows[i].json);
        assert_int_equal(object_settings_are_texts(list), rows[i].is_taken);
        json_decref(list);
    }
    json_t *many = json_array();
    for (size_t i = 0; i <= OBJECT_SETTINGS_MOST; i++)
        json_array_append_new(many, json_string("a=b"));
    assert_false(object_settings_are_texts(many));
    json_decref(many);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_values_as_their_rows_want_them),
        cmocka_unit_test(drops_what_has_no_value),
        cmocka_unit_test(names_the_setting_that_is_wrong),
        cmocka_unit_test(keeps_what_an_object_is_known_by),
        cmocka_unit_test(lets_nobody_from_elsewhere_name_files),
        cmocka_unit_test(takes_lists_of_texts_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
