/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/decode.h"
#include "wire/wire_json.h"

/* The words may come from either reader. */
static char *
dump(json_t *input)
{
    char *text =
        input == NULL ? memory_copy_text("") : json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);

    json_decref(input);
    return text;
}

/* What a form becomes as the operation's input, or "" and the error, as compact JSON; free()
 * it.
 */
static char *
decoded(enum wire_operation_id id, const char *text, char **error)
{
    struct form form;
    const char *fault;
    json_t *input;

    assert_true(form_read(&form, slice_of(text), DECODE_PAIRS_MAX, &fault));
    input = decode_form(&form, &wire_operations[id], error);
    form_clear(&form);
    return dump(input);
}

static void
expect(enum wire_operation_id id, const char *text, const char *json)
{
    char *error = NULL;
    char *got = decoded(id, text, &error);

    assert_string_equal(got, json);
    assert_null(error);
    free(got);
}

static void
expect_refused(enum wire_operation_id id, const char *text, const char *part)
{
    char *error = NULL;
    char *got = decoded(id, text, &error);

    assert_string_equal(got, "");
    assert_non_null(error);
    assert_non_null(strstr(error, part));
    free(got);
    free(error);
}

static void
reads_lists_and_structures(void **state)
{
    (void)state;
    expect(
        OPERATION_ELBV2_DescribeTargetHealth,
        "TargetGroupArn=a&Targets.member.2.Id=y&Targets.member.1.Id=x"
        "&Targets.member.1.Port=80&Unknown.member.1=z",
        "{\"TargetGroupArn\":\"a\",\"Targets\":[{\"Id\":\"x\",\"Port\":80},{\"Id\":\"y\"}]}");
}

static void
sorts_elements_by_number(void **state)
{
    (void)state;
    expect(OPERATION_ELBV2_DescribeLoadBalancers,
           "Names.member.10=c&Names.member.2=b&Names.member.1=a",
           "{\"Names\":[\"a\",\"b\",\"c\"]}");
}

static void
takes_an_empty_value_for_none(void **state)
{
    (void)state;
    expect(OPERATION_ELBV2_DescribeLoadBalancers, "Names=&Marker=&PageSize=", "{\"Names\":[]}");
}

static void
reads_lists_of_ec2(void **state)
{
    (void)state;
    expect(OPERATION_EC2_DescribeVpcs,
           "VpcId.1=vpc-1&Filter.1.Name=state&Filter.1.Value.1=available",
           "{\"Filters\":[{\"Name\":\"state\",\"Values\":[\"available\"]}],"
           "\"VpcIds\":[\"vpc-1\"]}");
}

static void
refuses_what_is_out_of_bounds(void **state)
{
    const enum wire_operation_id balancers = OPERATION_ELBV2_DescribeLoadBalancers;

    (void)state;
    expect(balancers, "PageSize=1", "{\"PageSize\":1}");
    expect(balancers, "PageSize=400", "{\"PageSize\":400}");
    expect_refused(balancers, "PageSize=0",
                   "'0' at 'PageSize' failed to satisfy constraint: Member must have value "
                   "greater than or equal to 1");
    expect_refused(balancers, "PageSize=401", "less than or equal to 400");
    expect_refused(balancers, "PageSize=many", "whole number");
    expect_refused(balancers, "PageSize=99999999999999999999", "whole number");
    expect_refused(OPERATION_ELBV2_DescribeTargetHealth,
                   "TargetGroupArn=", "Value null at 'TargetGroupArn'");
    expect_refused(OPERATION_ELBV2_DescribeTargetHealth, "TargetGroupArn=a&Include.member.1=No",
                   "enum value set: [AnomalyDetection|All]");
}

static void
refuses_what_has_another_form(void **state)
{
    const enum wire_operation_id balancers = OPERATION_ELBV2_DescribeLoadBalancers;

    (void)state;
    expect_refused(balancers, "Names.member.0=a", "numbered from 1 to 1000");
    expect_refused(balancers, "Names.member.1001=a", "numbered from 1 to 1000");
    expect_refused(balancers, "Names.member.x=a", "numbered from 1 to 1000");
    expect_refused(balancers, "Names.member.1.b=a", "wrong form");
    expect_refused(balancers, "PageSize.a=1", "wrong form");
    expect_refused(balancers, "Names=a&Names.member.1=b", "both with and without parts");
    expect_refused(balancers, "Marker=a&Marker=b", "twice");
    expect_refused(balancers, "a.b.c.d.e.f.g.h.i.j=1", "too deeply");
    expect_refused(balancers, "Marker=%FF", "UTF-8");
    expect_refused(balancers, "%FF=a", "UTF-8");
    expect_refused(balancers, "Names.%FF.1=a", "UTF-8");
    expect_refused(balancers, "Marker=%01", "control character");
}

/* The same of a JSON body. */
static void
expect_json(enum wire_operation_id id, const char *text, const char *wanted)
{
    char *error = NULL;
    const char *fault;
    json_t *body = wire_json_read(slice_of(text), &fault);

    assert_non_null(body);
    json_t *input = decode_json(body, &wire_operations[id], &error);
    json_decref(body);
    assert_int_equal(input == NULL, error != NULL);
    bool is_refused = input == NULL;
    char *got = dump(input);
    if (is_refused)
        assert_non_null(strstr(error, wanted));
    else
        assert_string_equal(got, wanted);
    free(got);
    free(error);
}

static void
reads_json_with_the_same_checks(void **state)
{
    const enum wire_operation_id balancers = OPERATION_ELBV2_DescribeLoadBalancers;
    const enum wire_operation_id health = OPERATION_ELBV2_DescribeTargetHealth;

    (void)state;
    expect_json(balancers, "", "{}");
    expect_json(balancers, "{\"Names\":[\"b\",\"a\"],\"PageSize\":400,\"Unknown\":[{}]}",
                "{\"Names\":[\"b\",\"a\"],\"PageSize\":400}");
    expect_json(balancers, "{\"Marker\":null,\"Names\":null}", "{}");
    expect_json(balancers, "{\"PageSize\":0}", "greater than or equal to 1");
    expect_json(balancers, "{\"PageSize\":401}", "less than or equal to 400");
    expect_json(
        balancers, "{\"PageSize\":1.0}",
        "at 'PageSize' failed to satisfy constraint: Member must be a whole number, not "
        "a fraction");
    expect_json(balancers, "{\"PageSize\":\"1\"}", "not a text");
    expect_json(balancers, "{\"Marker\":1}", "must be a text");
    expect_json(balancers, "{\"Marker\":\"\\u0001\"}", "control character");
    expect_json(balancers, "{\"Names\":{}}",
                "at 'Names' failed to satisfy constraint: Member "
                "must be a list, not an object");
    expect_json(balancers, "{\"Names\":[\"a\",null]}", "null at 'Names.2.member'");
    expect_json(health, "{\"TargetGroupArn\":\"a\",\"Targets\":[{\"Id\":\"x\",\"Port\":80}]}",
                "{\"TargetGroupArn\":\"a\",\"Targets\":[{\"Id\":\"x\",\"Port\":80}]}");
    expect_json(health, "{}", "Value null at 'TargetGroupArn'");
    expect_json(health, "{\"TargetGroupArn\":null}", "Value null at 'TargetGroupArn'");
    expect_json(health, "{\"TargetGroupArn\":\"a\",\"Targets\":[{\"Port\":80}]}",
                "Value null at 'Targets.1.member.Id'");
    expect_json(health, "{\"TargetGroupArn\":\"a\",\"Targets\":[1]}",
                "at 'Targets.1.member' failed to satisfy constraint: Member must be an object");
    expect_json(health, "{\"TargetGroupArn\":\"a\",\"Include\":[\"No\"]}",
                "enum value set: [AnomalyDetection|All]");
}

static void
finds_targets_of_json_services(void **state)
{
    struct slice name;
    const struct wire_service *ecs = wire_service_find_target(
        SLICE_LITERAL("AmazonEC2ContainerServiceV20141113.CreateService"), &name);

    (void)state;
    assert_non_null(ecs);
    assert_string_equal(ecs->name, "ecs");
    assert_int_equal(wire_operation_find(ecs, name), OPERATION_ECS_CreateService);
    assert_null(wire_service_find_target(SLICE_LITERAL("AmazonEC2ContainerService.X"), &name));
    assert_non_null(
        wire_service_find_target(SLICE_LITERAL("AmazonEC2ContainerServiceV20141113"), &name));
    assert_int_equal(wire_operation_find(ecs, name), OPERATION_COUNT);
    assert_null(wire_service_find_target(SLICE_LITERAL(""), &name));
    assert_null(wire_service_find("2014-11-13", SLICE_LITERAL("ecs")));
    assert_true(wire_service_is_signed_for(SLICE_LITERAL("ecs")));
}

static void
finds_services_and_operations(void **state)
{
    const struct wire_service *elbv2 =
        wire_service_find("2015-12-01", SLICE_LITERAL("elasticloadbalancing"));

    (void)state;
    assert_non_null(elbv2);
    assert_ptr_equal(wire_service_find("2015-12-01", SLICE_NONE), elbv2);
    assert_null(wire_service_find("2012-06-01", SLICE_LITERAL("elasticloadbalancing")));
    assert_null(wire_service_find("2015-12-01", SLICE_LITERAL("ec2")));
    assert_int_equal(wire_operation_find(elbv2, SLICE_LITERAL("DescribeRules")),
                     OPERATION_ELBV2_DescribeRules);
    assert_int_equal(wire_operation_find(elbv2, SLICE_LITERAL("DescribeVpcs")),
                     OPERATION_COUNT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists_and_structures),
        cmocka_unit_test(sorts_elements_by_number),
        cmocka_unit_test(takes_an_empty_value_for_none),
        cmocka_unit_test(reads_lists_of_ec2),
        cmocka_unit_test(refuses_what_is_out_of_bounds),
        cmocka_unit_test(refuses_what_has_another_form),
        cmocka_unit_test(reads_json_with_the_same_checks),
        cmocka_unit_test(finds_targets_of_json_services),
        cmocka_unit_test(finds_services_and_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
