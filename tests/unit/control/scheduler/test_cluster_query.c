/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of memberOf, and what they hold for. */
#include "../../unit.h"

#include <stdlib.h>
#include <string.h>

#include "control/scheduler/cluster_query.h"

static const struct {
    const char *query;
    bool holds;
} rows[] = {
    {"attribute:ecs.os-type == linux", true},
    {"attribute:ecs.os-type equals windows", false},
    {"attribute:ecs.os-type != windows", true},
    {"attribute:none != windows", true},
    {"attribute:none == windows", false},
    {"attribute:rack == 'r 1'", true},
    {"attribute:rack == \"r 1\"", true},
    {"attribute:rack exists", true},
    {"attribute:none exists", false},
    {"attribute:none !exists", true},
    {"attribute:none not_exists", true},
    {"attribute:zone in [a, b]", true},
    {"attribute:zone in [b,c]", false},
    {"attribute:zone !in [b,c]", true},
    {"attribute:zone not_in [a]", false},
    {"attribute:type =~ t2.*", true},
    {"attribute:type =~ ^t3", false},
    {"attribute:type !~ ^t3", true},
    {"attribute:type matches t2\\..*", true},
    {"attribute:cores > 9", true},
    {"attribute:cores >= 16", true},
    {"attribute:cores less_than 9", false},
    {"attribute:cores <= 15", false},
    {"runningTasksCount > 3", true},
    {"runningTasksCount greater_than_equal 5", false},
    {"agentConnected == true", true},
    {"ec2InstanceId == i-1", true},
    {"task:group == service:web", true},
    {"task:group == service:app", false},
    {"task:group != service:app", true},
    {"task:group != service:web", false},
    {"attribute:zone == a and attribute:rack exists", true},
    {"attribute:zone == b or attribute:rack exists", true},
    {"attribute:zone == b || attribute:zone == a && attribute:none exists", false},
    {"(attribute:zone == b or attribute:zone == a) && attribute:rack exists", true},
    {"not attribute:zone == b", true},
    {"!(attribute:zone == a)", false},
};

static struct cluster_query_subject
subject_of(json_t *attributes)
{
    static const char *const groups[] = {"service:web", "family:batch"};

    return (struct cluster_query_subject){.attributes = attributes,
                                          .instance_id = "i-1",
                                          .groups = groups,
                                          .group_count = 2,
                                          .running_tasks = 4,
                                          .is_connected = true};
}

static void
holds_row_by_row(void **state)
{
    (void)state;
    json_t *attributes = json_pack("{s:s, s:s, s:s, s:s, s:s}", "ecs.os-type", "linux", "rack",
                                   "r 1", "zone", "a", "type", "t2.micro", "cores", "16");
    const struct cluster_query_subject subject = subject_of(attributes);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char *error = NULL;
        struct cluster_query *query = cluster_query_read(rows[i].query, &error);
        if (query == NULL)
            fail_msg("%s: %s", rows[i].query, error);
        if (cluster_query_holds(query, &subject) != rows[i].holds)
            fail_msg("%s: not as it should be", rows[i].query);
        cluster_query_free(&query);
    }
    json_decref(attributes);
}

static void
says_where_it_is_wrong(void **state)
{
    (void)state;

    static const struct {
        const char *query, *words;
    } faults[] = {
        {"", "character 1: a subject"},
        {"zone == a", "character 1: a subject"},
        {"attribute: == a", "a subject"},
        {"attribute:zone", "an operator"},
        {"attribute:zone ~ a", "an operator"},
        {"attribute:zone ==", "a value is missing"},
        {"attribute:zone == 'a", "quotation mark"},
        {"attribute:zone in a", "a list in brackets"},
        {"attribute:zone in [a", "the list is not closed"},
        {"attribute:zone =~ \"(\"", "no regular expression"},
        {"(attribute:zone == a", "a parenthesis"},
        {"attribute:zone == a b", "this is too much"},
        {"attribute:zone == a and", "a subject"},
        {"((((((((((((((((((((((attribute:zone == a", "nested too deeply"},
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        char *error = NULL;
        struct cluster_query *query = cluster_query_read(faults[i].query, &error);
        assert_null(query);
        if (strstr(error, faults[i].words) == NULL)
            fail_msg("%s: %s", faults[i].query, error);
        free(error);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_row_by_row),
        cmocka_unit_test(says_where_it_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
