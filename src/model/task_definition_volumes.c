/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes of a task definition, and where its containers mount them. */
#include <string.h>

#include "model/task_definition_check.h"

#define NAME_MOST 255
#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

/* Kinds of volumes that nothing is built for. */
static const char *const unsupported[] = {"efsVolumeConfiguration",
                                          "s3filesVolumeConfiguration",
                                          "fsxWindowsFileServerVolumeConfiguration"};

static bool
is_of_known_kind(struct definition_check *check, const json_t *volume, const char *name)
{
    const json_t *docker = json_object_get(volume, "dockerVolumeConfiguration");
    const char *path = definition_text(volume, "host.sourcePath");
    const char *scope = definition_text(docker, "scope");

    for (size_t i = 0; i < COUNT(unsupported); i++)
        if (json_object_get(volume, unsupported[i]) != NULL)
            return definition_fail(check,
                                   "'%s' of volume '%s' is not supported here: a host's "
                                   "path, or a volume of the engine.",
                                   unsupported[i], name);
    if (json_is_true(json_object_get(volume, "configuredAtLaunch")))
        return definition_fail(check,
                               "'configuredAtLaunch' of volume '%s' is not supported "
                               "here.",
                               name);
    if (docker != NULL && path != NULL)
        return definition_fail(check,
                               "Volume '%s' has both host and "
                               "dockerVolumeConfiguration.",
                               name);
    if (path != NULL && *path != '\0' && !definition_is_path(path))
        return definition_fail(check,
                               "The sourcePath of volume '%s' must be an absolute path "
                               "without ':'.",
                               name);
    if (json_is_true(json_object_get(docker, "autoprovision")) &&
        (scope == NULL || strcmp(scope, "shared") != 0))
        return definition_fail(check, "'autoprovision' of volume '%s' needs the scope shared.",
                               name);
    return true;
}

static bool
check_volumes(struct definition_check *check, json_t *seen)
{
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(check->definition, "volumes"), index, volume) {
        const char *name = definition_text(volume, "name");
        if (!definition_is_word(name, NAME_MOST, "-_"))
            return definition_fail(check,
                                   "The name of a volume must be up to %d letters, "
                                   "digits, hyphens and underscores.",
                                   NAME_MOST);
        if (json_object_get(seen, name) != NULL)
            return definition_fail(check, "The volume '%s' is there twice.", name);
        json_object_set_new(seen, name, json_true());
        if (!is_of_known_kind(check, volume, name))
            return false;
    }
    return true;
}

static bool
has_volumes(struct definition_check *check)
{
    json_t *seen = json_object();
    bool is_sound = check_volumes(check, seen);

    json_decref(seen);
    return is_sound;
}

static bool
has_volume(const struct definition_check *check, const char *name)
{
    const json_t *volume;
    size_t index;

    json_array_foreach (json_object_get(check->definition, "volumes"), index, volume)
        if (name != NULL && strcmp(definition_text(volume, "name"), name) == 0)
            return true;
    return false;
}

static bool
check_mounts(struct definition_check *check, json_t *seen)
{
    const json_t *mount;
    size_t index;

    json_array_foreach (json_object_get(check->container, "mountPoints"), index, mount) {
        const char *volume = definition_text(mount, "sourceVolume");
        const char *path = definition_text(mount, "containerPath");
        if (!has_volume(check, volume))
            return definition_fail(check, "Unknown volume '%.255s' in its mount points.",
                                   volume == NULL ? "" : volume);
        if (!definition_is_path(path) || path[strspn(path, "/")] == '\0')
            return definition_fail(check, "The containerPath of a mount point must be an "
                                          "absolute path without ':', and not the root.");
        if (json_object_get(seen, path) != NULL)
            return definition_fail(check, "Two mount points have the containerPath '%.255s'.",
                                   path);
        json_object_set_new(seen, path, json_true());
    }
    return true;
}

static bool
has_mounts(struct definition_check *check)
{
    json_t *seen = json_object();
    bool is_sound = check_mounts(check, seen);

    json_decref(seen);
    return is_sound;
}

bool
definition_check_volumes(struct definition_check *check)
{
    return has_volumes(check) && definition_check_containers(check, has_mounts);
}
