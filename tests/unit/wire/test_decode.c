/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "wire/decode.h"

/* What a form becomes as the operation's input, or "" and the error, as compact JSON; free()
 * it.
 */
static char *
decoded(enum wire_operation_id id, const char *text, char **error)
{
    struct form form;
    const char *fault;
    json_t *input;
    char *dumped;

    assert_true(form_read(&form, slice_of(text), DECODE_PAIRS_MAX, &fault));
    input = decode_form(&form, &wire_operations[id], error);
    form_clear(&form);
    dumped =
        input == NULL ? memory_copy_text("") : json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(input);
    return dumped;
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
    assert_int_equal(wire_operation_find(elbv2, "DescribeRules"),
                     OPERATION_ELBV2_DescribeRules);
    assert_int_equal(wire_operation_find(elbv2, "DescribeVpcs"), OPERATION_COUNT);
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
        cmocka_unit_test(finds_services_and_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
