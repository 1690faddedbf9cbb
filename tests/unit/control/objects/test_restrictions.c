/* SPDX-License-Identifier: Apache-2.0 */
/* What the documents of security groups and load balancers come to. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/objects/objects.h"
#include "control/objects/restrictions.h"

static struct objects *objects;

static int
begin(void **state)
{
    (void)state;
    objects = objects_new();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    objects_free(&objects);
    return 0;
}

static json_t *
parse(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, 0, &error);

    if (json == NULL)
        fail_msg("%s", error.text);
    return json;
}

static json_t *
group_with(const char *permissions)
{
    return json_pack("{s:{}, s:o}", "settings", "ingress", parse(permissions));
}

/* Rules as "first-last source" with commas between them. */
static void
comes_to(const char *permissions, const char *expected)
{
    json_t *document = group_with(permissions);
    struct config_ingress *ingress = ingress_new(document);
    char text[512] = "";

    for (size_t i = 0; i < ingress->count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u-%u %s",
                 i == 0 ? "" : ", ", ingress->rules[i].first_port, ingress->rules[i].last_port,
                 ingress->rules[i].source);
    assert_string_equal(text, expected);
    ingress_free(&ingress);
    json_decref(document);
}

#define PERMISSION(protocol, first, last, lists)                                               \
    "{\"k\": {\"IpProtocol\": \"" protocol "\", \"FromPort\": " #first ", \"ToPort\": " #last  \
    ", " lists "}}"
#define ONE "\"IpRanges\": [{\"CidrIp\": \"10.0.0.0/8\"}]"

static void
rules_for_tcp_that_name_blocks_count(void **state)
{
    (void)state;
    comes_to("{}", "");
    comes_to(PERMISSION("tcp", 80, 90, ONE), "80-90 10.0.0.0/8");
    comes_to(PERMISSION("tcp", 0, 65535, ONE), "0-65535 10.0.0.0/8");
    comes_to(PERMISSION("tcp", -1, -1, ONE), "0-65535 10.0.0.0/8");
    comes_to("{\"-1\": {\"IpProtocol\": \"-1\", " ONE "}}", "0-65535 10.0.0.0/8");
    comes_to(PERMISSION("tcp", 80, 80,
                        "\"Ipv6Ranges\": [{\"CidrIpv6\": \"2001:db8::/32\"}], "
                        "\"IpRanges\": [{\"CidrIp\": \"10.0.0.0/8\"}, "
                        "{\"CidrIp\": \"192.0.2.1/32\", \"Description\": \"us\"}]"),
             "80-80 10.0.0.0/8, 80-80 192.0.2.1/32, 80-80 2001:db8::/32");
}

static void
nothing_else_lets_anybody_in(void **state)
{
    (void)state;
    comes_to(PERMISSION("udp", 80, 80, ONE), "");
    comes_to(PERMISSION("icmp", -1, -1, ONE), "");
    comes_to(PERMISSION("50", 80, 80, ONE), "");
    comes_to(PERMISSION("tcp", 90, 80, ONE), "");
    comes_to(PERMISSION("tcp", -1, 80, ONE), "");
    comes_to(PERMISSION("tcp", 80, 65536, ONE), "");
    comes_to(PERMISSION("tcp", 80, 80, "\"UserIdGroupPairs\": [{\"GroupId\": \"sg-1\"}]"), "");
    comes_to(PERMISSION("tcp", 80, 80, "\"PrefixListIds\": [{\"PrefixListId\": \"pl-1\"}]"),
             "");
    comes_to(PERMISSION("tcp", 80, 80, "\"IpRanges\": [{\"CidrIp\": \"everybody\"}]"), "");
}

/* Else one block would be two. */
static void
bits_behind_the_prefix_mean_nothing(void **state)
{
    static const struct {
        const char *written, *network;
    } cases[] = {{"10.1.2.3/8", "10.0.0.0"},
                 {"10.1.2.3/32", "10.1.2.3"},
                 {"10.1.255.3/17", "10.1.128.0"},
                 {"10.1.2.3/0", "0.0.0.0"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *document = json_pack("{s:{s:{s:s, s:[{s:s}]}}}", "ingress", "-1", "IpProtocol",
                                     "-1", "IpRanges", "CidrIp", cases[i].written);
        struct config_ingress *ingress = ingress_new(document);
        struct address network;
        assert_true(address_parse(&network, cases[i].network, 0));
        assert_int_equal(ingress->count, 1);
        assert_true(address_equal(&ingress->rules[0].block.network, &network));
        ingress_free(&ingress);
        json_decref(document);
    }
}

static json_t *
balancer(const char *name, const char *groups)
{
    return json_pack("{s:{s:s}, s:o}", "settings", "name", name, "security_groups",
                     parse(groups));
}

static const struct config_restrictions *
restrictions_of(struct object_edit *edit)
{
    return &object_edit_additions(edit)->restrictions;
}

static void
only_load_balancers_with_groups_of_their_own_are_restricted(void **state)
{
    struct object_edit *edit = object_edit_begin(objects);

    (void)state;
    object_edit_create(edit, OBJECT_SECURITY_GROUP, "sg-1", "anna",
                       group_with(PERMISSION("tcp", 80, 80, ONE)));
    object_edit_create(edit, OBJECT_SECURITY_GROUP, "sg-2", "anna", group_with("{}"));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/z/1", "anna",
                       balancer("z", "[\"sg-2\", \"sg-default\", \"sg-1\"]"));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/b/2", "anna",
                       balancer("b", "[\"sg-default\"]"));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/a/3", "anna",
                       balancer("a", "[\"sg-1\"]"));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/c/4", "anna",
                       balancer("c", "[]"));
    const struct config_restrictions *found = restrictions_of(edit);
    assert_int_equal(found->count, 2);
    assert_string_equal(found->all[0].load_balancer, "a");
    assert_string_equal(found->all[1].load_balancer, "z");
    assert_int_equal(found->all[1].group_count, 2);
    assert_int_equal(found->all[1].groups[0]->count, 0);
    assert_int_equal(found->all[1].groups[1]->count, 1);
    for (size_t i = 0; i < 2; i++)
        assert_non_null(strstr(object_edit_additions(edit)->all[found->all[i].addition].place,
                               i == 0 ? "/a/3" : "/z/1"));
    object_edit_free(&edit);
}

static void
put(struct object_edit **edit)
{
    object_edit_commit(*edit);
    object_edit_free(edit);
}

/* Of a group what it lets in, of a load balancer its groups; nothing else. */
static void
only_what_restricts_concerns_the_configuration(void **state)
{
    static const struct {
        const char *id, *member, *value;
        bool is_concerned;
    } cases[] = {
        {"sg-1", "description", "\"other\"", false},
        {"sg-1", "egress", "{\"-1\": {}}", false},
        {"sg-1", "ingress", "{}", true},
        {"sg-1", "ingress", PERMISSION("tcp", 80, 80, ONE), false},
        {"loadbalancer/app/a/1", "security_groups", "[\"sg-1\"]", false},
        {"loadbalancer/app/a/1", "security_groups", "[\"sg-default\"]", true},
        {"loadbalancer/app/a/1", "subnets", "{\"s\": true}", false},
    };
    struct object_edit *edit = object_edit_begin(objects);

    (void)state;
    object_edit_create(edit, OBJECT_SECURITY_GROUP, "sg-1", "anna",
                       group_with(PERMISSION("tcp", 80, 80, ONE)));
    assert_false(object_edit_concerns_settings(edit));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/a/1", "anna",
                       balancer("a", "[\"sg-1\"]"));
    put(&edit);
    assert_int_equal(objects_additions(objects)->restrictions.count, 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        edit = object_edit_begin(objects);
        json_t *document = json_deep_copy(objects_find(objects, cases[i].id)->document);
        json_object_set_new(document, cases[i].member,
                            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        object_edit_change(edit, cases[i].id, document);
        assert_int_equal(object_edit_concerns_settings(edit), cases[i].is_concerned);
        object_edit_free(&edit);
    }
}

static void
an_edit_changes_nothing_until_it_is_in_force(void **state)
{
    struct object_edit *edit = object_edit_begin(objects);

    (void)state;
    object_edit_create(edit, OBJECT_SECURITY_GROUP, "sg-1", "anna",
                       group_with(PERMISSION("tcp", 80, 80, ONE)));
    object_edit_create(edit, OBJECT_LOAD_BALANCER, "loadbalancer/app/a/1", "anna",
                       balancer("a", "[\"sg-1\"]"));
    put(&edit);
    edit = object_edit_begin(objects);
    object_edit_change(edit, "sg-1", group_with("{}"));
    assert_int_equal(restrictions_of(edit)->all[0].groups[0]->count, 0);
    assert_int_equal(objects_additions(objects)->restrictions.all[0].groups[0]->count, 1);
    object_edit_change(edit, "sg-1", group_with(PERMISSION("tcp", 1, 9, ONE)));
    assert_int_equal(restrictions_of(edit)->all[0].groups[0]->rules[0].last_port, 9);
    put(&edit);
    assert_int_equal(
        objects_additions(objects)->restrictions.all[0].groups[0]->rules[0].last_port, 9);
    edit = object_edit_begin(objects);
    object_edit_delete(edit, "loadbalancer/app/a/1");
    object_edit_delete(edit, "sg-1");
    assert_int_equal(restrictions_of(edit)->count, 0);
    put(&edit);
    assert_int_equal(objects_additions(objects)->restrictions.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_for_tcp_that_name_blocks_count),
        cmocka_unit_test(nothing_else_lets_anybody_in),
        cmocka_unit_test(bits_behind_the_prefix_mean_nothing),
        TEST(only_load_balancers_with_groups_of_their_own_are_restricted),
        TEST(only_what_restricts_concerns_the_configuration),
        TEST(an_edit_changes_nothing_until_it_is_in_force),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
