/* SPDX-License-Identifier: Apache-2.0 */
/* Which tasks a service takes, at which address, and what people are told of the others. */
#include "../world.h"

#include "control/registry/misfit.h"

#define NOT_LOCAL "192.0.2.5"

/* A running task of srvweb with one binding of port 80. */
static struct task *
make_bound(const char *host, const char *host_ip, unsigned host_port)
{
    struct task *task = task_new("file", "t", 1);
    struct task_binding binding = {
        .container_port = 80, .host_port = host_port, .is_tcp = true};

    snprintf(binding.host_ip, sizeof(binding.host_ip), "%s", host_ip);
    task->service = memory_copy_text("srvweb");
    task->host = memory_copy_text(host);
    task->last_status = task->desired_status = TASK_RUNNING;
    task_add_binding(task, &binding);
    return task;
}

static void
add_binding(struct task *task, const char *host_ip, unsigned host_port)
{
    struct task_binding binding = {
        .container_port = 80, .host_port = host_port, .is_tcp = true};

    snprintf(binding.host_ip, sizeof(binding.host_ip), "%s", host_ip);
    task_add_binding(task, &binding);
}

/* The address at which srvweb takes it, "" where it does not; frees the task. */
static const char *
address_of(struct world *world, struct task *task)
{
    static char text[ADDRESS_TEXT_SIZE];
    struct address address;
    enum service_match match =
        service_match(registry_matcher(world->registry), &world->services[0], task, &address);

    *text = '\0';
    if (match == SERVICE_MATCHES)
        address_format_with_port(&address, text);
    task_free(&task);
    return text;
}

static void
chooses_host_and_port_as_a_pair(void **state)
{
    struct world *world = world_new();
    struct task *task = make_bound("2001:db8::5", "0.0.0.0", 1);

    (void)state;
    add_binding(task, "::", 2);
    assert_string_equal(address_of(world, task), "[2001:db8::5]:2");
    task = make_bound("10.0.0.5", "::", 2);
    add_binding(task, "0.0.0.0", 1);
    assert_string_equal(address_of(world, task), "10.0.0.5:1");
    task = make_bound("127.0.0.1", "::", 2);
    task->host_ipv6 = memory_copy_text("::1");
    assert_string_equal(address_of(world, task), "[::1]:2");
    assert_string_equal(address_of(world, make_bound("127.0.0.1", "::", 2)), "");
    assert_string_equal(address_of(world, make_bound("::1", "0.0.0.0", 2)), "");
    assert_string_equal(address_of(world, make_bound("::1", "", 2)), "[::1]:2");
    assert_string_equal(address_of(world, make_bound("10.0.0.5", "", 2)), "10.0.0.5:2");
    assert_string_equal(address_of(world, make_bound("10.0.0.5", "10.0.0.6", 2)), "10.0.0.6:2");
    world_free(world);
}

static void
dials_a_loopback_only_on_this_machine(void **state)
{
    struct world *world = world_new();

    (void)state;
    assert_string_equal(address_of(world, make_bound("127.0.0.1", "127.0.0.1", 2)),
                        "127.0.0.1:2");
    assert_string_equal(address_of(world, make_bound("::1", "127.0.0.2", 2)), "127.0.0.2:2");
    assert_string_equal(address_of(world, make_bound(NULL, "::1", 2)), "[::1]:2");
    assert_string_equal(address_of(world, make_bound(NOT_LOCAL, "127.0.0.1", 2)), "");
    assert_string_equal(address_of(world, make_bound(NOT_LOCAL, "::1", 2)), "");
    assert_string_equal(address_of(world, make_bound("engine.example", "127.0.0.1", 2)), "");
    struct task *task = make_bound(NOT_LOCAL, "127.0.0.1", 2);
    add_binding(task, NOT_LOCAL, 3);
    assert_string_equal(address_of(world, task), NOT_LOCAL ":3");
    world_free(world);
}

static void
takes_containers_as_they_are(void **state)
{
    struct world *world = world_new();
    struct task *task = make_bound("127.0.0.1", "", 2);

    (void)state;
    task->container_address = memory_copy_text("172.17.0.2");
    assert_string_equal(address_of(world, task), "127.0.0.1:2");
    world->groups[0].target_type = TARGET_TYPE_IP;
    task = make_bound("127.0.0.1", "", 2);
    task->container_address = memory_copy_text("fd00::2");
    task->binding_count = 0;
    assert_string_equal(address_of(world, task), "[fd00::2]:80");
    task = make_bound("127.0.0.1", "", 2);
    task->container_address = memory_copy_text("224.0.0.1");
    assert_string_equal(address_of(world, task), "");
    assert_string_equal(address_of(world, make_bound("127.0.0.1", "", 2)), "");
    world_free(world);
}

static void
takes_the_hosts_port_on_the_hosts_network(void **state)
{
    struct world *world = world_new();

    (void)state;
    for (int type = TARGET_TYPE_INSTANCE; type <= TARGET_TYPE_IP; type++) {
        struct task *task = make_bound("127.0.0.1", "", 2);
        world->groups[0].target_type = (enum config_target_type)type;
        task->is_on_host_network = true;
        task->binding_count = 0;
        assert_string_equal(address_of(world, task), "127.0.0.1:80");
    }
    world_free(world);
}

/* What people are told of a task; frees it. */
static const char *
told_of(struct world *world, struct task *task)
{
    static char told[600];
    char *text = misfit_explain(registry_matcher(world->registry), task);

    snprintf(told, sizeof(told), "%s", text == NULL ? "" : text);
    free(text);
    task_free(&task);
    return told;
}

static struct task *
make_named(const char *service)
{
    struct task *task = make_bound("127.0.0.1", "", 2);

    free(task->service);
    task->service = memory_copy_text(service);
    return task;
}

static void
says_what_to_add(void **state)
{
    struct world *world = world_new();

    (void)state;
    assert_string_equal(told_of(world, make_named("srvweb")), "");
    assert_string_equal(
        told_of(world, make_named("srvwbe")),
        "no service takes \"srvwbe\": did you mean srvweb? Correct its name, or "
        "add it to services");
    assert_non_null(strstr(told_of(world, make_named("database")), "add it to services"));
    assert_non_null(strstr(told_of(world, make_named(NULL)), "fairlead.service"));
    struct task *task = make_named("srvweb");
    task->bindings[0].container_port = 8080;
    assert_string_equal(
        told_of(world, task),
        "service srvweb: container port 80 is not published over TCP: publish "
        "it (docker run -p 80), correct container_port, or give the target group "
        "target_type = \"ip\", which needs none; published: 8080/tcp");
    task = make_named("srvweb");
    task->binding_count = 0;
    assert_non_null(strstr(told_of(world, task), "published: none"));
    world->groups[0].target_type = TARGET_TYPE_IP;
    assert_string_equal(
        told_of(world, make_named("srvweb")),
        "service srvweb: target group web takes containers at their own addresses "
        "(target_type), and this one has none: its provider tells no "
        "container_address");
    world->groups[0].target_type = TARGET_TYPE_INSTANCE;
    task = make_named("srvapp");
    task->container_name = memory_copy_text("c2");
    assert_non_null(strstr(told_of(world, task), "container name \"c2\" is not \"c1\""));
    assert_non_null(strstr(told_of(world, make_bound(NULL, "", 2)), "no host to dial"));
    assert_string_equal(
        told_of(world, make_bound("localhost", "", 2)),
        "service srvweb: its host \"localhost\" is no IP address: give the task "
        "or its provider one in full");
    assert_non_null(
        strstr(told_of(world, make_bound("127.1", "", 2)), "its host \"127.1\" is"));
    assert_non_null(
        strstr(told_of(world, make_bound("127.0.0.1", "web", 2)), "is bound on is"));
    assert_non_null(strstr(told_of(world, make_bound("127.0.0.1", "::", 2)), "another family"));
    assert_non_null(
        strstr(told_of(world, make_bound(NOT_LOCAL, "127.0.0.1", 2)), "another machine"));
    task = make_named("srvwbe");
    task->desired_status = TASK_STOPPED;
    assert_string_equal(told_of(world, task), "");
    world_free(world);
}

static void
refuses_addresses_that_cannot_be_a_targets(void **state)
{
    static const struct {
        const char *address, *word;
    } rows[] = {
        {"169.254.169.254", "allow_link_local"},
        {"169.254.0.1", "allow_link_local"},
        {"::ffff:169.254.169.254", "allow_link_local"},
        {"fe80::1", "allow_link_local"},
        {"fd00:ec2::254", "allow_link_local"},
        {"224.0.0.1", "multicast"},
        {"239.255.255.255", "multicast"},
        {"ff02::1", "multicast"},
        {"255.255.255.255", "broadcast"},
        {"0.0.0.1", "no address that can be dialled"},
        {"240.0.0.1", "reserved"},
        {"169.253.255.255", NULL},
        {"169.255.0.1", NULL},
        {"223.255.255.255", NULL},
        {"fec0::1", NULL},
        {"10.0.0.5", NULL},
    };
    struct world *world = world_new();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *told = told_of(world, make_bound("127.0.0.1", rows[i].address, 2));
        if (rows[i].word == NULL)
            assert_string_equal(told, "");
        else
            assert_non_null(strstr(told, rows[i].word));
    }
    world->config.allow_link_local = true;
    assert_string_equal(told_of(world, make_bound("169.254.169.254", "", 2)), "");
    assert_non_null(strstr(told_of(world, make_bound("224.0.0.1", "", 2)), "multicast"));
    world_free(world);
}

static void
refuses_fairleads_own_listeners(void **state)
{
    struct config_listener listeners[] = {
        {.name = (char *)"all", .address = (char *)"0.0.0.0", .port = 8080},
        {.name = (char *)"six", .address = (char *)"::", .port = 8081},
        {.name = (char *)"one", .address = (char *)"127.0.0.1", .port = 8082},
        {.name = (char *)"unix", .unix_path = (char *)"/run/x"},
    };

    static const struct {
        const char *host;
        unsigned port;
        bool is_own;
    } rows[] = {
        {"127.0.0.1", 8080, true},
        {"127.9.9.9", 8080, true},
        {"::ffff:127.0.0.1", 8080, true},
        {NOT_LOCAL, 8080, false},
        {"::1", 8080, false},
        {"127.0.0.1", 8079, false},
        {"::1", 8081, true},
        {"127.0.0.1", 8081, false},
        {"127.0.0.1", 8082, true},
        {"127.0.0.2", 8082, false},
        {"127.0.0.1", 9180, true},
        {"127.0.0.1", 9181, false},
    };
    struct world *world = world_new();

    (void)state;
    world->config.listeners = listeners;
    world->config.listener_count = 4;
    world->config.metrics_address = (char *)"127.0.0.1";
    world->config.metrics_port = 9180;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *told = told_of(world, make_bound(rows[i].host, "", rows[i].port));
        assert_int_equal(strstr(told, "fairlead itself listens") != NULL, rows[i].is_own);
    }
    world_free(world);
}

static void
takes_only_what_a_provider_may_name(void **state)
{
    struct config_value patterns[] = {{.value = (char *)"shop-*"},
                                      {.value = (char *)"a/srv?eb"}};
    struct config_provider providers[] = {
        {.type = (char *)"file"},
        {.type = (char *)"file", .services = patterns, .service_count = 2},
    };
    struct world *world = world_new();
    struct task *task = make_named("srvweb");

    (void)state;
    world->config.providers = providers;
    world->config.provider_count = 2;
    assert_string_equal(address_of(world, task), "127.0.0.1:2");
    task = make_named("srvweb");
    free(task->source);
    task->source = memory_copy_text("file-2");
    assert_string_equal(
        told_of(world, task),
        "service srvweb: provider file-2 may not name service srvweb: add it to "
        "the provider's services");
    task = make_named("srvweb");
    free(task->source);
    task->source = memory_copy_text("file-2");
    task->project = memory_copy_text("a");
    assert_string_equal(told_of(world, task), "");
    task = make_named("srvweb");
    free(task->source);
    task->source = memory_copy_text("file-2");
    world->services[0].name = (char *)"shop-web";
    free(task->service);
    task->service = memory_copy_text("shop-web");
    assert_string_equal(told_of(world, task), "");
    world_free(world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_host_and_port_as_a_pair),
        cmocka_unit_test(dials_a_loopback_only_on_this_machine),
        cmocka_unit_test(takes_containers_as_they_are),
        cmocka_unit_test(takes_the_hosts_port_on_the_hosts_network),
        cmocka_unit_test(says_what_to_add),
        cmocka_unit_test(refuses_addresses_that_cannot_be_a_targets),
        cmocka_unit_test(refuses_fairleads_own_listeners),
        cmocka_unit_test(takes_only_what_a_provider_may_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
