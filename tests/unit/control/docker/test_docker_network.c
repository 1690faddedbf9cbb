/* SPDX-License-Identifier: Apache-2.0 */
/* Which address a container has, which way it is dialled, and which container we are in. */
#include "../../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/docker/docker_network.h"
#include "control/docker/docker_self.h"

#define NETWORK(name, ipv4, ipv6)                                                              \
    "\"" name "\":{\"IPAddress\":\"" ipv4 "\",\"GlobalIPv6Address\":\"" ipv6 "\"}"
#define TWO NETWORK("web", "172.19.0.3", "") "," NETWORK("shop", "172.18.0.2", "")
#define OWN(name)                                                                              \
    {                                                                                          \
        .names = {name}, .count = 1                                                            \
    }

static struct task *
read_task(const char *mode, const char *networks, const char *wanted,
          const struct docker_reach *reach)
{
    char *text = memory_print("{\"HostConfig\":{\"NetworkMode\":\"%s\"},"
                              "\"NetworkSettings\":{\"Networks\":{%s}}}",
                              mode, networks);
    json_t *inspected = json_loads(text, 0, NULL);
    struct task *task = task_new("docker", "a", 1);

    assert_non_null(inspected);
    docker_network_read(task, inspected, wanted, reach);
    json_decref(inspected);
    free(text);
    return task;
}

static void
chooses_a_network_and_a_way(void **state)
{
    static const struct {
        struct docker_reach reach;
        const char *wanted, *networks, *address;
        enum task_dial dial;
    } rows[] = {
        {{.is_here = true}, NULL, NETWORK("x", "172.17.0.2", ""), "172.17.0.2", TASK_DIAL_AUTO},
        {{.is_here = true}, NULL, TWO, "172.18.0.2", TASK_DIAL_AUTO},
        {{.is_here = true},
         NULL,
         TWO "," NETWORK("bridge", "172.17.0.9", ""),
         "172.17.0.9",
         TASK_DIAL_AUTO},
        {{.is_here = true, .network = "web"}, NULL, TWO, "172.19.0.3", TASK_DIAL_AUTO},
        {{.is_here = true, .network = "web"}, "shop", TWO, "172.18.0.2", TASK_DIAL_AUTO},
        {{.own = OWN("web")}, NULL, TWO, "172.19.0.3", TASK_DIAL_AUTO},
        {{.own = OWN("web")}, "shop", TWO, "172.18.0.2", TASK_DIAL_HOST_PORT},
        {{.own = OWN("other")}, NULL, TWO, "172.18.0.2", TASK_DIAL_HOST_PORT},
        {{.is_here = true}, NULL, NETWORK("six", "", "fd00::2"), "fd00::2", TASK_DIAL_AUTO},
        {{.is_here = false}, NULL, TWO, "172.18.0.2", TASK_DIAL_HOST_PORT},
        {{.is_here = true, .dial = DIAL_HOST_PORT},
         NULL,
         TWO,
         "172.18.0.2",
         TASK_DIAL_HOST_PORT},
        {{.dial = DIAL_CONTAINER}, NULL, TWO, "172.18.0.2", TASK_DIAL_CONTAINER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct task *task =
            read_task("bridge", rows[i].networks, rows[i].wanted, &rows[i].reach);
        assert_string_equal(task->container_address, rows[i].address);
        assert_int_equal(task->dial, rows[i].dial);
        assert_null(task->no_address);
        assert_false(task->is_on_host_network);
        task_free(&task);
    }
}

static void
says_why_there_is_none(void **state)
{
    static const struct docker_reach here = {.is_here = true};

    static const struct {
        const char *mode, *networks, *wanted, *why;
    } rows[] = {
        {"container:0123456789abcdef", "", NULL,
         "it shares the network of container 0123456789ab: make that one the target"},
        {"none", NETWORK("none", "", ""), NULL,
         "it is in no network that gives it one: connect it to one"},
        {"bridge", TWO, "nosuch", "network nosuch gives it none: connect it to that network"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct task *task = read_task(rows[i].mode, rows[i].networks, rows[i].wanted, &here);
        assert_null(task->container_address);
        assert_string_equal(task->no_address, rows[i].why);
        assert_int_equal(task->dial, TASK_DIAL_HOST_PORT);
        task_free(&task);
    }
    struct task *task = read_task("host", NETWORK("host", "", ""), NULL, &here);
    assert_true(task->is_on_host_network);
    assert_null(task->no_address);
    task_free(&task);
}

static void
reads_our_own_networks(void **state)
{
    static const char in_two[] =
        "{\"HostConfig\":{\"NetworkMode\":\"web\"},\"NetworkSettings\":{\"Networks\":{" TWO
        "," NETWORK("none", "", "") "}}}";
    static const char on_host[] = "{\"HostConfig\":{\"NetworkMode\":\"host\"}}";
    struct docker_reach reach = {.is_here = false};

    (void)state;
    docker_network_read_own(&reach, in_two, strlen(in_two));
    assert_int_equal(reach.own.count, 2);
    assert_false(reach.is_here);
    docker_network_read_own(&reach, on_host, strlen(on_host));
    assert_int_equal(reach.own.count, 0);
    assert_true(reach.is_here);
    docker_network_read_own(&reach, "no json", 7);
    assert_int_equal(reach.own.count, 0);
    assert_false(reach.is_here);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
finds_our_own_container(void **state)
{
    char id[DOCKER_ID_SIZE];

    (void)state;
    assert_true(docker_self_read("706 705 254:0 /var/lib/docker/containers/" ID
                                 "/hosts /etc/hosts rw - ext4 /dev/vda rw",
                                 id));
    assert_string_equal(id, ID);
    assert_true(docker_self_read("1 2 0:3 /overlay-containers/" ID
                                 "/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw",
                                 id));
    assert_false(docker_self_read("1 2 0:3 /containers/0123/hosts /etc/hosts rw", id));
    assert_false(docker_self_read("1 2 0:3 /containers/" ID "0/hosts /etc/hosts rw", id));
    assert_false(docker_self_read("", id));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_a_network_and_a_way),
        cmocka_unit_test(says_why_there_is_none),
        cmocka_unit_test(reads_our_own_networks),
        cmocka_unit_test(finds_our_own_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
