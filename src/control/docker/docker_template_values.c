/* SPDX-License-Identifier: Apache-2.0 */
#include "control/docker/docker_template_values.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MEBIBYTE ((json_int_t)1024 * 1024)
/* What Docker takes since 20.10. */
#define MEMORY_LEAST (6 * MEBIBYTE)
#define SHARES_LEAST 2
#define NANOSECONDS ((json_int_t)1000000000)

const char *
docker_template_text(const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));

    return text == NULL ? "" : text;
}

json_t *
docker_template_unless_empty(json_t *list)
{
    if (json_array_size(list) > 0 || json_object_size(list) > 0)
        return list;
    json_decref(list);
    return NULL;
}

json_t *
docker_template_same(const json_t *value)
{
    if (json_is_array(value) || json_is_object(value))
        return docker_template_unless_empty(json_deep_copy(value));
    if (json_is_null(value) || (json_is_string(value) && *json_string_value(value) == '\0'))
        return NULL;
    return json_deep_copy(value);
}

json_t *
docker_template_mebibytes(const json_t *value)
{
    json_int_t mebibytes = json_integer_value(value);

    return mebibytes > 0 ? json_integer(mebibytes * MEBIBYTE) : NULL;
}

json_t *
docker_template_memory(const json_t *value)
{
    json_int_t bytes = json_integer_value(value) * MEBIBYTE;

    if (bytes <= 0)
        return NULL;
    return json_integer(bytes < MEMORY_LEAST ? MEMORY_LEAST : bytes);
}

json_t *
docker_template_cpu_shares(const json_t *value)
{
    json_int_t shares = json_integer_value(value);

    return json_integer(shares < SHARES_LEAST ? SHARES_LEAST : shares);
}

static json_t *
nanoseconds(const json_t *value, const char *member, json_int_t standard)
{
    const json_t *seconds = json_object_get(value, member);

    return json_integer((seconds == NULL ? standard : json_integer_value(seconds)) *
                        NANOSECONDS);
}

json_t *
docker_template_health_check(const json_t *value)
{
    const json_t *retries = json_object_get(value, "retries");

    /* An image's own check does not count in ECS. */
    if (json_array_size(json_object_get(value, "command")) == 0)
        return json_pack("{s:[s]}", "Test", "NONE");
    return json_pack("{s:O, s:o, s:o, s:I, s:o}", "Test", json_object_get(value, "command"),
                     "Interval", nanoseconds(value, "interval", 30), "Timeout",
                     nanoseconds(value, "timeout", 5), "Retries",
                     retries == NULL ? (json_int_t)3 : json_integer_value(retries),
                     "StartPeriod", nanoseconds(value, "startPeriod", 0));
}

json_t *
docker_template_ulimits(const json_t *value)
{
    json_t *limits = json_array();
    const json_t *limit;
    size_t index;

    json_array_foreach (value, index, limit)
        json_array_append_new(
            limits, json_pack("{s:s, s:I, s:I}", "Name", docker_template_text(limit, "name"),
                              "Soft", json_integer_value(json_object_get(limit, "softLimit")),
                              "Hard", json_integer_value(json_object_get(limit, "hardLimit"))));
    return docker_template_unless_empty(limits);
}

/* None given are all. */
static void
read_permissions(const json_t *device, char permissions[4])
{
    static const struct {
        const char *word;
        char letter;
    } known[] = {{"read", 'r'}, {"write", 'w'}, {"mknod", 'm'}};

    const json_t *given = json_object_get(device, "permissions");
    const json_t *word;
    size_t index, length = 0;

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        bool is_given = json_array_size(given) == 0;
        json_array_foreach (given, index, word)
            is_given = is_given || (json_is_string(word) &&
                                    strcmp(json_string_value(word), known[i].word) == 0);
        if (is_given)
            permissions[length++] = known[i].letter;
    }
    permissions[length] = '\0';
}

json_t *
docker_template_devices(const json_t *value)
{
    json_t *devices = json_array();
    const json_t *device;
    size_t index;

    json_array_foreach (value, index, device) {
        const char *host = docker_template_text(device, "hostPath");
        const char *inside = docker_template_text(device, "containerPath");
        char permissions[4];
        read_permissions(device, permissions);
        json_array_append_new(devices,
                              json_pack("{s:s, s:s, s:s}", "PathOnHost", host,
                                        "PathInContainer", *inside == '\0' ? host : inside,
                                        "CgroupPermissions", permissions));
    }
    return docker_template_unless_empty(devices);
}

/* "size=64m,noexec" */
static json_t *
tmpfs_options(const json_t *entry)
{
    json_int_t size = json_integer_value(json_object_get(entry, "size"));
    char *text = size > 0 ? memory_print("size=%lldm", (long long)size) : memory_copy_text("");
    const json_t *option;
    size_t index;

    json_array_foreach (json_object_get(entry, "mountOptions"), index, option) {
        char *longer =
            memory_print("%s%s%s", text, *text == '\0' ? "" : ",", json_string_value(option));
        free(text);
        text = longer;
    }
    json_t *options = json_string(text);
    free(text);
    return options;
}

json_t *
docker_template_tmpfs(const json_t *value)
{
    json_t *mounts = json_object();
    const json_t *entry;
    size_t index;

    json_array_foreach (value, index, entry)
        json_object_set_new(mounts, docker_template_text(entry, "containerPath"),
                            tmpfs_options(entry));
    return docker_template_unless_empty(mounts);
}

json_t *
docker_template_extra_hosts(const json_t *value)
{
    json_t *hosts = json_array();
    const json_t *host;
    size_t index;

    json_array_foreach (value, index, host)
        json_array_append_new(hosts,
                              json_sprintf("%s:%s", docker_template_text(host, "hostname"),
                                           docker_template_text(host, "ipAddress")));
    return docker_template_unless_empty(hosts);
}

json_t *
docker_template_sysctls(const json_t *value)
{
    json_t *sysctls = json_object();
    const json_t *control;
    size_t index;

    json_array_foreach (value, index, control)
        json_object_set_new(sysctls, docker_template_text(control, "namespace"),
                            json_string(docker_template_text(control, "value")));
    return docker_template_unless_empty(sysctls);
}

/* There is no CloudWatch Logs: what would go there is kept by the engine, with a limit. */
json_t *
docker_template_log_config(const json_t *value)
{
    const char *driver = docker_template_text(value, "logDriver");
    const json_t *options = json_object_get(value, "options");

    if (*driver == '\0')
        return NULL;
    if (strcmp(driver, "awslogs") == 0)
        return json_pack("{s:s, s:{s:s, s:s}}", "Type", "json-file", "Config", "max-size",
                         "10m", "max-file", "3");
    return json_pack("{s:s, s:o}", "Type", driver, "Config",
                     options == NULL ? json_object() : json_deep_copy(options));
}

json_t *
docker_template_gpus(const json_t *value)
{
    const json_t *requirement;
    size_t index;

    json_array_foreach (value, index, requirement) {
        int count = (int)strtol(docker_template_text(requirement, "value"), NULL, 10);
        if (strcmp(docker_template_text(requirement, "type"), "GPU") == 0 && count > 0)
            return json_pack("[{s:i, s:[[s]]}]", "Count", count, "Capabilities", "gpu");
    }
    return NULL;
}
