/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks and their JSON forms; the texts stand for what files and events hold. */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/task.h"

static const char own_text[] =
    "[{\"id\":\"c1\",\"started_at\":\"2026-03-04T10:15:31Z\",\"service\":\"srvweb\","
    "\"container_name\":\"dockerweb\",\"zone\":\"pub1\",\"host\":\"10.0.0.5\",\"bindings\":["
    "{\"container_port\":80,\"host_ip\":\"::\",\"host_port\":32768,\"protocol\":\"tcp\"},"
    "{\"container_port\":80,\"host_ip\":\"0.0.0.0\",\"host_port\":32769},"
    "{\"container_port\":53,\"host_port\":5353,\"protocol\":\"udp\"}],"
    "\"last_status\":\"RUNNING\",\"health_status\":\"HEALTHY\"},"
    "{\"id\":\"c2\",\"generation\":7,\"last_status\":\"running\","
    "\"desired_status\":\"STOPPED\"}]";

#define ECS_TASK                                                                               \
    "{\"taskArn\":\"arn:aws:ecs:eu-west-1:123456789012:task/shop/0a1b\","                      \
    "\"availabilityZone\":\"eu-west-1b\",\"group\":\"service:web\",\"version\":3,"             \
    "\"lastStatus\":\"RUNNING\",\"desiredStatus\":\"RUNNING\","                                \
    "\"createdAt\":\"2026-03-04T10:15:20.104Z\",\"startedAt\":\"2026-03-04T10:15:31.000Z\","   \
    "\"containers\":[{\"name\":\"web\",\"image\":\"shop/web:41\",\"lastStatus\":\"RUNNING\","  \
    "\"healthStatus\":\"UNKNOWN\",\"networkBindings\":["                                       \
    "{\"bindIP\":\"0.0.0.0\",\"containerPort\":80,\"hostPort\":32801,\"protocol\":\"tcp\"},"   \
    "{\"bindIP\":\"::\",\"containerPort\":80,\"hostPort\":32802,\"protocol\":\"tcp\"}]},"      \
    "{\"name\":\"log\",\"lastStatus\":\"PENDING\",\"networkBindings\":["                       \
    "{\"containerPort\":24224,\"protocol\":\"tcp\"}]}]}"

struct parsed {
    struct task **tasks;
    size_t count;
    char *error;
};

static struct parsed
parse(const char *text)
{
    struct parsed parsed;

    parsed.tasks = task_parse_json(text, strlen(text), "test", &parsed.count, &parsed.error);
    return parsed;
}

static void
give_back(struct parsed *parsed)
{
    for (size_t i = 0; i < parsed->count; i++)
        task_free(&parsed->tasks[i]);
    free(parsed->tasks);
    free(parsed->error);
}

static void
reads_our_own_form(void **state)
{
    struct parsed parsed = parse(own_text);

    (void)state;
    assert_null(parsed.error);
    assert_int_equal(parsed.count, 2);
    const struct task *task = parsed.tasks[0];
    assert_string_equal(task->source, "test");
    assert_string_equal(task->id, "c1");
    assert_true(task->generation == UINT64_C(1772619331) * 1000000000);
    assert_string_equal(task->service, "srvweb");
    assert_string_equal(task->container_name, "dockerweb");
    assert_string_equal(task->zone, "pub1");
    assert_string_equal(task->host, "10.0.0.5");
    assert_true(task_is_eligible(task));
    assert_int_equal(parsed.tasks[1]->generation, 7);
    assert_null(parsed.tasks[1]->service);
    assert_false(task_is_eligible(parsed.tasks[1]));
    give_back(&parsed);
}

static void
keeps_all_bindings_and_those_for_dialling_first(void **state)
{
    struct parsed parsed = parse(own_text);

    (void)state;
    const struct task *task = parsed.tasks[0];
    assert_int_equal(task->binding_count, 3);
    assert_int_equal(task->bindings[0].container_port, 53);
    assert_false(task->bindings[0].is_tcp);
    assert_string_equal(task->bindings[1].host_ip, "0.0.0.0");
    assert_int_equal(task->bindings[1].host_port, 32769);
    assert_true(task->bindings[1].is_tcp);
    assert_string_equal(task->bindings[2].host_ip, "::");
    assert_int_equal(task->bindings[2].host_port, 32768);
    give_back(&parsed);
}

static void
check_ecs(const char *text)
{
    struct parsed parsed = parse(text);

    assert_null(parsed.error);
    assert_int_equal(parsed.count, 2);
    const struct task *web = parsed.tasks[0];
    assert_string_equal(web->id, "arn:aws:ecs:eu-west-1:123456789012:task/shop/0a1b/web");
    assert_string_equal(web->service, "web");
    assert_string_equal(web->container_name, "web");
    assert_string_equal(web->zone, "eu-west-1b");
    assert_string_equal(web->image, "shop/web:41");
    assert_int_equal(web->version, 3);
    assert_true(web->generation == UINT64_C(1772619331) * 1000000000);
    assert_int_equal(web->binding_count, 2);
    assert_int_equal(web->bindings[0].host_port, 32801);
    assert_true(task_is_eligible(web));
    assert_int_equal(parsed.tasks[1]->binding_count, 0);
    assert_false(task_is_eligible(parsed.tasks[1]));
    give_back(&parsed);
}

static void
makes_a_task_of_each_container_of_an_ecs_task(void **state)
{
    (void)state;
    check_ecs(ECS_TASK);
    check_ecs("[" ECS_TASK "]");
    check_ecs("{\"tasks\":[" ECS_TASK "],\"failures\":[]}");
    check_ecs("{\"detail-type\":\"ECS Task State Change\",\"detail\":" ECS_TASK "}");
}

static void
takes_an_empty_array(void **state)
{
    struct parsed parsed = parse("[]");

    (void)state;
    assert_null(parsed.error);
    assert_non_null(parsed.tasks);
    assert_int_equal(parsed.count, 0);
    give_back(&parsed);
}

static void
refuses_what_is_malformed_and_says_where(void **state)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"{", "not JSON: line 1"},
        {"[1]", "task 1: it must be an object"},
        {"{}", "task 1: id is missing"},
        {"[{\"id\":\"a\"},{\"id\":7}]", "task 2: id must be a text"},
        {"{\"id\":\"a\",\"bindings\":1}", "task 1: bindings must be an array"},
        {"{\"id\":\"a\",\"bindings\":[{\"container_port\":80,\"host_port\":65536}]}",
         "task 1: host_port must be a number from 1 to 65535"},
        {"{\"id\":\"a\",\"last_status\":\"GOING\"}",
         "task 1: last_status is not a word that ECS uses for it"},
        {"{\"id\":\"a\",\"dial\":\"host\"}",
         "task 1: dial must be auto, container or host-port"},
        {"{\"id\":\"a\",\"started_at\":\"2023-02-29T00:00:00Z\"}",
         "task 1: started_at must be a time as RFC 3339 writes it"},
        {"{\"id\":\"a\",\"started_at\":\"2023-02-03T24:00:00Z\"}",
         "task 1: started_at must be a time as RFC 3339 writes it"},
        {"{\"id\":\"a\",\"started_at\":\"2023-02-03T00:00:00+99:99\"}",
         "task 1: started_at must be a time as RFC 3339 writes it"},
        {"{\"id\":\"a\",\"started_at\":\"yesterday\"}",
         "task 1: started_at must be a time as RFC 3339 writes it"},
        {"{\"taskArn\":\"arn\"}", "task 1: containers must be an array"},
        {"{\"detail\":{}}", "task 1: taskArn is missing"},
        {"{\"id\":\"a\",\"id\":\"b\"}", "not JSON: line 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct parsed parsed = parse(cases[i].text);
        assert_null(parsed.tasks);
        assert_int_equal(parsed.count, 0);
        assert_non_null(parsed.error);
        assert_memory_equal(parsed.error, cases[i].reason, strlen(cases[i].reason));
        give_back(&parsed);
    }
}

/* A text member as long as that, in a task that is well but for it. */
static char *
parse_long(const char *member, size_t length)
{
    char *value = memory_take(length + 1, 1);
    memset(value, 'x', length);
    char *text = strcmp(member, "id") == 0
                     ? memory_print("{\"id\":\"%s\"}", value)
                     : memory_print("{\"id\":\"a\",\"%s\":\"%s\"}", member, value);
    struct parsed parsed = parse(text);
    char *error = memory_copy_text(parsed.error);

    give_back(&parsed);
    free(value);
    free(text);
    return error;
}

static void
bounds_ids_and_names(void **state)
{
    static const struct {
        const char *member;
        size_t most;
        const char *reason;
    } rows[] = {
        {"id", 255, "task 1: id is longer than 255 bytes"},
        {"name", 255, "task 1: name is longer than 255 bytes"},
        {"service", 255, "task 1: service is longer than 255 bytes"},
        {"zone", 255, "task 1: zone is longer than 255 bytes"},
        {"image", 1024, "task 1: image is longer than 1024 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_null(parse_long(rows[i].member, rows[i].most));
        char *error = parse_long(rows[i].member, rows[i].most + 1);
        assert_string_equal(error, rows[i].reason);
        free(error);
    }
}

static void
differs_when_anything_but_identity_and_version_does(void **state)
{
    struct parsed one = parse(own_text);
    struct parsed other = parse(own_text);

    (void)state;
    other.tasks[0]->generation++;
    other.tasks[0]->version++;
    assert_false(task_differs(one.tasks[0], other.tasks[0]));
    other.tasks[0]->bindings[0].host_port++;
    assert_true(task_differs(one.tasks[0], other.tasks[0]));
    free(other.tasks[1]->service);
    other.tasks[1]->service = strdup("srvweb");
    assert_true(task_differs(one.tasks[1], other.tasks[1]));
    give_back(&one);
    give_back(&other);
}

static void
is_eligible_whatever_its_own_health_check_says(void **state)
{
    struct task *task = task_new("test", "a", 1);

    (void)state;
    task->last_status = task->desired_status = TASK_RUNNING;
    assert_true(task_is_eligible(task));
    task->health_status = TASK_HEALTH_STARTING;
    assert_true(task_is_eligible(task));
    task->health_status = TASK_HEALTH_HEALTHY;
    assert_true(task_is_eligible(task));
    task->health_status = TASK_HEALTH_UNHEALTHY;
    assert_true(task_is_eligible(task));
    task->desired_status = TASK_STOPPED;
    assert_false(task_is_eligible(task));
    task_free(&task);
    assert_null(task);
    task_free(&task);
}

static void
uses_the_words_of_ecs(void **state)
{
    (void)state;
    assert_string_equal(task_status_text(TASK_RUNNING), "RUNNING");
    assert_string_equal(task_status_text(TASK_STOPPED), "STOPPED");
    assert_string_equal(task_health_text(TASK_HEALTH_NONE), "UNKNOWN");
    assert_string_equal(task_health_text(TASK_HEALTH_UNHEALTHY), "UNHEALTHY");
}

static void
takes_leap_days_and_leap_seconds(void **state)
{
    size_t count;
    char *error;

    (void)state;
    static const char text[] = "[{\"id\":\"a\",\"started_at\":\"2024-02-29T23:59:59+05:30\"},"
                               "{\"id\":\"b\",\"started_at\":\"2016-12-31T23:59:60Z\"}]";
    struct task **tasks = task_parse_json(text, strlen(text), "file", &count, &error);
    assert_null(error);
    assert_int_equal(count, 2);
    assert_int_equal(tasks[1]->generation, UINT64_C(1483228800) * 1000000000);
    for (size_t i = 0; i < count; i++)
        task_free(&tasks[i]);
    free(tasks);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_our_own_form),
        cmocka_unit_test(keeps_all_bindings_and_those_for_dialling_first),
        cmocka_unit_test(makes_a_task_of_each_container_of_an_ecs_task),
        cmocka_unit_test(takes_an_empty_array),
        cmocka_unit_test(refuses_what_is_malformed_and_says_where),
        cmocka_unit_test(bounds_ids_and_names),
        cmocka_unit_test(differs_when_anything_but_identity_and_version_does),
        cmocka_unit_test(is_eligible_whatever_its_own_health_check_says),
        cmocka_unit_test(uses_the_words_of_ecs),
        cmocka_unit_test(takes_leap_days_and_leap_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
