/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include "control/elbv2/elbv2_effective.h"

/* Whether two texts of JSON, with ' for ", come to the same. */
static bool
is_same(enum setting_scope scope, const char *one, const char *other)
{
    char text[2][512];
    json_t *objects[2];

    snprintf(text[0], sizeof(text[0]), "%s", one);
    snprintf(text[1], sizeof(text[1]), "%s", other);
    for (unsigned i = 0; i < 2; i++) {
        for (char *at = text[i]; *at != '\0'; at++)
            *at = *at == '\'' ? '"' : *at;
        objects[i] = json_loads(text[i], 0, NULL);
        assert_non_null(objects[i]);
    }
    bool is_it = elbv2_effective_is_same(scope, objects[0], objects[1]);
    json_decref(objects[0]);
    json_decref(objects[1]);
    return is_it;
}

static bool
groups_are_same(const char *one, const char *other)
{
    return is_same(SCOPE_TARGET_GROUP, one, other);
}

/* Two default actions of listeners. */
static bool
actions_are_same(const char *one, const char *other)
{
    char first[400], second[400];

    snprintf(first, sizeof(first), "{'default_actions': [%s]}", one);
    snprintf(second, sizeof(second), "{'default_actions': [%s]}", other);
    return is_same(SCOPE_LISTENER, first, second);
}

static void
completes_defaults(void **state)
{
    (void)state;
    assert_true(groups_are_same("{'name': 'a'}",
                                "{'name': 'a', 'protocol': 'HTTP', 'port': 80, 'target_type': "
                                "'instance', 'health_check': {'path': '/', 'matcher': '200', "
                                "'interval_seconds': 30, 'port': 'traffic-port'}}"));
    assert_true(
        groups_are_same("{'health_check': {'port': '81'}}", "{'health_check': {'port': 81}}"));
    assert_false(groups_are_same("{'name': 'a'}", "{'name': 'b'}"));
    assert_false(groups_are_same("{}", "{'health_check': {'path': '/x'}}"));
    assert_false(groups_are_same("{}", "{'port': 81}"));
}

static void
completes_by_other_settings(void **state)
{
    (void)state;
    assert_true(groups_are_same("{'protocol_version': 'GRPC'}",
                                "{'protocol_version': 'GRPC', 'health_check': {'path': "
                                "'/AWS.ALB/healthcheck', 'matcher': '12'}}"));
    assert_false(
        groups_are_same("{'protocol_version': 'GRPC'}",
                        "{'protocol_version': 'GRPC', 'health_check': {'path': '/'}}"));
}

static void
takes_one_group_in_both_forms(void **state)
{
    const char *single = "{'type': 'forward', 'target_group': 'a'}";

    (void)state;
    assert_true(actions_are_same(single,
                                 "{'type': 'forward', 'forward_config': "
                                 "{'target_groups': [{'target_group': 'a', 'weight': 1}]}}"));
    assert_true(actions_are_same(single,
                                 "{'type': 'forward', 'forward_config': {'target_groups': "
                                 "[{'target_group': 'a'}], "
                                 "'target_group_stickiness_config': {'enabled': false}}}"));
    assert_false(actions_are_same(single,
                                  "{'type': 'forward', 'forward_config': "
                                  "{'target_groups': [{'target_group': 'a', 'weight': 2}]}}"));
    assert_false(actions_are_same(single, "{'type': 'forward', 'target_group': 'b'}"));
    assert_false(actions_are_same(
        single, "{'type': 'forward', 'forward_config': {'target_groups': [{'target_group': "
                "'a'}], 'target_group_stickiness_config': {'enabled': true, "
                "'duration_seconds': 5}}}"));
}

static void
completes_redirects(void **state)
{
    (void)state;
    assert_true(
        actions_are_same("{'type': 'redirect', 'redirect_config': {'status_code': "
                         "'HTTP_301', 'host': 'a'}}",
                         "{'type': 'redirect', 'redirect_config': {'status_code': "
                         "'HTTP_301', 'host': 'a', 'path': '/#{path}', 'port': "
                         "'#{port}', 'protocol': '#{protocol}', 'query': '#{query}'}}"));
    assert_false(actions_are_same("{'type': 'redirect', 'redirect_config': {'status_code': "
                                  "'HTTP_301', 'host': 'a'}}",
                                  "{'type': 'redirect', 'redirect_config': {'status_code': "
                                  "'HTTP_302', 'host': 'a'}}"));
}

static void
knows_what_is_no_object(void **state)
{
    json_t *object = json_object();

    (void)state;
    assert_false(elbv2_effective_is_same(SCOPE_LISTENER, NULL, object));
    assert_false(elbv2_effective_is_same(SCOPE_LISTENER, object, NULL));
    json_decref(object);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_defaults),
        cmocka_unit_test(completes_by_other_settings),
        cmocka_unit_test(takes_one_group_in_both_forms),
        cmocka_unit_test(completes_redirects),
        cmocka_unit_test(knows_what_is_no_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
