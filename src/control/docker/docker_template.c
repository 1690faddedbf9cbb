/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most members of a container definition have one of the engine's: that is a table. What is put
 * together of several follows it.
 */
#include "control/docker/docker_template.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/docker/docker_template_mounts.h"
#include "control/docker/docker_template_ports.h"
#include "control/docker/docker_template_values.h"
#include "control/driver/driver.h"

#define STOP_TIMEOUT_DEFAULT 30

enum place { OF_CONTAINER, OF_HOST };

static const struct {
    const char *from; /* a path in the container definition */
    enum place place;
    const char *to;
    docker_template_value *make;
} rows[] = {
    {"entryPoint", OF_CONTAINER, "Entrypoint", docker_template_same},
    {"command", OF_CONTAINER, "Cmd", docker_template_same},
    {"user", OF_CONTAINER, "User", docker_template_same},
    {"workingDirectory", OF_CONTAINER, "WorkingDir", docker_template_same},
    {"hostname", OF_CONTAINER, "Hostname", docker_template_same},
    {"interactive", OF_CONTAINER, "OpenStdin", docker_template_same},
    {"pseudoTerminal", OF_CONTAINER, "Tty", docker_template_same},
    {"disableNetworking", OF_CONTAINER, "NetworkDisabled", docker_template_same},
    {"healthCheck", OF_CONTAINER, "Healthcheck", docker_template_health_check},
    {"cpu", OF_HOST, "CpuShares", docker_template_cpu_shares},
    {"memory", OF_HOST, "Memory", docker_template_memory},
    {"memoryReservation", OF_HOST, "MemoryReservation", docker_template_memory},
    {"privileged", OF_HOST, "Privileged", docker_template_same},
    {"readonlyRootFilesystem", OF_HOST, "ReadonlyRootfs", docker_template_same},
    {"dnsServers", OF_HOST, "Dns", docker_template_same},
    {"dnsSearchDomains", OF_HOST, "DnsSearch", docker_template_same},
    {"extraHosts", OF_HOST, "ExtraHosts", docker_template_extra_hosts},
    {"dockerSecurityOptions", OF_HOST, "SecurityOpt", docker_template_same},
    {"ulimits", OF_HOST, "Ulimits", docker_template_ulimits},
    {"systemControls", OF_HOST, "Sysctls", docker_template_sysctls},
    {"logConfiguration", OF_HOST, "LogConfig", docker_template_log_config},
    {"resourceRequirements", OF_HOST, "DeviceRequests", docker_template_gpus},
    {"linuxParameters.capabilities.add", OF_HOST, "CapAdd", docker_template_same},
    {"linuxParameters.capabilities.drop", OF_HOST, "CapDrop", docker_template_same},
    {"linuxParameters.devices", OF_HOST, "Devices", docker_template_devices},
    {"linuxParameters.initProcessEnabled", OF_HOST, "Init", docker_template_same},
    {"linuxParameters.sharedMemorySize", OF_HOST, "ShmSize", docker_template_mebibytes},
    {"linuxParameters.tmpfs", OF_HOST, "Tmpfs", docker_template_tmpfs},
};

static const char *
text_of(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

/* NULL where there is none on the way. */
static const json_t *
follow(const json_t *object, const char *path)
{
    char name[40];

    while (object != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int)length, path);
        object = json_object_get(object, name);
        path += length + (path[length] == '.' ? 1 : 0);
    }
    return object;
}

/* What RunTask says instead of the definition counts. */
static const json_t *
find(const struct docker_template *what, const char *path)
{
    const json_t *value = follow(what->override, path);

    return value != NULL && !json_is_null(value) ? value : follow(what->container, path);
}

/* The reference passes; NULL: nothing. */
static void
set(json_t *object, const char *member, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, member, value);
}

static void
set_text(json_t *object, const char *member, const char *text)
{
    set(object, member, text == NULL ? NULL : json_string(text));
}

static void
fill_rows(const struct docker_template *what, enum place place, json_t *object)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (rows[i].place == place)
            set(object, rows[i].to, rows[i].make(find(what, rows[i].from)));
}

/* Variables */

static void
add_variables(json_t *variables, const json_t *list)
{
    const json_t *variable;
    size_t index;

    json_array_foreach (list, index, variable) {
        const char *name = text_of(variable, "name"), *value = text_of(variable, "value");
        if (name != NULL)
            json_object_set_new(variables, name, json_string(value == NULL ? "" : value));
    }
}

/* Of the same name the last one counts. */
static json_t *
make_environment(const struct docker_template *what)
{
    json_t *variables = json_object(), *texts = json_array();
    const char *name;
    json_t *value;

    add_variables(variables, json_object_get(what->container, "environment"));
    add_variables(variables, json_object_get(what->override, "environment"));
    if (what->secrets != NULL)
        json_object_update(variables, (json_t *)what->secrets);
    json_object_foreach (variables, name, value)
        json_array_append_new(texts, json_sprintf("%s=%s", name, json_string_value(value)));
    json_decref(variables);
    return docker_template_unless_empty(texts);
}

/* Labels */

/* What would go to CloudWatch Logs is found by the group and stream that it would have. */
static void
add_log_labels(const struct docker_template *what, json_t *labels)
{
    const json_t *log = json_object_get(what->container, "logConfiguration");
    const json_t *options = json_object_get(log, "options");
    const char *driver = text_of(log, "logDriver");
    const char *prefix = text_of(options, "awslogs-stream-prefix");

    if (driver == NULL || strcmp(driver, "awslogs") != 0)
        return;
    set_text(labels, "fairlead.log-group", text_of(options, "awslogs-group"));
    if (prefix != NULL)
        set(labels, "fairlead.log-stream",
            json_sprintf("%s/%s/%s", prefix, text_of(what->container, "name"),
                         docker_template_task_id(what)));
}

/* Ours win over those of the definition. */
static json_t *
make_labels(const struct docker_template *what)
{
    json_t *labels = json_deep_copy(json_object_get(what->container, "dockerLabels"));

    if (labels == NULL)
        labels = json_object();
    set_text(labels, "com.amazonaws.ecs.cluster", what->cluster);
    set_text(labels, "com.amazonaws.ecs.task-arn", what->task_arn);
    set_text(labels, "com.amazonaws.ecs.container-name", text_of(what->container, "name"));
    set_text(labels, "com.amazonaws.ecs.task-definition-family",
             text_of(what->definition, "family"));
    set(labels, "com.amazonaws.ecs.task-definition-version",
        json_sprintf("%lld",
                     json_integer_value(json_object_get(what->definition, "revision"))));
    set_text(labels, "fairlead.service", what->service);
    set_text(labels, "fairlead.deployment", what->deployment);
    set_text(labels, "fairlead.zone", what->zone);
    set_text(labels, DRIVER_MANAGED_LABEL, "1");
    add_log_labels(what, labels);
    return labels;
}

/* What concerns the host */

/* "name:alias", and a name alone is its own alias. */
static json_t *
make_links(const struct docker_template *what)
{
    json_t *links = json_array();
    const json_t *link;
    size_t index;

    json_array_foreach (json_object_get(what->container, "links"), index, link) {
        const char *text = json_string_value(link);
        size_t length = text == NULL ? 0 : strcspn(text, ":");
        char *name = memory_copy_bytes(text, length);
        const char *id = text_of(what->ids, name);
        if (id != NULL)
            json_array_append_new(
                links,
                json_sprintf("%s:%s", id, text[length] == ':' ? text + length + 1 : name));
        free(name);
    }
    return docker_template_unless_empty(links);
}

/* Memory and swap together, which needs a limit of memory. Without maxSwap the host's way of
 * swapping holds. */
static void
set_swap(const struct docker_template *what, json_t *host)
{
    const json_t *most = find(what, "linuxParameters.maxSwap");
    json_int_t memory = json_integer_value(json_object_get(host, "Memory"));

    if (most == NULL || memory == 0)
        return;
    set(host, "MemorySwap", json_integer(memory + json_integer_value(most) * 1024 * 1024));
    set(host, "MemorySwappiness",
        docker_template_same(find(what, "linuxParameters.swappiness")));
}

/* The engine's own word for a bridge is another one. */
static const char *
network_mode(const struct docker_template *what)
{
    const char *mode = text_of(what->definition, "networkMode");

    return mode == NULL || strcmp(mode, "bridge") == 0 ? "default" : mode;
}

static json_t *
make_host_config(const struct docker_template *what)
{
    json_t *host = json_object();

    fill_rows(what, OF_HOST, host);
    set_swap(what, host);
    set(host, "PortBindings", docker_template_port_bindings(what));
    set(host, "Links", make_links(what));
    set(host, "Binds", docker_template_binds(what));
    set(host, "VolumesFrom", docker_template_volumes_from(what));
    set_text(host, "NetworkMode", network_mode(what));
    set_text(host, "PidMode", text_of(what->definition, "pidMode"));
    set_text(host, "IpcMode", text_of(what->definition, "ipcMode"));
    /* The scheduler starts what ended again, and keeps its output for a while. */
    set(host, "RestartPolicy", json_pack("{s:s}", "Name", "no"));
    set(host, "AutoRemove", json_false());
    return host;
}

json_t *
docker_template_body(const struct docker_template *what)
{
    json_t *body = json_object();
    const json_t *stop_timeout = json_object_get(what->container, "stopTimeout");

    set_text(body, "Image",
             what->image != NULL ? what->image : text_of(what->container, "image"));
    fill_rows(what, OF_CONTAINER, body);
    set(body, "Env", make_environment(what));
    set(body, "Labels", make_labels(what));
    set(body, "ExposedPorts", docker_template_exposed_ports(what));
    set(body, "StopTimeout",
        json_integer(stop_timeout == NULL ? STOP_TIMEOUT_DEFAULT
                                          : json_integer_value(stop_timeout)));
    set(body, "HostConfig", make_host_config(what));
    return body;
}

char *
docker_template_name(const struct docker_template *what, uint32_t random)
{
    return memory_print("ecs-%s-%lld-%s-%08x", text_of(what->definition, "family"),
                        json_integer_value(json_object_get(what->definition, "revision")),
                        text_of(what->container, "name"), random);
}
