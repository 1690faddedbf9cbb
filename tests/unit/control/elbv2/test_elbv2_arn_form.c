/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>

#include "control/elbv2/elbv2_arn_form.h"

#define START "arn:aws:elasticloadbalancing:us-east-1:000000000000:"

/* The words of the refusal, or "". */
static void
expect(enum elbv2_arn_kind kind, const char *arn, const char *wanted)
{
    struct aws_call call = {.input = NULL};

    assert_int_equal(elbv2_arn_check(&call, kind, arn), *wanted == '\0');
    assert_string_equal(call.error_message == NULL ? "" : call.error_message, wanted);
    if (*wanted != '\0')
        assert_string_equal(call.error_code, "ValidationError");
    free(call.error_message);
}

static void
takes_what_may_be(void **state)
{
    (void)state;
    expect(ELBV2_ARN_BALANCER, START "loadbalancer/app/a/0123456789abcdef", "");
    expect(ELBV2_ARN_BALANCER,
           "arn:aws:elasticloadbalancing:eu-west-1:123456789012:"
           "loadbalancer/net/a/0123456789abcdef",
           "");
    expect(ELBV2_ARN_GROUP, START "targetgroup/a/0123456789abcdef", "");
    expect(ELBV2_ARN_LISTENER, START "listener/app/a/1/2", "");
    expect(ELBV2_ARN_RULE, START "listener-rule/app/a/1/2/3", "");
}

static void
refuses_what_is_none(void **state)
{
    (void)state;
    expect(ELBV2_ARN_BALANCER, "nonsense", "'nonsense' is not a valid load balancer ARN");
    expect(ELBV2_ARN_BALANCER, "loadbalancer/app/a/1",
           "'loadbalancer/app/a/1' is not a valid load balancer ARN");
    expect(ELBV2_ARN_BALANCER, START "loadbalancer/classic",
           "'" START "loadbalancer/classic' is not a valid load balancer ARN");
    expect(ELBV2_ARN_GROUP, START "loadbalancer/app/a/1",
           "'" START "loadbalancer/app/a/1' is not a valid target group ARN");
    expect(ELBV2_ARN_GROUP, START "targetgroup/a/",
           "'" START "targetgroup/a/' is not a valid target group ARN");
    expect(ELBV2_ARN_GROUP, "arn:aws:elasticloadbalancing:targetgroup/a/1",
           "'arn:aws:elasticloadbalancing:targetgroup/a/1' is not a valid target group ARN");
    expect(ELBV2_ARN_LISTENER, START "listener/app/a/1/2/3",
           "'" START "listener/app/a/1/2/3' is not a valid listener ARN");
    expect(ELBV2_ARN_RULE, START "listener/app/a/1/2",
           "'" START "listener/app/a/1/2' is not a valid listener rule ARN");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_may_be),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
