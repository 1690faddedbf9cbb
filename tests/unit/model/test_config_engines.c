/* SPDX-License-Identifier: Apache-2.0 */
/* Container instances, the providers that they bring, and how engines may be reached. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/config.h"
#include "model/config_engines.h"
#include "model/setting_places.h"

#define LISTENER                                                                               \
    "listeners = ( { name = \"some\"; unix = \"/some\"; default_actions = (\n"                 \
    "  { type = \"fixed-response\"; status_code = 404; } ); } );\n"
#define TLS "tls = { ca = \"/ca\"; certificate = \"/c\"; key = \"/k\"; };"
#define INSTANCE(name, more) "{ name = \"" name "\"; " more " }"
#define INSTANCES(all) "container_instances = (\n" all ");\n"

static char folder[] = "/tmp/fairlead-test-XXXXXX";

static int
enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
    (void)state;
    return chdir("/") == -1 || rmdir(folder) == -1;
}

static struct config *
load(const char *text, struct config_errors *errors)
{
    FILE *file = fopen("F", "w");

    assert_non_null(file);
    assert_true(fprintf(file, "%s%s", text, LISTENER) > 0);
    assert_int_equal(fclose(file), 0);
    struct config *config = config_load("F", NULL, errors);
    unlink("F");
    return config;
}

static struct config *
load_good(const char *text)
{
    struct config_errors errors = {.lines = NULL};
    struct config *config = load(text, &errors);

    for (size_t i = 0; i < errors.count; i++)
        print_error("%s\n", errors.lines[i]);
    assert_non_null(config);
    return config;
}

static void
assert_source(const struct config *config, size_t instance, const char *name)
{
    char *source = config_engine_source(config, &config->container_instances[instance]);

    assert_string_equal(source, name);
    free(source);
}

static void
reads_an_instance(void **state)
{
    struct config *config = load_good(INSTANCES(INSTANCE(
        "i-1", "cluster = \"erp\"; zone = \"pub1\"; endpoint = \"tcp://10.0.0.2:2376\"; " TLS
               " cpu = 2048; memory = 7986; reserved_memory = 64; "
               "attributes = { rack = \"r1\"; disk = \"ssd\"; };")));
    const struct config_container_instance *instance = &config->container_instances[0];

    (void)state;
    assert_int_equal(config->container_instance_count, 1);
    assert_string_equal(instance->name, "i-1");
    assert_string_equal(instance->cluster, "erp");
    assert_string_equal(instance->zone, "pub1");
    assert_string_equal(instance->tls.key, "/k");
    assert_int_equal(instance->cpu, 2048);
    assert_int_equal(instance->memory, 7986);
    assert_int_equal(instance->reserved_memory, 64);
    assert_int_equal(instance->attribute_count, 2);
    assert_string_equal(instance->attributes[1].name, "disk");
    assert_string_equal(instance->attributes[1].value, "ssd");
    assert_int_equal(instance->attributes[1].places->own.line, 2);
    assert_ptr_equal(config_find_instance(config, "erp", "i-1"), instance);
    assert_null(config_find_instance(config, "default", "i-1"));
    config_free(&config);
}

static void
has_defaults(void **state)
{
    struct config *config = load_good(INSTANCES(INSTANCE("i-1", "")));
    const struct config_container_instance *instance = &config->container_instances[0];

    (void)state;
    assert_string_equal(instance->cluster, "default");
    assert_string_equal(instance->endpoint, "unix:///var/run/docker.sock");
    assert_int_equal(instance->cpu, 0);
    assert_int_equal(instance->attribute_count, 0);
    assert_int_equal(config->instance_lost_ms, 300000);
    assert_int_equal(config->stopped_task_keep_ms, 600000);
    assert_string_equal(config_bind_address(config, "unix:///x"), "127.0.0.1");
    assert_string_equal(config_bind_address(config, "tcp://localhost:1"), "127.0.0.1");
    assert_string_equal(config_bind_address(config, "tcp://10.0.0.1:1"), "");
    config_free(&config);
    config = load_good("task_bind_address = \"10.0.0.9\";\n");
    assert_string_equal(config_bind_address(config, "unix:///x"), "10.0.0.9");
    config_free(&config);
}

static void
attributes_may_be_a_list(void **state)
{
    struct config *config = load_good(
        INSTANCES(INSTANCE("i-1", "attributes = ( { name = \"a.b/c\"; value = \"1\"; } );")));

    (void)state;
    assert_string_equal(config->container_instances[0].attributes[0].name, "a.b/c");
    config_free(&config);
}

static void
engines_without_a_provider_get_one(void **state)
{
    struct config *config = load_good(
        "providers = ( { type = \"docker\"; endpoint = \"unix:///a\"; }, { type = \"push\"; } "
        ");\n"
        "container_instances = (\n"
        "  { name = \"i-1\"; endpoint = \"unix:///a\"; },\n"
        "  { name = \"i-2\"; endpoint = \"unix:///b\"; cpu = 1024; memory = 64; },\n"
        "  { name = \"i-3\"; endpoint = \"unix:///b\"; cpu = 1024; memory = 64; },\n"
        "  { name = \"i-4\"; endpoint = \"tcp://10.0.0.1:2376\"; " TLS " } );\n");

    (void)state;
    assert_int_equal(config->provider_count, 4);
    assert_source(config, 0, "docker");
    assert_source(config, 1, "engine-i-2");
    assert_source(config, 2, "engine-i-2");
    assert_source(config, 3, "engine-i-4");
    assert_string_equal(config->providers[3].tls.ca, "/ca");
    assert_int_equal(config->providers[3].resync_seconds, 30);
    assert_false(config->providers[0].is_added);
    assert_true(config->providers[2].is_added);
    assert_int_equal(config->providers[2].places->own.line, 4);
    config_free(&config);
}

static void
warns_of_engines_that_are_shared_without_shares(void **state)
{
    struct config *config = load_good(INSTANCES(
        INSTANCE("i-1", "cpu = 1024; memory = 512;") ",\n" INSTANCE("i-2", "cpu = 1024;")));

    (void)state;
    assert_int_equal(config->warnings.count, 1);
    assert_non_null(strstr(config->warnings.lines[0], "shares the engine of i-1"));
    config_free(&config);
}

static void
reads_what_tasks_may_reach(void **state)
{
    struct config *config =
        load_good("api = { unix = \"/api\"; secrets_dir = \"/etc/secrets\";\n"
                  "  allow = [ \"privileged\", \"host_mounts:/srv\" ]; };\n");

    (void)state;
    assert_string_equal(config->api_secrets_dir, "/etc/secrets");
    assert_int_equal(config->api_allow_count, 2);
    assert_string_equal(config->api_allow[1].value, "host_mounts:/srv");
    config_free(&config);
}

static void
knows_this_machines_engines(void **state)
{
    static const struct {
        const char *endpoint;
        bool is_tcp, is_local;
    } endpoints[] = {
        {"unix:///run/docker.sock", false, true},
        {"tcp://127.0.0.1:2375", true, true},
        {"tcp://127.8.9.1:2375", true, true},
        {"tcp://[::1]:2375", true, true},
        {"tcp://localhost:2375", true, true},
        {"tcp://10.0.0.1:2375", true, false},
        {"tcp://engine:2375", true, false},
        {"tcp://localhost.example:1", true, false},
        {"tcp://[fd00::1]:2376", true, false},
        {"tcp://127.0.0.1", false, false},
        {"tcp://:2375", false, false},
        {"tcp://h:0", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
        assert_int_equal(config_endpoint_is_tcp(endpoints[i].endpoint), endpoints[i].is_tcp);
        assert_int_equal(config_endpoint_is_local(endpoints[i].endpoint),
                         endpoints[i].is_local);
    }
}

static const struct {
    const char *text, *line; /* the line begins so */
} refusals[] = {
    {"providers = ( { type = \"docker\"; endpoint = \"tcp://10.0.0.1:2375\"; } );\n",
     "F:1: providers[0].endpoint: \"tcp://10.0.0.1:2375\" is another machine's engine without "
     "TLS"},
    {INSTANCES(INSTANCE("a", "endpoint = \"tcp://engine:2375\";")),
     "F:2: container_instances[0].endpoint: \"tcp://engine:2375\" is another machine's"},
    {INSTANCES(INSTANCE("a", "endpoint = \"unix:///x\"; " TLS)),
     "F:2: container_instances[0].tls: is for tcp://host:port"},
    {INSTANCES(INSTANCE("a", "endpoint = \"tcp://h:1\"; tls = { ca = \"/ca\"; };")),
     "F:2: container_instances[0].tls: needs ca, certificate and key"},
    {INSTANCES(INSTANCE("a", "endpoint = \"ssh://h\";")),
     "F:2: container_instances[0].endpoint: \"ssh://h\" is neither"},
    {INSTANCES(INSTANCE("a", "") ",\n" INSTANCE("a", "cpu = 1024; memory = 6;")),
     "F:3: container_instances[1].name: \"a\" is container_instances[0] already"},
    {INSTANCES("{ cluster = \"c\"; }"), "F:2: container_instances[0]: name is missing"},
    {INSTANCES(INSTANCE("a", "cluster = \"a b\";")),
     "F:2: container_instances[0].cluster: \"a b\" may hold"},
    {INSTANCES(INSTANCE("a", "cpu = 1;")), "F:2: container_instances[0].cpu: "},
    {INSTANCES(INSTANCE("a", "attributes = { rack = 1; };")),
     "F:2: container_instances[0].attributes.rack: must be a text"},
    {INSTANCES(INSTANCE("a", "attributes = ( { name = \"ecs.x\"; value = \"1\"; } );")),
     "F:2: container_instances[0].attributes: ecs.x: names that begin with ecs."},
    {INSTANCES(INSTANCE("a", "attributes = ( { name = \"x\"; value = \"1\"; }, "
                             "{ name = \"x\"; value = \"2\"; } );")),
     "F:2: container_instances[0].attributes: x is there twice"},
    {INSTANCES(INSTANCE("a", "endpoint = \"tcp://h:1\"; " TLS) ",\n" INSTANCE(
         "b", "endpoint = \"tcp://h:1\"; tls = { ca = \"/o\"; certificate = \"/c\"; key = "
              "\"/k\"; };")),
     "F:3: container_instances[1].tls: differs from that of container_instances[0]"},
    {"api = { unix = \"/api\"; allow = [ \"privileged\", \"root\" ]; };\n",
     "F:1: api.allow[1]: \"root\" is none of: privileged"},
    {"api = { unix = \"/api\"; allow = \"host_mounts\"; };\n",
     "F:1: api.allow: \"host_mounts\" must say below which absolute path"},
};

static void
refuses_what_cannot_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct config_errors errors = {.lines = NULL};
        assert_null(load(refusals[i].text, &errors));
        if (errors.count != 1 ||
            strncmp(errors.lines[0], refusals[i].line, strlen(refusals[i].line)) != 0)
            print_error("row %zu: %s\n", i, errors.lines[0]);
        assert_int_equal(errors.count, 1);
        assert_int_equal(strncmp(errors.lines[0], refusals[i].line, strlen(refusals[i].line)),
                         0);
        config_errors_clear(&errors);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_instance),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(attributes_may_be_a_list),
        cmocka_unit_test(engines_without_a_provider_get_one),
        cmocka_unit_test(warns_of_engines_that_are_shared_without_shares),
        cmocka_unit_test(reads_what_tasks_may_reach),
        cmocka_unit_test(knows_this_machines_engines),
        cmocka_unit_test(refuses_what_cannot_be),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
