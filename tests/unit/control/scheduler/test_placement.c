/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where tasks go: rows of strategies and constraints, and the instances that so many tasks of
 * one service get, one after the other; what keeps one from having a place; what is no rule.
 */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "control/scheduler/placement.h"

#define INSTANCES 4

/* a1 and a2 in zone a, b1 in zone b, x (large, without a zone). */
static void
make(struct placement_instance *instances)
{
    static const struct {
        const char *id, *zone, *rack;
        uint32_t cpu, memory;
    } rows[INSTANCES] = {{"a1", "a", "r1", 1000, 1000},
                         {"a2", "a", "r2", 1000, 800},
                         {"b1", "b", "r1", 500, 1000},
                         {"x", NULL, "r3", 4000, 4000}};

    for (size_t i = 0; i < INSTANCES; i++) {
        json_t *attributes = json_pack("{s:s}", "rack", rows[i].rack);
        if (rows[i].zone != NULL)
            json_object_set_new(attributes, "ecs.availability-zone", json_string(rows[i].zone));
        instances[i] = (struct placement_instance){.id = rows[i].id,
                                                   .zone = rows[i].zone,
                                                   .attributes = attributes,
                                                   .is_active = true,
                                                   .is_connected = true,
                                                   .cpu_left = rows[i].cpu,
                                                   .memory_left = rows[i].memory};
    }
}

static void
clear(struct placement_instance *instances)
{
    for (size_t i = 0; i < INSTANCES; i++) {
        json_decref((json_t *)instances[i].attributes);
        placement_instance_clear(&instances[i]);
    }
}

static json_t *
read_json(const char *text)
{
    json_t *json = text == NULL ? NULL : json_loads(text, 0, NULL);

    assert_true(text == NULL || json != NULL);
    return json;
}

static struct placement_rules *
read_rules(const char *constraints, const char *strategies, char **error)
{
    json_t *first = read_json(constraints), *second = read_json(strategies);
    struct placement_rules *rules = placement_rules_read(first, second, error);

    json_decref(first);
    json_decref(second);
    return rules;
}

#define MEMBER_OF(text) "[{\"type\": \"memberOf\", \"expression\": \"" text "\"}]"
#define STRATEGY(type, field) "[{\"type\": \"" type "\", \"field\": \"" field "\"}]"

static const struct {
    const char *constraints, *strategies;
    uint32_t cpu, memory;
    const char *expected; /* "-": no place */
} rows[] = {
    /* the zone with the fewest, then the instance; one without a zone is a zone of its own */
    {NULL, NULL, 100, 100, "a1 b1 x a2 b1 x"},
    {"[]", "[]", 100, 100, "a1 b1 x a2"},
    {NULL, STRATEGY("spread", "attribute:ecs.availability-zone"), 100, 100, "a1 b1 x a2"},
    {NULL, STRATEGY("spread", "instanceId"), 100, 100, "a1 a2 b1 x a1"},
    {NULL, STRATEGY("spread", "host"), 100, 100, "a1 a2 b1 x a1"},
    {NULL, STRATEGY("spread", "attribute:rack"), 100, 100, "a1 a2 x b1"},
    {NULL, STRATEGY("spread", "attribute:none"), 100, 100, "a1 a2 b1 x"},
    /* the least that still fits */
    {NULL, STRATEGY("binpack", "memory"), 1, 300, "a2 a2 a1 a1 a1 b1"},
    {NULL, STRATEGY("binpack", "cpu"), 200, 1, "b1 b1 a1 a1 a1 a1 a1 a2"},
    {NULL, STRATEGY("binpack", "CPU"), 200, 1, "b1"},
    /* room */
    {NULL, NULL, 2000, 1, "x x -"},
    {NULL, NULL, 1, 4001, "-"},
    /* constraints */
    {"[{\"type\": \"distinctInstance\"}]", NULL, 1, 1, "a1 b1 x a2 -"},
    {MEMBER_OF("attribute:rack == r1"), NULL, 1, 1, "a1 b1 a1"},
    {MEMBER_OF("attribute:ecs.availability-zone !exists"), NULL, 1, 1, "x x"},
    {MEMBER_OF("ec2InstanceId == a2"), NULL, 1, 1, "a2 a2"},
    {MEMBER_OF("runningTasksCount < 1"), NULL, 1, 1, "a1 b1 x a2 -"},
    {MEMBER_OF("attribute:rack == r9"), NULL, 1, 1, "-"},
    /* beside one's own kind, and never beside it */
    {MEMBER_OF("task:group == service:db"), NULL, 1, 1, "a2 a2"},
    {MEMBER_OF("not (task:group == service:db)"), NULL, 1, 1, "a1 b1 x a1"},
    {MEMBER_OF("not (task:group == service:web)"), NULL, 1, 1, "a1 b1 x a2 -"},
};

static void
tasks_go_where_the_rules_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct placement_rules *rules =
            read_rules(rows[i].constraints, rows[i].strategies, NULL);
        const struct placement_needs needs = {
            .cpu = rows[i].cpu, .memory_mib = rows[i].memory, .group = "service:web"};
        struct placement_instance instances[INSTANCES];
        char got[256] = "";
        size_t length = 0;

        assert_non_null(rules);
        make(instances);
        for (size_t j = 0; j < INSTANCES; j++)
            instances[j].has_groups = true;
        placement_note_group(&instances[1], "service:db");
        while (length < strlen(rows[i].expected)) {
            uint32_t index = placement_take(rules, &needs, instances, INSTANCES, NULL);
            length += (size_t)snprintf(got + length, sizeof(got) - length, "%s%s",
                                       length == 0 ? "" : " ",
                                       index == PLACEMENT_NOWHERE ? "-" : instances[index].id);
        }
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row %zu (%s %s): %s, not %s", i,
                     rows[i].constraints == NULL ? "" : rows[i].constraints,
                     rows[i].strategies == NULL ? "" : rows[i].strategies, got,
                     rows[i].expected);
        clear(instances);
        placement_rules_free(&rules);
    }
}

/* What is told is the obstacle that comes last: the instance that came closest has it. */
static void
says_what_is_missing_where_it_came_closest(void **state)
{
    const uint16_t port = 8080;
    const struct placement_needs needs = {
        .cpu = 600, .memory_mib = 900, .host_ports = &port, .host_port_count = 1};
    struct placement_rules *rules = read_rules(MEMBER_OF("attribute:rack != r3"), NULL, NULL);
    struct placement_instance instances[INSTANCES];
    struct placement_failure failure;

    (void)state;
    make(instances);
    assert_int_equal(placement_take(rules, &needs, instances, 0, &failure), PLACEMENT_NOWHERE);
    assert_int_equal(failure.obstacle, PLACEMENT_NO_INSTANCES);
    assert_int_equal(failure.instance, PLACEMENT_NOWHERE);
    assert_int_equal(placement_take(rules, &needs, instances, INSTANCES, &failure), 0);
    /* a1: the port; a2: memory; b1: CPU; x: the constraint. */
    assert_int_equal(placement_judge(rules, &needs, &instances[0]), PLACEMENT_PORT);
    assert_int_equal(placement_judge(rules, &needs, &instances[1]), PLACEMENT_MEMORY);
    assert_int_equal(placement_judge(rules, &needs, &instances[2]), PLACEMENT_CPU);
    assert_int_equal(placement_judge(rules, &needs, &instances[3]), PLACEMENT_CONSTRAINT);
    assert_int_equal(placement_take(rules, &needs, instances, INSTANCES, &failure),
                     PLACEMENT_NOWHERE);
    assert_int_equal(failure.obstacle, PLACEMENT_CPU);
    assert_int_equal(failure.instance, 2);
    instances[2].is_connected = false;
    assert_int_equal(placement_judge(rules, &needs, &instances[2]), PLACEMENT_AGENT);
    instances[2].is_active = false;
    assert_int_equal(placement_judge(rules, &needs, &instances[2]), PLACEMENT_NOT_ACTIVE);
    clear(instances);
    placement_rules_free(&rules);
}

static void
a_definitions_constraints_hold_beside_the_services(void **state)
{
    struct placement_rules *rules = read_rules(MEMBER_OF("attribute:rack == r1"), NULL, NULL);
    json_t *own = read_json(MEMBER_OF("attribute:ecs.availability-zone == b"));
    const struct placement_needs needs = {.cpu = 1};
    struct placement_instance instances[INSTANCES];
    char *error = NULL;

    (void)state;
    make(instances);
    assert_true(placement_rules_add(rules, own, &error));
    assert_false(placement_rules_ask_for_groups(rules));
    assert_int_equal(placement_take(rules, &needs, instances, INSTANCES, NULL), 2);
    assert_true(placement_rules_add(rules, NULL, NULL));
    json_decref(own);
    own = read_json(MEMBER_OF("task:group exists"));
    assert_true(placement_rules_add(rules, own, NULL));
    assert_true(placement_rules_ask_for_groups(rules));
    json_decref(own);
    clear(instances);
    placement_rules_free(&rules);
}

static void
what_is_no_rule_is_refused(void **state)
{
    static const struct {
        const char *constraints, *strategies, *word;
    } bad[] = {
        {"[{}]", NULL, "distinctInstance, memberOf"},
        {"[{\"type\": \"memberof\", \"expression\": \"a\"}]", NULL, "'memberof'"},
        {"[{\"type\": \"memberOf\"}]", NULL, ""},
        {MEMBER_OF("attribute:"), NULL, "subject"},
        {NULL, "[{}]", "random, spread, binpack"},
        {NULL, STRATEGY("spread", ""), "instanceId, host, attribute:NAME"},
        {NULL, STRATEGY("spread", "attribute:"), "attribute:NAME"},
        {NULL, STRATEGY("binpack", "disk"), "cpu, memory"},
        {NULL, STRATEGY("pack", "cpu"), "'pack'"},
        {NULL,
         "[{\"type\":\"random\"},{\"type\":\"random\"},{\"type\":\"random\"},"
         "{\"type\":\"random\"},{\"type\":\"random\"},{\"type\":\"random\"}]",
         "5"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char *error = NULL;
        assert_null(read_rules(bad[i].constraints, bad[i].strategies, &error));
        assert_non_null(error);
        if (strstr(error, bad[i].word) == NULL)
            fail_msg("row %zu: %s", i, error);
        free(error);
    }
    json_t *eleven = json_array();
    for (int i = 0; i < 11; i++)
        json_array_append_new(eleven, json_pack("{s:s}", "type", "distinctInstance"));
    assert_null(placement_rules_read(eleven, NULL, NULL));
    json_decref(eleven);
}

static void
random_places_use_all_of_them(void **state)
{
    struct placement_rules *rules = read_rules(NULL, "[{\"type\": \"random\"}]", NULL);
    const struct placement_needs needs = {.cpu = 1, .memory_mib = 1};
    struct placement_instance instances[INSTANCES];

    (void)state;
    make(instances);
    for (int i = 0; i < 100; i++)
        assert_int_not_equal(placement_take(rules, &needs, instances, INSTANCES, NULL),
                             PLACEMENT_NOWHERE);
    for (size_t i = 0; i < INSTANCES; i++)
        assert_true(instances[i].own > 0);
    clear(instances);
    placement_rules_free(&rules);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_go_where_the_rules_say),
        cmocka_unit_test(says_what_is_missing_where_it_came_closest),
        cmocka_unit_test(a_definitions_constraints_hold_beside_the_services),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(random_places_use_all_of_them),
    };

    return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
