/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A volume is a path of the host, one of the task's own (nothing said of it, or scope task), or
 * a shared one of the engine. The task's own are volumes of the engine too, named after the
 * task, so that all its containers find them.
 */
#include "control/docker/docker_template_mounts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/docker/docker_template_values.h"
#include "control/driver/driver.h"

const char *
docker_template_task_id(const struct docker_template *what)
{
    const char *slash = strrchr(what->task_arn, '/');

    return slash == NULL ? what->task_arn : slash + 1;
}

static const json_t *
find_volume(const struct docker_template *what, const char *name)
{
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(what->definition, "volumes"), index, volume)
        if (strcmp(docker_template_text(volume, "name"), name) == 0)
            return volume;
    return NULL;
}

/* Of the host; "": it is none. */
static const char *
host_path(const json_t *volume)
{
    return docker_template_text(json_object_get(volume, "host"), "sourcePath");
}

static bool
is_shared(const json_t *volume)
{
    return strcmp(docker_template_text(json_object_get(volume, "dockerVolumeConfiguration"),
                                       "scope"),
                  "shared") == 0;
}

/* What stands for it in a bind; the caller's. */
static char *
source_of(const struct docker_template *what, const json_t *volume)
{
    if (*host_path(volume) != '\0')
        return memory_copy_text(host_path(volume));
    if (is_shared(volume))
        return memory_copy_text(docker_template_text(volume, "name"));
    return memory_print("ecs-%s-%lld-%s-%s", docker_template_text(what->definition, "family"),
                        json_integer_value(json_object_get(what->definition, "revision")),
                        docker_template_text(volume, "name"), docker_template_task_id(what));
}

json_t *
docker_template_binds(const struct docker_template *what)
{
    json_t *binds = json_array();
    const json_t *mount;
    size_t index;

    json_array_foreach (json_object_get(what->container, "mountPoints"), index, mount) {
        const json_t *volume = find_volume(what, docker_template_text(mount, "sourceVolume"));
        if (volume == NULL)
            continue;
        char *source = source_of(what, volume);
        json_array_append_new(
            binds, json_sprintf("%s:%s%s", source, docker_template_text(mount, "containerPath"),
                                json_is_true(json_object_get(mount, "readOnly")) ? ":ro" : ""));
        free(source);
    }
    return docker_template_unless_empty(binds);
}

json_t *
docker_template_volumes_from(const struct docker_template *what)
{
    json_t *sources = json_array();
    const json_t *source;
    size_t index;

    json_array_foreach (json_object_get(what->container, "volumesFrom"), index, source) {
        const char *id =
            docker_template_text(what->ids, docker_template_text(source, "sourceContainer"));
        bool is_read_only = json_is_true(json_object_get(source, "readOnly"));
        if (*id != '\0')
            json_array_append_new(sources, json_sprintf("%s%s", id, is_read_only ? ":ro" : ""));
    }
    return docker_template_unless_empty(sources);
}

static json_t *
volume_body(const struct docker_template *what, const json_t *volume)
{
    const json_t *given = json_object_get(volume, "dockerVolumeConfiguration");
    const char *driver = docker_template_text(given, "driver");
    json_t *labels = json_deep_copy(json_object_get(given, "labels"));
    json_t *options = json_deep_copy(json_object_get(given, "driverOpts"));
    char *name = source_of(what, volume);

    if (labels == NULL)
        labels = json_object();
    json_object_set_new(labels, DRIVER_MANAGED_LABEL, json_string("1"));
    if (!is_shared(volume))
        json_object_set_new(labels, "com.amazonaws.ecs.task-arn", json_string(what->task_arn));
    json_t *body = json_pack("{s:s, s:s, s:o, s:o}", "Name", name, "Driver",
                             *driver == '\0' ? "local" : driver, "DriverOpts",
                             options == NULL ? json_object() : options, "Labels", labels);
    free(name);
    return body;
}

/* A shared one that may not be made must be there. */
static bool
is_to_be_made(const json_t *volume)
{
    const json_t *given = json_object_get(volume, "dockerVolumeConfiguration");

    if (*host_path(volume) != '\0')
        return false;
    return !is_shared(volume) || json_is_true(json_object_get(given, "autoprovision"));
}

json_t *
docker_template_volumes(const struct docker_template *what)
{
    json_t *bodies = json_array();
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(what->definition, "volumes"), index, volume)
        if (is_to_be_made(volume))
            json_array_append_new(bodies, volume_body(what, volume));
    return bodies;
}

json_t *
docker_template_own_volumes(const struct docker_template *what)
{
    json_t *names = json_array();
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(what->definition, "volumes"), index, volume) {
        if (*host_path(volume) != '\0' || is_shared(volume))
            continue;
        char *name = source_of(what, volume);
        json_array_append_new(names, json_string(name));
        free(name);
    }
    return names;
}
