/* SPDX-License-Identifier: Apache-2.0 */
/* Task definitions: what is refused, by which words, and what AWS adds to one. */
#include "../unit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/task_definition.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* A definition of a container "a", and of "b" where there is one, with members added, or taken
 * away (null). */
struct row {
    const char *top, *first, *second; /* members, as JSON without braces; NULL: none */
    const char *fault;                /* a part of it; NULL: it is sound */
};

static void
add(json_t *object, const char *members)
{
    char *text = memory_print("{%s}", members == NULL ? "" : members);
    json_t *more = json_loads(text, 0, NULL), *value;
    const char *name;

    if (more == NULL)
        fail_msg("no JSON: %s", text);
    json_object_foreach (more, name, value) {
        if (json_is_null(value))
            json_object_del(object, name);
        else
            json_object_set(object, name, value);
    }
    json_decref(more);
    free(text);
}

static json_t *
make(const struct row *row)
{
    json_t *first =
        json_pack("{s:s, s:s, s:i}", "name", "a", "image", "shop/web:1", "memory", 64);
    json_t *second =
        json_pack("{s:s, s:s, s:i}", "name", "b", "image", "shop/side", "memory", 32);
    json_t *definition =
        json_pack("{s:s, s:[O]}", "family", "web", "containerDefinitions", first);

    add(first, row->first);
    add(second, row->second);
    if (row->second != NULL)
        json_array_append(json_object_get(definition, "containerDefinitions"), second);
    add(definition, row->top);
    json_decref(first);
    json_decref(second);
    return definition;
}

static void
expect(const struct row *row, const char *entry)
{
    char *copy = entry == NULL ? NULL : memory_copy_text(entry);
    struct config_value allow = {.value = copy};
    json_t *definition = make(row);
    char *fault = task_definition_fault(definition, &allow, entry != NULL);

    if (row->fault == NULL && fault != NULL)
        fail_msg("refused: %s", fault);
    if (row->fault != NULL && (fault == NULL || strstr(fault, row->fault) == NULL))
        fail_msg("not \"%s\": %s", row->fault, fault == NULL ? "it is taken" : fault);
    free(fault);
    free(copy);
    json_decref(definition);
}

static void
expect_all(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(&rows[i], NULL);
}

static void
whole_definitions_are_checked(void **state)
{
    static const struct row rows[] = {
        {.fault = NULL},
        {"\"family\": \"a b\"", NULL, NULL, "Family contains invalid characters"},
        {"\"family\": \"\"", NULL, NULL, "Family contains"},
        {"\"containerDefinitions\": []", NULL, NULL, "Container list cannot be empty."},
        {"\"networkMode\": \"awsvpc\"", NULL, NULL, "networkMode 'awsvpc' is not supported"},
        {"\"networkMode\": \"none\"", NULL, NULL, NULL},
        {"\"pidMode\": \"task\"", NULL, NULL, "pidMode 'task'"},
        {"\"ipcMode\": \"task\"", NULL, NULL, "ipcMode 'task'"},
        {"\"ipcMode\": \"none\"", NULL, NULL, NULL},
        {"\"requiresCompatibilities\": [\"EC2\"]", NULL, NULL, NULL},
        {"\"requiresCompatibilities\": [\"EC2\", \"FARGATE\"]", NULL, NULL, "'FARGATE' is not"},
        {"\"requiresCompatibilities\": [\"EXTERNAL\"]", NULL, NULL, "'EXTERNAL' is not"},
        {"\"runtimePlatform\": {\"operatingSystemFamily\": \"LINUX\"}", NULL, NULL, NULL},
        {"\"runtimePlatform\": {\"operatingSystemFamily\": \"WINDOWS_SERVER_2022_CORE\"}", NULL,
         NULL, "operatingSystemFamily"},
        {"\"proxyConfiguration\": {}", NULL, NULL, "'proxyConfiguration' is not supported"},
        {"\"ephemeralStorage\": {}", NULL, NULL, "'ephemeralStorage' is not supported"},
        {"\"enableFaultInjection\": true", NULL, NULL, "'enableFaultInjection'"},
        {"\"enableFaultInjection\": false", NULL, NULL, NULL},
        {"\"placementConstraints\": [{\"type\": \"memberOf\", \"expression\": \"a == b\"}]",
         NULL, NULL, NULL},
        {"\"placementConstraints\": [{\"type\": \"memberOf\"}]", NULL, NULL, "an expression"},
        {"\"placementConstraints\": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]", NULL, NULL,
         "10 placement constraints"},
        {"\"cpu\": \"1 vCPU\", \"memory\": \"0.5GB\"", NULL, NULL, NULL},
        {"\"cpu\": \"64\"", NULL, NULL, "Invalid 'cpu' setting for task"},
        {"\"cpu\": \"much\"", NULL, NULL, "Invalid 'cpu' setting for task"},
        {"\"memory\": \"1.2.3GB\"", NULL, NULL, "Invalid 'memory' setting for task"},
        {"\"memory\": \"63\"", NULL, NULL,
         "The 'memory' setting for container 'a' is greater than"},
        {"\"memory\": \"90\"", NULL, "", "its containers reserve 96 together, and it has 90"},
        {"\"memory\": \"90\"", "\"memoryReservation\": 8", "", NULL},
        {"\"cpu\": \"128\"", "\"cpu\": 129", NULL, "The 'cpu' setting for container 'a'"},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
}

static void
containers_are_checked(void **state)
{
    static const struct row rows[] = {
        {NULL, "\"name\": \"\"", NULL, "Container.name should not be null or empty."},
        {NULL, "\"name\": \"a b\"", NULL, "Invalid container name 'a b'"},
        {NULL, "\"image\": \"\"", NULL, "Container.image should not be null or empty."},
        {NULL, "\"image\": \"a b\"", NULL, "Container.image 'a b'"},
        {NULL, "\"image\": \"127.0.0.1:5000/a/b@sha256:00\"", NULL, NULL},
        {NULL, "\"memory\": null", NULL,
         "Invalid setting for container 'a'. At least one of 'memory' or 'memoryReservation' "
         "must be specified."},
        {NULL, "\"memory\": 5", NULL, "'memory' must be from 6"},
        {NULL, "\"memoryReservation\": 65", NULL, "'memoryReservation' must not be more"},
        {NULL, "\"memoryReservation\": 64", NULL, NULL},
        {NULL, "\"cpu\": -1", NULL, "'cpu' must be from 0"},
        {NULL, "\"stopTimeout\": -1", NULL, "'stopTimeout'"},
        {NULL, "\"startTimeout\": 86401", NULL, "'startTimeout'"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD\", \"x\"], \"interval\": 4}", NULL,
         "'healthCheck.interval' must be from 5 to 300"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD\", \"x\"], \"timeout\": 61}", NULL,
         "'healthCheck.timeout' must be from 2 to 60"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD\", \"x\"], \"retries\": 0}", NULL,
         "'healthCheck.retries' must be from 1 to 10"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD\", \"x\"], \"startPeriod\": 301}", NULL,
         "'healthCheck.startPeriod' must be from 0 to 300"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD-SHELL\", \"x\"]}", NULL, NULL},
        {NULL, "\"healthCheck\": {\"command\": [\"curl\"]}", NULL, "must begin with CMD"},
        {NULL, "\"healthCheck\": {\"command\": []}", NULL, "must begin with CMD"},
        {NULL, "\"healthCheck\": {\"command\": [\"CMD\"]}", NULL, "nothing behind CMD"},
        {NULL, "\"environment\": [{\"name\": \"\", \"value\": \"x\"}]", NULL, "neither empty"},
        {NULL, "\"environment\": [{\"name\": \"A=B\", \"value\": \"x\"}]", NULL, "'A=B'"},
        {NULL, "\"environment\": [{\"name\": \"A\"}, {\"name\": \"A\"}]", NULL, NULL},
        {NULL,
         "\"environment\": [{\"name\": \"A\"}], \"secrets\": [{\"name\": \"A\", \"valueFrom\": "
         "\"a\"}]",
         NULL, "is there twice: its name must be unique"},
        {NULL, "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"db/word\"}]", NULL, NULL},
        {NULL,
         "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"arn:aws:ssm:r:1:parameter/word\"}]",
         NULL, NULL},
        {NULL, "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"a/../b\"}]", NULL,
         "is no plain name"},
        {NULL, "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"..\"}]", NULL,
         "is no plain name"},
        {NULL, "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"/etc/shadow\"}]", NULL,
         "is no plain name"},
        {NULL,
         "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"arn:aws:ssm:r:1:parameter/../b\"}]",
         NULL, "is no plain name"},
        {NULL,
         "\"secrets\": [{\"name\": \"A\", \"valueFrom\": \"arn:aws:ssm:r:1:parameter//b\"}]",
         NULL, "is no plain name"},
        {NULL,
         "\"secrets\": [{\"name\": \"A\", \"valueFrom\": "
         "\"arn:aws:secretsmanager:r:1:secret:x\"}]",
         NULL, "is not supported here: a plain name"},
        {NULL, "\"workingDirectory\": \"srv\"", NULL, "'workingDirectory' must be an absolute"},
        {NULL, "\"hostname\": \"a b\"", NULL, "'hostname'"},
        {NULL, "\"dnsServers\": [\"nobody\"]", NULL, "'dnsServers'"},
        {NULL, "\"dnsServers\": [\"10.0.0.1\", \"::1\"]", NULL, NULL},
        {NULL, "\"extraHosts\": [{\"hostname\": \"db\", \"ipAddress\": \"10.0.0.7\"}]", NULL,
         NULL},
        {NULL, "\"extraHosts\": [{\"hostname\": \"db\", \"ipAddress\": \"host-gateway\"}]",
         NULL, "no IP address"},
        {NULL, "\"extraHosts\": [{\"hostname\": \"d:b\", \"ipAddress\": \"10.0.0.7\"}]", NULL,
         "invalid hostname"},
        {NULL, "\"ulimits\": [{\"name\": \"nofile\", \"softLimit\": 9, \"hardLimit\": 8}]",
         NULL, "The soft limit of ulimit 'nofile'"},
        {NULL, "\"ulimits\": [{\"name\": \"nofile\", \"softLimit\": 9, \"hardLimit\": -1}]",
         NULL, NULL},
        {NULL, "\"ulimits\": [{\"name\": \"core\"}, {\"name\": \"core\"}]", NULL,
         "is there twice"},
        {NULL, "\"linuxParameters\": {\"swappiness\": 101}", NULL, "swappiness"},
        {NULL, "\"linuxParameters\": {\"maxSwap\": -1}", NULL, "maxSwap"},
        {NULL, "\"linuxParameters\": {\"tmpfs\": [{\"containerPath\": \"run\", \"size\": 1}]}",
         NULL, "containerPath that is not absolute"},
        {NULL, "\"linuxParameters\": {\"tmpfs\": [{\"containerPath\": \"/run\", \"size\": 0}]}",
         NULL, "a size of 1 MiB"},
        {NULL, "\"linuxParameters\": {\"capabilities\": {\"drop\": [\"ALL\"]}}", NULL, NULL},
        {NULL, "\"restartPolicy\": {\"enabled\": true, \"restartAttemptPeriod\": 59}", NULL,
         "restartAttemptPeriod"},
        {NULL, "\"repositoryCredentials\": {\"credentialsParameter\": \"x\"}", NULL,
         "'repositoryCredentials' is not supported"},
        {NULL, "\"environmentFiles\": [{}]", NULL, "'environmentFiles' is not supported"},
        {NULL, "\"environmentFiles\": []", NULL, NULL},
        {NULL, "\"resourceRequirements\": [{}]", NULL,
         "'resourceRequirements' is not supported"},
        {NULL, "\"firelensConfiguration\": {}", NULL,
         "'firelensConfiguration' is not supported"},
        {NULL, "\"credentialSpecs\": [\"x\"]", NULL, "'credentialSpecs' is not supported"},
        {NULL, "\"logConfiguration\": {\"logDriver\": \"awslogs\"}", NULL, "awslogs-group"},
        {NULL, "\"logConfiguration\": {\"logDriver\": \"awsfirelens\"}", NULL, "awsfirelens"},
        {NULL, "\"logConfiguration\": {\"logDriver\": \"json-file\", \"secretOptions\": [{}]}",
         NULL, "secretOptions"},
        {NULL,
         "\"logConfiguration\": {\"logDriver\": \"awslogs\", \"options\": {\"awslogs-group\": "
         "\"x\"}}",
         NULL, NULL},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
}

static void
ports_are_checked(void **state)
{
    static const struct row rows[] = {
        {NULL, "\"portMappings\": [{\"containerPort\": 80}]", NULL, NULL},
        {NULL, "\"portMappings\": [{\"hostPort\": 80}]", NULL, "Container port is required"},
        {NULL, "\"portMappings\": [{\"containerPort\": 0}]", NULL,
         "The containerPort must be from 1"},
        {NULL, "\"portMappings\": [{\"containerPort\": 65536}]", NULL, "containerPort must be"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 65536}]", NULL,
         "hostPort must be"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": -1}]", NULL,
         "hostPort must be"},
        {NULL, "\"portMappings\": [{\"containerPortRange\": \"80-90\"}]", NULL, NULL},
        {NULL, "\"portMappings\": [{\"containerPortRange\": \"90-80\"}]", NULL,
         "is not FIRST-LAST"},
        {NULL, "\"portMappings\": [{\"containerPortRange\": \"1-65535\"}]", NULL,
         "is not FIRST-LAST"},
        {NULL, "\"portMappings\": [{\"containerPortRange\": \"80\"}]", NULL,
         "is not FIRST-LAST"},
        {NULL, "\"portMappings\": [{\"containerPortRange\": \"80-90\", \"containerPort\": 80}]",
         NULL, "neither containerPort nor hostPort"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 8080}]",
         "\"portMappings\": [{\"containerPort\": 81, \"hostPort\": 8080}]",
         "8080/tcp is mapped twice"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 8080}]",
         "\"portMappings\": [{\"containerPort\": 81, \"hostPort\": 8080, \"protocol\": "
         "\"udp\"}]",
         NULL},
        {NULL, "\"portMappings\": [{\"containerPort\": 80}, {\"containerPort\": 81}]",
         "\"portMappings\": [{\"containerPort\": 80}]", NULL},
        {"\"networkMode\": \"none\"", "\"portMappings\": [{\"containerPort\": 80}]", NULL,
         "not possible with networkMode none"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"name\": \"a b\"}]", NULL,
         "The name of a port mapping"},
        {NULL,
         "\"portMappings\": [{\"containerPort\": 80, \"name\": \"web\"}, "
         "{\"containerPort\": 81, \"name\": \"web\"}]",
         NULL, "Two port mappings have the name 'web'"},
        {NULL, "\"portMappings\": [{\"containerPort\": 80, \"appProtocol\": \"http\"}]", NULL,
         "must have a name"},
    };
    static const struct row on_host[] = {
        {"\"networkMode\": \"host\"", "\"portMappings\": [{\"containerPort\": 80}]", NULL,
         NULL},
        {"\"networkMode\": \"host\"",
         "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 80}]", NULL, NULL},
        {"\"networkMode\": \"host\"",
         "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 81}]", NULL,
         "must be the containerPort"},
        {"\"networkMode\": \"host\"", "\"portMappings\": [{\"containerPort\": 80}]",
         "\"portMappings\": [{\"containerPort\": 80}]", "80/tcp is mapped twice"},
        {"\"networkMode\": \"host\"", "\"links\": [\"b\"]", "",
         "Links are not supported when networkMode=host"},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
    for (size_t i = 0; i < COUNT(on_host); i++)
        expect(&on_host[i], "host_network");
}

#define HEALTH "\"healthCheck\": {\"command\": [\"CMD\", \"true\"]}"

static void
relations_are_checked(void **state)
{
    static const struct row rows[] = {
        {NULL, "", "\"name\": \"a\"", "Container names must be unique: 'a' is there twice"},
        {NULL, "\"essential\": false", NULL, "At least one container"},
        {NULL, "\"essential\": false", "\"essential\": false", "At least one container"},
        {NULL, "\"essential\": false", "", NULL},
        {NULL, "\"links\": [\"b:side\"]", "", NULL},
        {NULL, "\"links\": [\"c\"]", "", "'links' refers to the container 'c'"},
        {NULL, "\"links\": [\"a\"]", "", "'links' refers to the container itself"},
        {NULL, "\"links\": [\"b:\"]", "", "an alias with invalid characters"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"START\"}]", "",
         NULL},
        {NULL, "\"dependsOn\": [{\"containerName\": \"c\", \"condition\": \"START\"}]", "",
         "'dependsOn' refers to the container 'c', which is not in the task definition"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"a\", \"condition\": \"START\"}]", "",
         "'dependsOn' refers to the container itself"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"HEALTHY\"}]", "",
         "which has no healthCheck"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"HEALTHY\"}]",
         HEALTH, NULL},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"SUCCESS\"}]", "",
         "which is essential"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"COMPLETE\"}]",
         "\"essential\": false", NULL},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"START\"}]",
         "\"dependsOn\": [{\"containerName\": \"a\", \"condition\": \"START\"}]",
         "make a circle"},
        {NULL, "\"dependsOn\": [{\"containerName\": \"b\", \"condition\": \"START\"}]",
         "\"links\": [\"a\"]", "make a circle"},
        {NULL, "\"volumesFrom\": [{\"sourceContainer\": \"b\"}]", "", NULL},
        {NULL, "\"volumesFrom\": [{\"sourceContainer\": \"other\"}]", "",
         "'volumesFrom' refers to the container 'other'"},
        {NULL, "\"volumesFrom\": [{}]", "", "'volumesFrom' refers to"},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
}

static void
volumes_are_checked(void **state)
{
    static const struct row rows[] = {
        {"\"volumes\": [{\"name\": \"data\"}]",
         "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"/data\"}]", NULL,
         NULL},
        {"\"volumes\": [{\"name\": \"data\", \"host\": {}}]", NULL, NULL, NULL},
        {NULL, "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"/data\"}]",
         NULL, "Unknown volume 'data'"},
        {"\"volumes\": [{\"name\": \"data\"}]",
         "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"data\"}]", NULL,
         "must be an absolute path"},
        {"\"volumes\": [{\"name\": \"data\"}]",
         "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"/a:/b\"}]", NULL,
         "must be an absolute path"},
        {"\"volumes\": [{\"name\": \"data\"}]",
         "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"//\"}]", NULL,
         "not the root"},
        {"\"volumes\": [{\"name\": \"data\"}]",
         "\"mountPoints\": [{\"sourceVolume\": \"data\", \"containerPath\": \"/d\"}, "
         "{\"sourceVolume\": \"data\", \"containerPath\": \"/d\"}]",
         NULL, "Two mount points"},
        {"\"volumes\": [{\"name\": \"data\"}, {\"name\": \"data\"}]", NULL, NULL,
         "is there twice"},
        {"\"volumes\": [{\"name\": \"a/b\"}]", NULL, NULL, "The name of a volume"},
        {"\"volumes\": [{\"name\": \"d\", \"efsVolumeConfiguration\": {}}]", NULL, NULL,
         "efsVolume"},
        {"\"volumes\": [{\"name\": \"d\", \"s3filesVolumeConfiguration\": {}}]", NULL, NULL,
         "s3files"},
        {"\"volumes\": [{\"name\": \"d\", \"fsxWindowsFileServerVolumeConfiguration\": {}}]",
         NULL, NULL, "fsxWindows"},
        {"\"volumes\": [{\"name\": \"d\", \"configuredAtLaunch\": true}]", NULL, NULL,
         "configuredAtLaunch"},
        {"\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {\"scope\": "
         "\"task\"}}]",
         NULL, NULL, NULL},
        {"\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {\"autoprovision\": "
         "true}}]",
         NULL, NULL, "needs the scope shared"},
        {"\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {}, "
         "\"host\": {\"sourcePath\": \"/srv\"}}]",
         NULL, NULL, "has both host"},
        {"\"volumes\": [{\"name\": \"d\", \"host\": {\"sourcePath\": \"srv\"}}]", NULL, NULL,
         "must be an absolute path"},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
}

/* Each is refused by name, and taken with the entry that it names. */
static void
what_reaches_the_host_needs_an_entry(void **state)
{
    static const struct {
        const char *entry, *member;
        struct row row;
    } rows[] = {
        {"privileged", "privileged", {.first = "\"privileged\": true"}},
        {"host_network", "networkMode", {.top = "\"networkMode\": \"host\""}},
        {"host_pid", "pidMode", {.top = "\"pidMode\": \"host\""}},
        {"host_ipc", "ipcMode", {.top = "\"ipcMode\": \"host\""}},
        {"host_mounts:/srv/data",
         "volumes.host.sourcePath",
         {.top =
              "\"volumes\": [{\"name\": \"d\", \"host\": {\"sourcePath\": \"/srv/data\"}}]"}},
        {"volume_drivers:nfs",
         "volumes.dockerVolumeConfiguration.driver",
         {.top = "\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {\"driver\": "
                 "\"nfs\"}}]"}},
        {"volume_driver_options",
         "volumes.dockerVolumeConfiguration.driverOpts",
         {.top =
              "\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {\"driver\": "
              "\"local\", "
              "\"driverOpts\": {\"type\": \"none\", \"o\": \"bind\", \"device\": \"/\"}}}]"}},
        {"shared_volumes:d",
         "volumes.dockerVolumeConfiguration.scope",
         {.top = "\"volumes\": [{\"name\": \"d\", \"dockerVolumeConfiguration\": {\"scope\": "
                 "\"shared\"}}]"}},
        {"capabilities:NET_ADMIN",
         "linuxParameters.capabilities.add",
         {.first = "\"linuxParameters\": {\"capabilities\": {\"add\": [\"NET_ADMIN\"]}}"}},
        {"devices:/dev/fuse",
         "linuxParameters.devices.hostPath",
         {.first = "\"linuxParameters\": {\"devices\": [{\"hostPath\": \"/dev/fuse\"}]}"}},
        {"security_options:seccomp=unconfined",
         "dockerSecurityOptions",
         {.first = "\"dockerSecurityOptions\": [\"seccomp=unconfined\"]"}},
        {"system_controls:net.core.somaxconn",
         "systemControls.namespace",
         {.first = "\"systemControls\": [{\"namespace\": \"net.core.somaxconn\", \"value\": "
                   "\"9\"}]"}},
        {"log_drivers:gelf",
         "logConfiguration.logDriver",
         {.first = "\"logConfiguration\": {\"logDriver\": \"gelf\"}"}},
        {"log_drivers:fluentd",
         "logConfiguration.logDriver",
         {.first = "\"logConfiguration\": {\"logDriver\": \"fluentd\"}"}},
        {"log_drivers:splunk",
         "logConfiguration.logDriver",
         {.first = "\"logConfiguration\": {\"logDriver\": \"splunk\"}"}},
        {"log_drivers:syslog",
         "logConfiguration.logDriver",
         {.first = "\"logConfiguration\": {\"logDriver\": \"syslog\", "
                   "\"options\": {\"syslog-address\": \"tcp://10.0.0.1\"}}"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct row row = rows[i].row;
        char *words = memory_print("'%s' reaches the host and is not permitted: the setting "
                                   "api.allow has no entry \"%s\"",
                                   rows[i].member, rows[i].entry);
        row.fault = words;
        expect(&row, NULL);
        expect(&row, "host_mounts:/other");
        row.fault = NULL;
        expect(&row, rows[i].entry);
        json_t *definition = make(&row);
        char *fault = task_definition_reach_fault(definition, NULL, 0);
        assert_non_null(strstr(fault, words));
        free(fault);
        json_decref(definition);
        free(words);
    }
}

static void
what_stays_in_the_container_needs_none(void **state)
{
    static const struct row rows[] = {
        {NULL, "\"privileged\": false", NULL, NULL},
        {NULL, "\"dockerSecurityOptions\": [\"no-new-privileges\"]", NULL, NULL},
        {NULL, "\"logConfiguration\": {\"logDriver\": \"syslog\"}", NULL, NULL},
        {NULL, "\"logConfiguration\": {\"logDriver\": \"json-file\"}", NULL, NULL},
        {NULL, "\"readonlyRootFilesystem\": true, \"user\": \"1000\"", NULL, NULL},
        {"\"volumes\": [{\"name\": \"d\", \"host\": {\"sourcePath\": \"\"}}]", NULL, NULL,
         NULL},
    };

    (void)state;
    expect_all(rows, COUNT(rows));
}

static void
comes_back_as(const struct row *row, const char *wanted)
{
    json_t *definition = make(row);
    json_t *whole = task_definition_complete(definition);
    json_t *expected = json_loads(wanted, 0, NULL);
    json_t *again = task_definition_complete(whole);

    assert_non_null(expected);
    if (!json_equal(whole, expected))
        fail_msg("%s", json_dumps(whole, 0));
    assert_true(json_equal(again, whole));
    json_decref(again);
    json_decref(definition);
    json_decref(whole);
    json_decref(expected);
}

static void
defaults_are_added_and_no_more(void **state)
{
    static const struct row plain = {
        .first = "\"portMappings\": [{\"containerPort\": 80}], \"links\": []"};
    static const struct row host = {
        .top = "\"networkMode\": \"host\", \"cpu\": \".5 vCPU\", \"memory\": \"1 GB\"",
        .first = "\"essential\": false, \"cpu\": 7, "
                 "\"portMappings\": [{\"containerPort\": 80, \"protocol\": \"udp\"}]"};

    (void)state;
    comes_back_as(
        &plain,
        "{\"family\": \"web\", \"volumes\": [], \"placementConstraints\": [], "
        "\"containerDefinitions\": [{\"name\": \"a\", \"image\": \"shop/web:1\", "
        "\"memory\": 64, \"cpu\": 0, \"essential\": true, \"links\": [], "
        "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 0, \"protocol\": \"tcp\"}], "
        "\"environment\": [], \"mountPoints\": [], \"volumesFrom\": [], "
        "\"systemControls\": []}]}");
    comes_back_as(
        &host,
        "{\"family\": \"web\", \"volumes\": [], \"placementConstraints\": [], "
        "\"networkMode\": \"host\", \"cpu\": \"512\", \"memory\": \"1024\", "
        "\"containerDefinitions\": [{\"name\": \"a\", \"image\": \"shop/web:1\", "
        "\"memory\": 64, \"cpu\": 7, \"essential\": false, "
        "\"portMappings\": [{\"containerPort\": 80, \"hostPort\": 80, \"protocol\": \"udp\"}], "
        "\"environment\": [], \"mountPoints\": [], \"volumesFrom\": [], "
        "\"systemControls\": []}]}");
}

static void
sizes_have_units(void **state)
{
    (void)state;
    assert_int_equal(task_definition_cpu("256"), 256);
    assert_int_equal(task_definition_cpu("1 vCPU"), 1024);
    assert_int_equal(task_definition_cpu(".25 vcpu"), 256);
    assert_int_equal(task_definition_cpu("0.25vCPU"), 256);
    assert_int_equal(task_definition_memory("0.5GB"), 512);
    assert_int_equal(task_definition_memory("2 gb"), 2048);
    assert_int_equal(task_definition_memory("512"), 512);
    assert_int_equal(task_definition_memory("GB"), 0);
    assert_int_equal(task_definition_memory("1.GB"), 0);
    assert_int_equal(task_definition_memory("1.0001GB"), 0);
    assert_int_equal(task_definition_memory("-1"), 0);
    assert_int_equal(task_definition_memory(""), 0);
}

static void
attributes_are_what_it_asks_for(void **state)
{
    static const struct row row = {
        .first =
            HEALTH ", \"logConfiguration\": {\"logDriver\": \"json-file\"}, \"secrets\": []"};
    json_t *definition = make(&row), *attributes = task_definition_attributes(definition);

    (void)state;
    assert_int_equal(json_array_size(attributes), 2);
    json_decref(definition);
    json_decref(attributes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_definitions_are_checked),
        cmocka_unit_test(containers_are_checked),
        cmocka_unit_test(ports_are_checked),
        cmocka_unit_test(relations_are_checked),
        cmocka_unit_test(volumes_are_checked),
        cmocka_unit_test(what_reaches_the_host_needs_an_entry),
        cmocka_unit_test(what_stays_in_the_container_needs_none),
        cmocka_unit_test(defaults_are_added_and_no_more),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(attributes_are_what_it_asks_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
