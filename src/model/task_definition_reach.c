/* SPDX-License-Identifier: Apache-2.0 */
/* What a task definition would reach of the host: each needs an entry in api.allow. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/task_definition_check.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

static bool
needs(struct definition_check *check, enum host_reach reach, const char *member,
      const char *value)
{
    const char *text = value == NULL ? "" : value;

    if (host_reach_allows(check->allow, check->allow_count, reach, text))
        return true;
    char *entry = host_reach_entry(reach, text);
    definition_fail(check,
                    "'%s' reaches the host and is not permitted: the setting api.allow "
                    "has no entry \"%.255s\".",
                    member, entry);
    free(entry);
    return false;
}

/* Words of the whole task that are "host". */
static bool
has_own_modes(struct definition_check *check)
{
    static const struct {
        const char *member;
        enum host_reach reach;
    } rows[] = {{"networkMode", HOST_REACH_NETWORK},
                {"pidMode", HOST_REACH_PID},
                {"ipcMode", HOST_REACH_IPC}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *mode = definition_text(check->definition, rows[i].member);
        if (mode != NULL && strcmp(mode, "host") == 0 &&
            !needs(check, rows[i].reach, rows[i].member, NULL))
            return false;
    }
    return true;
}

static bool
may_have_docker_volume(struct definition_check *check, const json_t *volume)
{
    const json_t *docker = json_object_get(volume, "dockerVolumeConfiguration");
    const char *driver = definition_text(docker, "driver");
    const char *scope = definition_text(docker, "scope");
    bool is_allowed = true;

    if (driver != NULL && *driver != '\0' && strcmp(driver, "local") != 0)
        is_allowed = needs(check, HOST_REACH_VOLUME_DRIVERS,
                           "volumes.dockerVolumeConfiguration.driver", driver);
    if (is_allowed && json_object_size(json_object_get(docker, "driverOpts")) > 0)
        is_allowed = needs(check, HOST_REACH_VOLUME_OPTIONS,
                           "volumes.dockerVolumeConfiguration.driverOpts", NULL);
    if (is_allowed && scope != NULL && strcmp(scope, "shared") == 0)
        is_allowed =
            needs(check, HOST_REACH_SHARED_VOLUMES, "volumes.dockerVolumeConfiguration.scope",
                  definition_text(volume, "name"));
    return is_allowed;
}

static bool
may_have_volumes(struct definition_check *check)
{
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(check->definition, "volumes"), index, volume) {
        const char *path = definition_text(volume, "host.sourcePath");
        if (path != NULL && *path != '\0' &&
            !needs(check, HOST_REACH_MOUNTS, "volumes.host.sourcePath", path))
            return false;
        if (!may_have_docker_volume(check, volume))
            return false;
    }
    return true;
}

/* Lists of a container, each element of which needs an entry. */
static const struct {
    const char *way, *member; /* of the element; NULL: it is a text itself */
    const char *shown;
    enum host_reach reach;
    const char *harmless; /* what the element may begin with */
} lists[] = {
    {"linuxParameters.capabilities.add", NULL, "linuxParameters.capabilities.add",
     HOST_REACH_CAPABILITIES, NULL},
    {"linuxParameters.devices", "hostPath", "linuxParameters.devices.hostPath",
     HOST_REACH_DEVICES, NULL},
    {"dockerSecurityOptions", NULL, "dockerSecurityOptions", HOST_REACH_SECURITY_OPTIONS,
     "no-new-privileges"},
    {"systemControls", "namespace", "systemControls.namespace", HOST_REACH_SYSTEM_CONTROLS,
     NULL},
};

static bool
may_have_lists(struct definition_check *check)
{
    for (size_t i = 0; i < COUNT(lists); i++) {
        const json_t *one;
        size_t index;
        json_array_foreach (definition_at(check->container, lists[i].way), index, one) {
            const char *value = lists[i].member == NULL ? json_string_value(one)
                                                        : definition_text(one, lists[i].member);
            bool is_harmless = lists[i].harmless != NULL && value != NULL &&
                               strcmp(value, lists[i].harmless) == 0;
            if (!is_harmless && !needs(check, lists[i].reach, lists[i].shown, value))
                return false;
        }
    }
    return true;
}

/* Those that the engine connects to where their options say. */
static bool
may_have_log(struct definition_check *check)
{
    static const char *const drivers[] = {"gelf", "fluentd", "splunk"};
    static const char member[] = "logConfiguration.logDriver";
    const json_t *log = json_object_get(check->container, "logConfiguration");
    const char *driver = definition_text(log, "logDriver");

    for (size_t i = 0; i < COUNT(drivers) && driver != NULL; i++)
        if (strcmp(driver, drivers[i]) == 0)
            return needs(check, HOST_REACH_LOG_DRIVERS, member, driver);
    if (driver != NULL && strcmp(driver, "syslog") == 0 &&
        definition_text(log, "options.syslog-address") != NULL)
        return needs(check, HOST_REACH_LOG_DRIVERS, member, driver);
    return true;
}

static bool
may_have_container(struct definition_check *check)
{
    if (json_is_true(json_object_get(check->container, "privileged")) &&
        !needs(check, HOST_REACH_PRIVILEGED, "privileged", NULL))
        return false;
    return may_have_lists(check) && may_have_log(check);
}

bool
definition_check_reach(struct definition_check *check)
{
    return has_own_modes(check) && may_have_volumes(check) &&
           definition_check_containers(check, may_have_container);
}
