/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/ec2/ec2_security_group_rules.h"

/* A group's document: tcp 80 from two blocks, everything to one. */
static json_t *
make_document(void)
{
    return json_pack("{s:{s:{s:s, s:i, s:i, s:[{s:s, s:s}, {s:s}]}}, s:{s:{s:s, s:[{s:s}]}}}",
                     "ingress", "tcp 80 80", "IpProtocol", "tcp", "FromPort", 80, "ToPort", 80,
                     "IpRanges", "CidrIp", "10.0.0.0/8", "Description", "us", "CidrIp",
                     "192.0.2.0/24", "egress", "-1", "IpProtocol", "-1", "UserIdGroupPairs",
                     "GroupId", "sg-b");
}

static const char *
text_of(const json_t *rules, size_t index, const char *member)
{
    return json_string_value(json_object_get(json_array_get(rules, index), member));
}

static void
tells_each_peer(void **state)
{
    json_t *document = make_document();
    json_t *rules = ec2_rules_of("sg-a", document, NULL);
    json_t *ingress = ec2_rules_of("sg-a", document, "ingress");

    (void)state;
    assert_int_equal(json_array_size(rules), 3);
    assert_int_equal(json_array_size(ingress), 2);
    assert_string_equal(text_of(rules, 0, "CidrIpv4"), "10.0.0.0/8");
    assert_string_equal(text_of(rules, 0, "Description"), "us");
    assert_null(text_of(rules, 1, "Description"));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(rules, 2), "FromPort")),
                     -1);
    assert_true(json_is_true(json_object_get(json_array_get(rules, 2), "IsEgress")));
    assert_non_null(json_object_get(json_array_get(rules, 2), "ReferencedGroupInfo"));
    json_decref(rules);
    json_decref(ingress);
    json_decref(document);
}

static void
has_an_id_for_each(void **state)
{
    json_t *document = make_document();
    json_t *rules = ec2_rules_of("sg-a", document, "ingress");
    json_t *again = ec2_rules_of("sg-a", document, "ingress");
    json_t *others = ec2_rules_of("sg-b", document, "ingress");

    (void)state;
    assert_int_equal(strlen(text_of(rules, 0, "SecurityGroupRuleId")), 21);
    assert_true(json_equal(rules, again));
    assert_string_not_equal(text_of(rules, 0, "SecurityGroupRuleId"),
                            text_of(rules, 1, "SecurityGroupRuleId"));
    assert_string_not_equal(text_of(rules, 0, "SecurityGroupRuleId"),
                            text_of(others, 0, "SecurityGroupRuleId"));
    json_decref(rules);
    json_decref(again);
    json_decref(others);
    json_decref(document);
}

static void
tells_what_is_new(void **state)
{
    json_t *document = make_document();
    json_t *before = ec2_rules_of("sg-a", document, "ingress");

    (void)state;
    json_array_remove(before, 0);
    json_t *added = ec2_rules_added(before, ec2_rules_of("sg-a", document, "ingress"));
    assert_int_equal(json_array_size(added), 1);
    assert_string_equal(text_of(added, 0, "CidrIpv4"), "10.0.0.0/8");
    json_decref(added);
    json_decref(document);
}

static void
finds_permissions_by_id(void **state)
{
    struct aws_call call = {.input = NULL};
    json_t *document = make_document();
    json_t *rules = ec2_rules_of("sg-a", document, "ingress");
    json_t *ids = json_pack("[s]", text_of(rules, 1, "SecurityGroupRuleId"));
    json_t *permissions = ec2_rules_to_permissions(&call, "sg-a", document, "ingress", ids);

    (void)state;
    assert_int_equal(json_array_size(permissions), 1);
    const json_t *ranges = json_object_get(json_array_get(permissions, 0), "IpRanges");
    assert_int_equal(json_array_size(ranges), 1);
    assert_string_equal(text_of(ranges, 0, "CidrIp"), "192.0.2.0/24");
    assert_null(ec2_rules_to_permissions(&call, "sg-a", document, "egress", ids));
    assert_string_equal(call.error_code, "InvalidSecurityGroupRuleId.NotFound");
    free(call.error_message);
    json_decref(permissions);
    json_decref(ids);
    json_decref(rules);
    json_decref(document);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_peer),
        cmocka_unit_test(has_an_id_for_each),
        cmocka_unit_test(tells_what_is_new),
        cmocka_unit_test(finds_permissions_by_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
