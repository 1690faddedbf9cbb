/* SPDX-License-Identifier: Apache-2.0 */
/* One function a warning. */
#include "model/config_warn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static void
warn_of_no_listener(const struct config_check *check, const struct config_node *root)
{
    if (check->config->listener_count == 0 && !config_has_api(check->config))
        config_report_add_member(check->report, root, "listeners",
                                 "there is none: nothing is served");
}

static void
warn_of_unused_groups(const struct config_check *check, const struct config_node *root)
{
    const struct config_node *list = config_node_member(root, "target_groups");
    const struct config *config = check->config;

    for (size_t i = 0; i < config->target_group_count; i++) {
        const char *name = config->target_groups[i].name;
        if (!config_group_is_used(config, name))
            config_report_add(check->report, config_node_element(list, i),
                              "no rule uses %s: its targets are not checked and get no "
                              "requests",
                              name);
    }
}

static void
warn_of_missing_providers(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;

    if (config->service_count > 0 && config->provider_count == 0)
        config_report_add_member(check->report, root, "services",
                                 "there are no providers: nothing reports the tasks of %s",
                                 config->services[0].name);
}

/* The folder that an absolute path is in, new memory. */
static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return memory_copy_bytes(path, slash == path ? 1 : (size_t)(slash - path));
}

static void
warn_of_missing_folder(const struct config_check *check, const struct config_node *root)
{
    const char *path = check->config->access_log_path;
    char *folder = path == NULL ? NULL : folder_of(path);

    if (folder != NULL && access(folder, F_OK) == -1)
        config_report_add_member(check->report, root, "access_log.path",
                                 "there is no folder %s: fairlead makes it if it can", folder);
    free(folder);
}

void
config_warn(const struct config_check *check, const struct config_node *root)
{
    warn_of_no_listener(check, root);
    warn_of_unused_groups(check, root);
    warn_of_missing_providers(check, root);
    warn_of_missing_folder(check, root);
}
