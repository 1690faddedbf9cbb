/* SPDX-License-Identifier: Apache-2.0 */
/* What a container definition says, and what the engine is asked for, row by row. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/docker/docker_template.h"

#define ARN "arn:aws:ecs:us-east-1:000000000000:task/erp/0123456789abcdef"

/* A definition of a container, or of its task, and a member of the body by its path. */
struct row {
    const char *container, *definition; /* members; "" none */
    const char *path, *value;           /* value NULL: it is not there */
};

#define C(members, path, value)                                                                \
    {                                                                                          \
        members, "", path, value                                                               \
    }
#define T(members, path, value)                                                                \
    {                                                                                          \
        "", members, path, value                                                               \
    }
#define V(mount, volume, path, value)                                                          \
    {                                                                                          \
        "\"mountPoints\":[{\"sourceVolume\":\"v\",\"containerPath\":\"/c\"" mount "}]",        \
            "\"volumes\":[{\"name\":\"v\"" volume "}]", path, value                            \
    }

static const struct row rows[] = {
    C("\"image\":\"web:1\"", "Image", "\"web:1\""),
    C("\"command\":[\"a\",\"b\"]", "Cmd", "[\"a\",\"b\"]"),
    C("\"command\":[]", "Cmd", NULL),
    C("\"entryPoint\":[\"a\"]", "Entrypoint", "[\"a\"]"),
    C("\"environment\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"\"}]",
      "Env", "[\"A=1\",\"B=\"]"),
    C("\"environment\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\",\"value\":\"2\"}]",
      "Env", "[\"A=2\"]"),
    C("\"environment\":[]", "Env", NULL),
    C("", "HostConfig.CpuShares", "2"),
    C("\"cpu\":0", "HostConfig.CpuShares", "2"),
    C("\"cpu\":1", "HostConfig.CpuShares", "2"),
    C("\"cpu\":256", "HostConfig.CpuShares", "256"),
    C("\"memory\":128", "HostConfig.Memory", "134217728"),
    C("\"memory\":4", "HostConfig.Memory", "6291456"),
    C("", "HostConfig.Memory", NULL),
    C("\"memoryReservation\":64", "HostConfig.MemoryReservation", "67108864"),
    C("\"memoryReservation\":1", "HostConfig.MemoryReservation", "6291456"),
    C("\"memory\":128,\"linuxParameters\":{\"maxSwap\":64}", "HostConfig.MemorySwap",
      "201326592"),
    C("\"memory\":4,\"linuxParameters\":{\"maxSwap\":0}", "HostConfig.MemorySwap", "6291456"),
    C("\"memory\":128", "HostConfig.MemorySwap", NULL),
    C("\"linuxParameters\":{\"maxSwap\":64}", "HostConfig.MemorySwap", NULL),
    C("\"memory\":128,\"linuxParameters\":{\"maxSwap\":64,\"swappiness\":0}",
      "HostConfig.MemorySwappiness", "0"),
    C("\"memory\":128,\"linuxParameters\":{\"swappiness\":9}", "HostConfig.MemorySwappiness",
      NULL),
    /* ports */
    C("\"portMappings\":[{\"containerPort\":80}]", "ExposedPorts", "{\"80/tcp\":{}}"),
    C("\"portMappings\":[{\"containerPort\":80}]", "HostConfig.PortBindings",
      "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"0\"}]}"),
    C("\"portMappings\":[{\"containerPort\":80,\"hostPort\":0}]", "HostConfig.PortBindings",
      "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"0\"}]}"),
    C("\"portMappings\":[{\"containerPort\":53,\"hostPort\":5353,\"protocol\":\"udp\"}]",
      "HostConfig.PortBindings",
      "{\"53/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"5353\"}]}"),
    C("\"portMappings\":[{\"containerPort\":80,\"hostPort\":1},{\"containerPort\":80,"
      "\"hostPort\":2}]",
      "HostConfig.PortBindings",
      "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"1\"},{\"HostIp\":\"127.0.0.1\","
      "\"HostPort\":\"2\"}]}"),
    C("\"portMappings\":[{\"containerPortRange\":\"90-91\"}]", "HostConfig.PortBindings",
      "{\"90/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"0\"}],"
      "\"91/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"0\"}]}"),
    C("\"portMappings\":[]", "ExposedPorts", NULL),
    {"\"portMappings\":[{\"containerPort\":80}]", "\"networkMode\":\"host\"",
     "HostConfig.PortBindings", NULL},
    {"\"portMappings\":[{\"containerPort\":80}]", "\"networkMode\":\"none\"",
     "HostConfig.PortBindings", NULL},
    {"\"portMappings\":[{\"containerPort\":80}]", "\"networkMode\":\"bridge\"",
     "HostConfig.PortBindings", "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"0\"}]}"},
    /* other containers of the task */
    C("\"links\":[\"db\",\"cache:c\",\"unknown\"]", "HostConfig.Links",
      "[\"id1:db\",\"id2:c\"]"),
    C("\"volumesFrom\":[{\"sourceContainer\":\"db\"},{\"sourceContainer\":\"cache\","
      "\"readOnly\":true}]",
      "HostConfig.VolumesFrom", "[\"id1\",\"id2:ro\"]"),
    /* health */
    C("", "Healthcheck", "{\"Test\":[\"NONE\"]}"),
    C("\"healthCheck\":{\"command\":[\"CMD-SHELL\",\"true\"]}", "Healthcheck",
      "{\"Test\":[\"CMD-SHELL\",\"true\"],\"Interval\":30000000000,\"Timeout\":5000000000,"
      "\"Retries\":3,\"StartPeriod\":0}"),
    C("\"healthCheck\":{\"command\":[\"CMD\",\"a\"],\"interval\":5,\"timeout\":2,\"retries\":1,"
      "\"startPeriod\":10}",
      "Healthcheck",
      "{\"Test\":[\"CMD\",\"a\"],\"Interval\":5000000000,\"Timeout\":2000000000,\"Retries\":1,"
      "\"StartPeriod\":10000000000}"),
    C("", "StopTimeout", "30"),
    C("\"stopTimeout\":5", "StopTimeout", "5"),
    /* volumes */
    V("", ",\"host\":{\"sourcePath\":\"/srv\"}", "HostConfig.Binds", "[\"/srv:/c\"]"),
    V(",\"readOnly\":true", ",\"host\":{\"sourcePath\":\"/srv\"}", "HostConfig.Binds",
      "[\"/srv:/c:ro\"]"),
    V("", "", "HostConfig.Binds", "[\"ecs-web-7-v-0123456789abcdef:/c\"]"),
    V("", ",\"host\":{}", "HostConfig.Binds", "[\"ecs-web-7-v-0123456789abcdef:/c\"]"),
    V("", ",\"dockerVolumeConfiguration\":{\"scope\":\"task\"}", "HostConfig.Binds",
      "[\"ecs-web-7-v-0123456789abcdef:/c\"]"),
    V("", ",\"dockerVolumeConfiguration\":{\"scope\":\"shared\"}", "HostConfig.Binds",
      "[\"v:/c\"]"),
    C("\"mountPoints\":[]", "HostConfig.Binds", NULL),
    /* limits and rights */
    C("\"ulimits\":[{\"name\":\"nofile\",\"softLimit\":1,\"hardLimit\":2}]",
      "HostConfig.Ulimits", "[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":2}]"),
    C("\"user\":\"1000:1000\"", "User", "\"1000:1000\""),
    C("\"workingDirectory\":\"/w\"", "WorkingDir", "\"/w\""),
    C("\"hostname\":\"h\"", "Hostname", "\"h\""),
    C("\"privileged\":true", "HostConfig.Privileged", "true"),
    C("\"readonlyRootFilesystem\":true", "HostConfig.ReadonlyRootfs", "true"),
    C("\"linuxParameters\":{\"capabilities\":{\"add\":[\"NET_ADMIN\"],\"drop\":[]}}",
      "HostConfig.CapAdd", "[\"NET_ADMIN\"]"),
    C("\"linuxParameters\":{\"capabilities\":{\"drop\":[\"ALL\"]}}", "HostConfig.CapDrop",
      "[\"ALL\"]"),
    C("\"linuxParameters\":{\"devices\":[{\"hostPath\":\"/dev/a\"}]}", "HostConfig.Devices",
      "[{\"PathOnHost\":\"/dev/a\",\"PathInContainer\":\"/dev/"
      "a\",\"CgroupPermissions\":\"rwm\"}"
      "]"),
    C("\"linuxParameters\":{\"devices\":[{\"hostPath\":\"/dev/a\",\"containerPath\":\"/dev/b\","
      "\"permissions\":[\"mknod\",\"read\"]}]}",
      "HostConfig.Devices",
      "[{\"PathOnHost\":\"/dev/a\",\"PathInContainer\":\"/dev/b\",\"CgroupPermissions\":\"rm\"}"
      "]"),
    C("\"linuxParameters\":{\"initProcessEnabled\":true}", "HostConfig.Init", "true"),
    C("\"linuxParameters\":{\"sharedMemorySize\":2}", "HostConfig.ShmSize", "2097152"),
    C("\"linuxParameters\":{\"tmpfs\":[{\"containerPath\":\"/t\",\"size\":64,\"mountOptions\":["
      "\"noexec\",\"ro\"]}]}",
      "HostConfig.Tmpfs", "{\"/t\":\"size=64m,noexec,ro\"}"),
    C("\"dockerSecurityOptions\":[\"no-new-privileges\"]", "HostConfig.SecurityOpt",
      "[\"no-new-privileges\"]"),
    C("\"systemControls\":[{\"namespace\":\"net.core.somaxconn\",\"value\":\"9\"}]",
      "HostConfig.Sysctls", "{\"net.core.somaxconn\":\"9\"}"),
    C("\"resourceRequirements\":[{\"type\":\"GPU\",\"value\":\"2\"}]",
      "HostConfig.DeviceRequests", "[{\"Count\":2,\"Capabilities\":[[\"gpu\"]]}]"),
    C("", "HostConfig.DeviceRequests", NULL),
    /* names */
    C("\"dnsServers\":[\"1.1.1.1\"]", "HostConfig.Dns", "[\"1.1.1.1\"]"),
    C("\"dnsSearchDomains\":[\"a.b\"]", "HostConfig.DnsSearch", "[\"a.b\"]"),
    C("\"extraHosts\":[{\"hostname\":\"h\",\"ipAddress\":\"10.0.0.1\"}]",
      "HostConfig.ExtraHosts", "[\"h:10.0.0.1\"]"),
    /* output */
    C("", "HostConfig.LogConfig", NULL),
    C("\"logConfiguration\":{\"logDriver\":\"journald\"}", "HostConfig.LogConfig",
      "{\"Type\":\"journald\",\"Config\":{}}"),
    C("\"logConfiguration\":{\"logDriver\":\"json-file\",\"options\":{\"max-size\":\"1m\"}}",
      "HostConfig.LogConfig", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}"),
    C("\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"g\"}}",
      "HostConfig.LogConfig",
      "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"10m\",\"max-file\":\"3\"}}"),
    C("\"interactive\":true", "OpenStdin", "true"),
    C("\"pseudoTerminal\":true", "Tty", "true"),
    C("\"disableNetworking\":true", "NetworkDisabled", "true"),
    /* the task's */
    T("", "HostConfig.NetworkMode", "\"default\""),
    T("\"networkMode\":\"bridge\"", "HostConfig.NetworkMode", "\"default\""),
    T("\"networkMode\":\"host\"", "HostConfig.NetworkMode", "\"host\""),
    T("\"networkMode\":\"none\"", "HostConfig.NetworkMode", "\"none\""),
    T("", "HostConfig.PidMode", NULL),
    T("\"pidMode\":\"host\"", "HostConfig.PidMode", "\"host\""),
    T("\"ipcMode\":\"none\"", "HostConfig.IpcMode", "\"none\""),
    T("", "HostConfig.RestartPolicy", "{\"Name\":\"no\"}"),
    T("", "HostConfig.AutoRemove", "false"),
};

struct stand {
    json_t *container, *definition, *ids;
    struct docker_template what;
};

static json_t *
parse(const char *first, const char *members)
{
    char text[1024];

    snprintf(text, sizeof(text), "{%s%s%s}", first, *members == '\0' ? "" : ",", members);
    json_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    return value;
}

static void
open_stand(struct stand *stand, const char *container, const char *definition)
{
    stand->container = parse("\"name\":\"app\"", container);
    stand->definition = parse("\"family\":\"web\",\"revision\":7", definition);
    stand->ids = json_pack("{s:s, s:s}", "db", "id1", "cache", "id2");
    stand->what = (struct docker_template){.container = stand->container,
                                           .definition = stand->definition,
                                           .ids = stand->ids,
                                           .cluster = "erp",
                                           .task_arn = ARN,
                                           .bind_address = "127.0.0.1"};
}

static void
close_stand(struct stand *stand)
{
    json_decref(stand->container);
    json_decref(stand->definition);
    json_decref(stand->ids);
}

static const json_t *
member_at(const json_t *value, const char *path)
{
    char name[32];

    for (; value != NULL && *path != '\0'; path += *path == '.' ? 1 : 0) {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int)length, path);
        value = json_object_get(value, name);
        path += length;
    }
    return value;
}

static void
expect_text(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    assert_string_equal(text, expected);
    free(text);
}

static void
every_row_has_its_engine_field(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct stand stand;
        open_stand(&stand, rows[i].container, rows[i].definition);
        json_t *body = docker_template_body(&stand.what);
        const json_t *value = member_at(body, rows[i].path);
        if (value == NULL || rows[i].value == NULL)
            assert_true(value == NULL && rows[i].value == NULL);
        else
            expect_text(value, rows[i].value);
        json_decref(body);
        close_stand(&stand);
    }
}

static void
labels_say_whose_it_is_and_win(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand,
               "\"dockerLabels\":{\"mine\":\"1\",\"fairlead.managed\":\"0\"},"
               "\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":"
               "{\"awslogs-group\":\"/g\",\"awslogs-stream-prefix\":\"p\"}}",
               "");
    stand.what.service = "srvweb";
    stand.what.deployment = "ecs-svc/1";
    stand.what.zone = "pub1";
    json_t *body = docker_template_body(&stand.what);
    json_t *labels = json_object_get(body, "Labels");
    json_t *expected =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "mine", "1",
                  "fairlead.managed", "1", "com.amazonaws.ecs.cluster", "erp",
                  "com.amazonaws.ecs.task-arn", ARN, "com.amazonaws.ecs.container-name", "app",
                  "com.amazonaws.ecs.task-definition-family", "web",
                  "com.amazonaws.ecs.task-definition-version", "7", "fairlead.service",
                  "srvweb", "fairlead.deployment", "ecs-svc/1", "fairlead.zone", "pub1",
                  "fairlead.log-group", "/g", "fairlead.log-stream", "p/app/0123456789abcdef");
    assert_true(json_equal(labels, expected));
    json_decref(expected);
    json_decref(body);
    close_stand(&stand);
}

static void
what_run_task_says_counts(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand,
               "\"image\":\"web:1\",\"command\":[\"a\"],\"memory\":64,\"environment\":"
               "[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\",\"value\":\"1\"}]",
               "");
    json_t *override = parse("\"command\":[\"b\"]",
                             "\"memory\":128,\"environment\":[{\"name\":\"B\",\"value\":"
                             "\"2\"}]");
    json_t *secrets = json_pack("{s:s}", "PASSWORD", "p w");
    stand.what.override = override;
    stand.what.secrets = secrets;
    stand.what.image = "127.0.0.1:5000/web:1";
    json_t *body = docker_template_body(&stand.what);
    expect_text(member_at(body, "Cmd"), "[\"b\"]");
    expect_text(member_at(body, "Env"), "[\"A=1\",\"B=2\",\"PASSWORD=p w\"]");
    expect_text(member_at(body, "HostConfig.Memory"), "134217728");
    expect_text(member_at(body, "Image"), "\"127.0.0.1:5000/web:1\"");
    json_decref(body);
    json_decref(override);
    json_decref(secrets);
    close_stand(&stand);
}

static void
volumes_are_made_and_removed_by_their_scope(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand, "",
               "\"volumes\":[{\"name\":\"host\",\"host\":{\"sourcePath\":\"/srv\"}},"
               "{\"name\":\"own\"},"
               "{\"name\":\"there\",\"dockerVolumeConfiguration\":{\"scope\":\"shared\"}},"
               "{\"name\":\"kept\",\"dockerVolumeConfiguration\":{\"scope\":\"shared\","
               "\"autoprovision\":true,\"driver\":\"nfs\",\"driverOpts\":{\"o\":\"1\"},"
               "\"labels\":{\"l\":\"1\"}}}]");
    json_t *bodies = docker_template_volumes(&stand.what);
    json_t *names = docker_template_own_volumes(&stand.what);
    expect_text(bodies, "[{\"Name\":\"ecs-web-7-own-0123456789abcdef\",\"Driver\":\"local\","
                        "\"DriverOpts\":{},\"Labels\":{\"fairlead.managed\":\"1\","
                        "\"com.amazonaws.ecs.task-arn\":\"" ARN "\"}},"
                        "{\"Name\":\"kept\",\"Driver\":\"nfs\",\"DriverOpts\":{\"o\":\"1\"},"
                        "\"Labels\":{\"l\":\"1\",\"fairlead.managed\":\"1\"}}]");
    expect_text(names, "[\"ecs-web-7-own-0123456789abcdef\"]");
    json_decref(bodies);
    json_decref(names);
    close_stand(&stand);
}

static void
names_say_family_revision_and_container(void **state)
{
    struct stand stand;
    (void)state;

    open_stand(&stand, "", "");
    char *name = docker_template_name(&stand.what, 0x1f);
    assert_string_equal(name, "ecs-web-7-app-0000001f");
    free(name);
    close_stand(&stand);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_engine_field),
        cmocka_unit_test(labels_say_whose_it_is_and_win),
        cmocka_unit_test(what_run_task_says_counts),
        cmocka_unit_test(volumes_are_made_and_removed_by_their_scope),
        cmocka_unit_test(names_say_family_revision_and_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
