/* SPDX-License-Identifier: Apache-2.0 */
/* What inspect and list say, of several API versions and of Podman, as tasks. */
#include "../../unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "control/docker/docker_container.h"
#include "docker_fixture.h"

static const struct docker_place here = {.source = "docker", .host = NULL};

static void
read_fixture(struct docker_container *container, const char *name)
{
    size_t length;
    char *text = docker_fixture_read(name, &length);

    docker_container_read(container, text, length, &here);
    free(text);
}

/* An inspect answer with these labels, state and ports put in. */
static void
read_made(struct docker_container *container, const char *labels, const char *state,
          const char *ports, const struct docker_place *place)
{
    char *text = memory_print("{\"Id\":\"%s\",\"Name\":\"/web-1\",\"State\":{%s,\"StartedAt\":"
                              "\"2026-03-04T10:15:30.5Z\"},\"Config\":{\"Labels\":{%s}},"
                              "\"NetworkSettings\":{\"Ports\":{%s}}}",
                              FIXTURE_ID, state, labels, ports);

    docker_container_read(container, text, strlen(text), place);
    free(text);
}

#define RUNNING "\"Status\":\"running\",\"Running\":true"
#define SERVICE "\"fairlead.service\":\"srvweb\""

static void
reads_the_same_task_from_every_version_of_the_api(void **state)
{
    const char *const names[] = {"inspect-1.24.json", "inspect-1.41.json", "inspect-1.44.json",
                                 "inspect-1.52.json"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct docker_container container;
        read_fixture(&container, names[i]);
        assert_int_equal(container.verdict, DOCKER_RUNNING);
        assert_int_equal(container.stop_signal, SIGQUIT);
        const struct task *task = container.task;
        assert_string_equal(task->source, "docker");
        assert_string_equal(task->id, FIXTURE_ID);
        assert_true(task->generation == UINT64_C(1795442501328522000));
        assert_string_equal(task->started_at, "2026-11-23T14:01:41.328522518Z");
        assert_string_equal(task->name, "web-1");
        assert_string_equal(task->service, "srvweb");
        assert_string_equal(task->container_name, "dockerweb");
        assert_null(task->zone);
        assert_string_equal(task->host, "127.0.0.1");
        assert_string_equal(task->image, "s");
        assert_int_equal(task->last_status, TASK_RUNNING);
        assert_int_equal(task->health_status, TASK_HEALTH_HEALTHY);
        assert_in_range(task->binding_count, 2, 3);
        const struct task_binding *last = &task->bindings[task->binding_count - 1];
        assert_int_equal(task->bindings[0].container_port, 80);
        assert_int_equal(task->bindings[0].host_port, 32768);
        assert_string_equal(task->bindings[0].host_ip, "0.0.0.0");
        assert_true(task->bindings[0].is_tcp);
        assert_int_equal(last->container_port, 81);
        assert_string_equal(last->host_ip, "127.0.0.1");
        assert_false(last->is_tcp);
        docker_container_clear(&container);
    }
}

static void
reads_podmans_form(void **state)
{
    struct docker_container container;

    (void)state;
    read_fixture(&container, "inspect-podman.json");
    assert_int_equal(container.verdict, DOCKER_RUNNING);
    assert_int_equal(container.stop_signal, SIGTERM);
    assert_true(container.generation == UINT64_C(1795442501342890000));
    assert_int_equal(container.task->health_status, TASK_HEALTH_STARTING);
    assert_string_equal(container.task->host, "127.0.0.1");
    docker_container_clear(&container);
    read_made(&container, SERVICE, "\"Status\":\"paused\",\"Running\":false", "", &here);
    assert_int_equal(container.task->last_status, TASK_PAUSED);
    docker_container_clear(&container);
}

static void
keeps_a_paused_container_as_paused(void **state)
{
    struct docker_container container;

    (void)state;
    read_fixture(&container, "inspect-1.41-paused.json");
    assert_int_equal(container.verdict, DOCKER_RUNNING);
    assert_int_equal(container.task->last_status, TASK_PAUSED);
    assert_false(task_is_eligible(container.task));
    docker_container_clear(&container);
}

static void
says_how_the_last_run_ended(void **state)
{
    static const struct {
        const char *state;
        int exit_code;
        bool is_oom;
    } cases[] = {
        {"\"Status\":\"exited\",\"ExitCode\":137,\"OOMKilled\":true", 137, true},
        {"\"Status\":\"exited\",\"ExitCode\":0,\"OOMKilled\":false", 0, false},
        {"\"Status\":\"exited\",\"ExitCode\":4294967296", -1, false},
        {"\"Status\":\"exited\",\"ExitCode\":\"1\",\"OOMKilled\":1", -1, false},
        {"\"Status\":\"exited\"", -1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct docker_container container;
        read_made(&container, SERVICE, cases[i].state, "", &here);
        assert_int_equal(container.verdict, DOCKER_NOT_RUNNING);
        assert_int_equal(container.exit_code, cases[i].exit_code);
        assert_int_equal(container.is_oom, cases[i].is_oom);
        docker_container_clear(&container);
    }
}

static void
takes_states_without_ports_as_not_running(void **state)
{
    const char *const states[] = {
        "\"Status\":\"exited\",\"Running\":false",
        "\"Status\":\"created\",\"Running\":false",
        "\"Status\":\"restarting\",\"Running\":true,\"Restarting\":true",
        "\"Status\":\"dead\",\"Running\":true,\"Dead\":true",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        struct docker_container container;
        read_made(&container, SERVICE, states[i], "", &here);
        assert_int_equal(container.verdict, DOCKER_NOT_RUNNING);
        assert_null(container.task);
        docker_container_clear(&container);
    }
}

static void
takes_the_first_label_that_names_a_service(void **state)
{
    static const struct {
        const char *labels, *service, *container_name;
    } rows[] = {
        {SERVICE ",\"com.docker.compose.service\":\"web\"", "srvweb", NULL},
        {"\"com.docker.compose.service\":\"web\",\"com.docker.swarm.service.name\":\"s_web\"",
         "s_web", NULL},
        {"\"com.docker.compose.service\":\"web\",\"fairlead.enable\":\"true\"", "web", NULL},
        {"\"com.amazonaws.ecs.task-definition-family\":\"fam\","
         "\"com.amazonaws.ecs.container-name\":\"c\"",
         "fam", "c"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct docker_container container;
        read_made(&container, rows[i].labels, RUNNING, "", &here);
        assert_int_equal(container.verdict, DOCKER_RUNNING);
        assert_string_equal(container.task->service, rows[i].service);
        if (rows[i].container_name == NULL)
            assert_null(container.task->container_name);
        else
            assert_string_equal(container.task->container_name, rows[i].container_name);
        docker_container_clear(&container);
    }
}

static void
leaves_out_what_names_no_service_or_is_switched_off(void **state)
{
    const char *const labels[] = {"", "\"fairlead.container\":\"dockerweb\"",
                                  SERVICE ",\"fairlead.enable\":\"false\"",
                                  "\"fairlead.enable\":\"maybe\""};
    (void)state;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct docker_container container;
        read_made(&container, labels[i], RUNNING, "", &here);
        assert_int_equal(container.verdict, DOCKER_NOT_OURS);
        docker_container_clear(&container);
    }
}

static void
says_why_a_container_takes_no_traffic(void **state)
{
    static const struct {
        const char *labels, *reason;
    } rows[] = {
        {"", "it names no service: set the label fairlead.service=NAME, or "
             "fairlead.enable=false if it is not meant to take traffic"},
        {SERVICE ",\"fairlead.enable\":\"false\"", NULL},
        {"\"fairlead.enable\":\"false\"", NULL},
        {"\"farilead.service\":\"web\"",
         "label farilead.service is none that is read: did you mean fairlead.service?"},
        {"\"Fairlead.Service\":\"web\"",
         "label Fairlead.Service is none that is read: did you mean fairlead.service?"},
        {"\"fairlead.servce\":\"web\"",
         "label fairlead.servce is none that is read: did you mean fairlead.service?"},
        {"\"fairlead.weighting\":\"web\"",
         "label fairlead.weighting is none that is read: fairlead.service, fairlead.container, "
         "fairlead.zone, fairlead.network and fairlead.enable are"},
        {"\"com.docker.compose.service\":\"web\",\"com.docker.compose.oneoff\":\"True\"",
         "it is a one-off of docker compose run: those take no traffic"},
        {SERVICE ",\"com.docker.compose.oneoff\":\"true\"",
         "it is a one-off of docker compose run: those take no traffic"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct docker_container container;
        read_made(&container, rows[i].labels, RUNNING, "", &here);
        assert_int_equal(container.verdict, DOCKER_NOT_OURS);
        assert_null(container.task);
        if (rows[i].reason == NULL)
            assert_null(container.reason);
        else
            assert_string_equal(container.reason, rows[i].reason);
        docker_container_clear(&container);
    }
}

static void
takes_a_project_with_composes_own_name_only(void **state)
{
    static const char project[] = "\"com.docker.compose.project\":\"shop\","
                                  "\"com.docker.compose.oneoff\":\"False\","
                                  "\"com.docker.compose.service\":\"web\"";
    struct docker_container container;

    (void)state;
    read_made(&container, project, RUNNING, "", &here);
    assert_string_equal(container.task->service, "web");
    assert_string_equal(container.task->project, "shop");
    assert_null(container.reason);
    docker_container_clear(&container);
    char *labels = memory_print("%s," SERVICE ",\"fairlead.zon\":\"a\"", project);
    read_made(&container, labels, RUNNING, "", &here);
    assert_string_equal(container.task->service, "srvweb");
    assert_null(container.task->project);
    assert_string_equal(container.reason,
                        "label fairlead.zon is none that is read: did you mean fairlead.zone?");
    docker_container_clear(&container);
    free(labels);
}

static void
says_what_is_wrong_with_a_broken_container(void **state)
{
    char too_long[300];

    static struct {
        const char *labels, *ports, *reason;
    } rows[] = {
        {SERVICE ",\"fairlead.enable\":\"may\\u0007be\"", "",
         "label fairlead.enable is \"may?be\": use \"true\" or \"false\""},
        {"\"fairlead.service\":\"\"", "",
         "label fairlead.service is empty: give it a name or take the label away"},
        {"\"fairlead.service\":\"a\\u0000b\"", "",
         "label fairlead.service holds control characters: use printable ones only"},
        {SERVICE ",\"fairlead.zone\":\"a\\nb\"", "",
         "label fairlead.zone holds control characters: use printable ones only"},
        {SERVICE ",\"fairlead.container\":7", "", "label fairlead.container is not a text"},
        {NULL, "", "label fairlead.service is longer than 255 bytes: shorten it"},
        {SERVICE, "\"80/tcp\":[{\"HostPort\":\"70000\"}]",
         "published port 80/tcp -> \"70000\" is not a port: publish it again"},
        {SERVICE, "\"x/tcp\":[{\"HostPort\":\"80\"}]",
         "published port x/tcp -> \"80\" is not a port: publish it again"},
    };

    (void)state;
    memset(too_long, 'x', sizeof(too_long));
    memcpy(too_long, "\"fairlead.service\":\"", 20);
    memcpy(too_long + sizeof(too_long) - 2, "\"", 2);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct docker_container container;
        read_made(&container, rows[i].labels == NULL ? too_long : rows[i].labels, RUNNING,
                  rows[i].ports, &here);
        assert_int_equal(container.verdict, DOCKER_BROKEN);
        assert_string_equal(container.reason, rows[i].reason);
        assert_null(container.task);
        docker_container_clear(&container);
    }
}

static void
refuses_answers_that_are_none(void **state)
{
    const char *const texts[] = {"", "[]", "{", "{\"Id\":\"c6\"}",
                                 "{\"Id\":\"../x\",\"State\":{}}"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct docker_container container;
        docker_container_read(&container, texts[i], strlen(texts[i]), &here);
        assert_int_equal(container.verdict, DOCKER_BROKEN);
        assert_non_null(container.reason);
        docker_container_clear(&container);
    }
}

static void
gives_this_machine_both_families_and_another_one_its_host(void **state)
{
    static const struct {
        const char *place, *host, *host_ipv6;
    } rows[] = {
        {NULL, "127.0.0.1", "::1"},
        {"10.0.0.5", "10.0.0.5", NULL},
        {"2001:db8::5", "2001:db8::5", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct docker_container container;
        const struct docker_place place = {.source = "docker", .host = rows[i].place};
        read_made(&container, SERVICE, RUNNING, "", &place);
        assert_int_equal(container.verdict, DOCKER_RUNNING);
        assert_string_equal(container.task->host, rows[i].host);
        if (rows[i].host_ipv6 == NULL)
            assert_null(container.task->host_ipv6);
        else
            assert_string_equal(container.task->host_ipv6, rows[i].host_ipv6);
        docker_container_clear(&container);
    }
}

static void
keeps_both_families_and_skips_what_is_not_bound(void **state)
{
    struct docker_container container;

    (void)state;
    read_made(&container, SERVICE, RUNNING,
              "\"80/tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"9\"},"
              "{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8\"}],"
              "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],\"82/tcp\":[]",
              &here);
    assert_int_equal(container.task->binding_count, 2);
    assert_int_equal(container.task->bindings[0].host_port, 8);
    assert_int_equal(container.task->bindings[1].host_port, 9);
    docker_container_clear(&container);
}

static void
knows_signals_by_name_and_number(void **state)
{
    static const struct {
        const char *text;
        int number;
    } rows[] = {
        {NULL, 15},   {"", 15},       {"SIGTERM", 15},    {"TERM", 15},    {"term", 15},
        {"15", 15},   {"9", 9},       {"SIGKILL", 9},     {"SIGQUIT", 3},  {"SIGWINCH", 28},
        {"USR1", 10}, {"RTMIN", 34},  {"SIGRTMIN+3", 37}, {"RTMAX-1", 63}, {"SIGNONE", 0},
        {"99", 0},    {"RTMIN+x", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(docker_signal_number(rows[i].text), rows[i].number);
}

/* Feeds it in pieces; NULL: it came whole, else the reason, the caller's. */
static char *
read_list(struct docker_list *list, const char *text, size_t length, size_t piece)
{
    *list = (struct docker_list){0};
    for (size_t at = 0; at < length; at += piece)
        docker_list_feed(list, text + at, length - at < piece ? length - at : piece);
    return docker_list_finish(list);
}

static struct docker_listed
list_made(const char *status, const char *ports)
{
    struct docker_list list;
    char *text = memory_print("[{\"Id\":\"%s\",\"Names\":[\"/a\",\"/b\"],\"Labels\":{" SERVICE
                              "},\"State\":\"running\",\"Status\":\"%s\",\"Ports\":[%s]}]",
                              FIXTURE_ID, status, ports);

    assert_null(read_list(&list, text, strlen(text), 7));
    free(text);
    assert_int_equal(list.count, 1);
    struct docker_listed listed = list.rows[0];
    docker_list_clear(&list);
    return listed;
}

static void
reads_lists_of_every_version(void **state)
{
    const char *const names[] = {"list-1.41.json", "list-1.52.json"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct docker_list list;
        size_t length;
        char *text = docker_fixture_read(names[i], &length);
        assert_null(read_list(&list, text, length, i == 0 ? 1 : length));
        assert_int_equal(list.count, 2);
        assert_true(list.rows[1].is_young);
        assert_false(list.rows[1].is_cut);
        assert_string_equal(list.rows[1].id, FIXTURE_ID);
        docker_list_clear(&list);
        free(text);
    }
}

static void
leaves_out_of_a_list_what_is_switched_off(void **state)
{
    static const char text[] = "[{\"Id\":\"aa\",\"Labels\":{\"fairlead.enable\":\"false\"}},\n"
                               "{\"Id\":\"bb\",\"Labels\":{}}]\n";
    struct docker_list list;

    (void)state;
    assert_null(read_list(&list, text, strlen(text), 10));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.rows[0].id, "bb");
    docker_list_clear(&list);
}

static void
passes_over_a_container_that_is_too_long(void **state)
{
    size_t length = (size_t)3 * 1024 * 1024;
    char *filler = memory_take(length + 1, 1);
    struct docker_list list;

    (void)state;
    memset(filler, 'x', length);
    char *text =
        memory_print("[{\"Id\":\"aa\",\"Labels\":{\"a\":\"%s\"}},{\"Id\":\"bb\"}]", filler);
    assert_null(read_list(&list, text, strlen(text), 10000));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.rows[0].id, "aa");
    assert_true(list.rows[0].is_cut);
    assert_string_equal(list.rows[1].id, "bb");
    assert_false(list.rows[1].is_cut);
    docker_list_clear(&list);
    free(text);
    free(filler);
}

static void
bounds_the_number_of_containers_in_a_list(void **state)
{
    struct docker_list list = {0};
    char row[64];

    (void)state;
    docker_list_feed(&list, "[", 1);
    for (unsigned i = 0; i < DOCKER_LISTED_MOST + 5; i++) {
        snprintf(row, sizeof(row), "%s{\"Id\":\"%x\"}", i == 0 ? "" : ",", i + 16);
        docker_list_feed(&list, row, strlen(row));
    }
    docker_list_feed(&list, "]", 1);
    assert_null(docker_list_finish(&list));
    assert_int_equal(list.count, DOCKER_LISTED_MOST);
    assert_int_equal(list.left_out, 5);
    docker_list_clear(&list);
}

static void
sees_a_change_but_not_another_order(void **state)
{
    static const struct {
        const char *status, *ports;
        bool is_same;
    } rows[] = {
        {"Up 9 minutes (healthy)", "{\"Type\":\"tcp\",\"PublicPort\":2},{\"PublicPort\":1}",
         true},
        {"Up 9 minutes (unhealthy)", "{\"PublicPort\":1},{\"PublicPort\":2,\"Type\":\"tcp\"}",
         false},
        {"Up 9 minutes (healthy)", "{\"PublicPort\":1},{\"PublicPort\":3,\"Type\":\"tcp\"}",
         false},
    };

    (void)state;
    struct docker_listed first = list_made(
        "Up 3 minutes (healthy)", "{\"PublicPort\":1},{\"PublicPort\":2,\"Type\":\"tcp\"}");
    assert_false(first.is_young);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct docker_listed next = list_made(rows[i].status, rows[i].ports);
        assert_true((next.fingerprint == first.fingerprint) == rows[i].is_same);
    }
}

static void
calls_containers_young_that_may_have_restarted_unseen(void **state)
{
    const char *const young[] = {"Up 5 seconds", "Up Less than a second", "running", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(young) / sizeof(young[0]); i++)
        assert_true(list_made(young[i], "").is_young);
}

static void
refuses_a_list_that_is_none(void **state)
{
    static const char *const texts[] = {"{}", "[", "", "<html>", "[7]", "[{\"Id\":}]", "[]x"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct docker_list list;
        char *error = read_list(&list, texts[i], strlen(texts[i]), 1);
        assert_non_null(error);
        docker_list_clear(&list);
        free(error);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_task_from_every_version_of_the_api),
        cmocka_unit_test(reads_podmans_form),
        cmocka_unit_test(keeps_a_paused_container_as_paused),
        cmocka_unit_test(takes_states_without_ports_as_not_running),
        cmocka_unit_test(says_how_the_last_run_ended),
        cmocka_unit_test(takes_the_first_label_that_names_a_service),
        cmocka_unit_test(leaves_out_what_names_no_service_or_is_switched_off),
        cmocka_unit_test(says_why_a_container_takes_no_traffic),
        cmocka_unit_test(takes_a_project_with_composes_own_name_only),
        cmocka_unit_test(says_what_is_wrong_with_a_broken_container),
        cmocka_unit_test(refuses_answers_that_are_none),
        cmocka_unit_test(gives_this_machine_both_families_and_another_one_its_host),
        cmocka_unit_test(keeps_both_families_and_skips_what_is_not_bound),
        cmocka_unit_test(knows_signals_by_name_and_number),
        cmocka_unit_test(reads_lists_of_every_version),
        cmocka_unit_test(leaves_out_of_a_list_what_is_switched_off),
        cmocka_unit_test(passes_over_a_container_that_is_too_long),
        cmocka_unit_test(bounds_the_number_of_containers_in_a_list),
        cmocka_unit_test(sees_a_change_but_not_another_order),
        cmocka_unit_test(calls_containers_young_that_may_have_restarted_unseen),
        cmocka_unit_test(refuses_a_list_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
