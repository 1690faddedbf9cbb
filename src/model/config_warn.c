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

static bool
is_trusted_by_any(const struct config *config, const char *store)
{
    for (size_t i = 0; i < config->listener_count; i++)
        if (config->listeners[i].trust_store != NULL &&
            strcmp(config->listeners[i].trust_store, store) == 0)
            return true;
    return false;
}

static void
warn_of_unused_trust_stores(const struct config_check *check, const struct config_node *root)
{
    const struct config_node *list = config_node_member(root, "trust_stores");
    const struct config *config = check->config;

    for (size_t i = 0; i < config->trust_store_count; i++)
        if (!is_trusted_by_any(config, config->trust_stores[i].name))
            config_report_add(check->report, config_node_element(list, i),
                              "no listener's mutual_authentication uses %s",
                              config->trust_stores[i].name);
}

static void
warn_of_missing_providers(const struct config_check *check, const struct config_node *root)
{
    const struct config *config = check->config;

    if (config->service_count > 0 && config->provider_count == 0 &&
        config->container_instance_count == 0)
        config_report_add_member(check->report, root, "services",
                                 "there are no providers: nothing reports the tasks of %s",
                                 config->services[0].name);
}

/* Each would believe to have the whole engine. */
static void
warn_of_shared_engines(const struct config_check *check, const struct config_node *root)
{
    const struct config_container_instance *instances = check->config->container_instances;
    const struct config_node *list = config_node_member(root, "container_instances");

    for (size_t i = 1; i < check->config->container_instance_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(instances[i].endpoint, instances[k].endpoint) == 0 &&
                (instances[i].cpu == 0 || instances[i].memory == 0)) {
                config_report_add(check->report, config_node_element(list, i),
                                  "shares the engine of %s without cpu and memory of its own: "
                                  "its tasks and theirs may be more than the engine has",
                                  instances[k].name);
                break;
            }
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

/* The group of a version of its own that a listener forwards to; NULL: none. */
static const struct config_target_group *
group_of_version(const struct config *config, const struct config_listener *listener)
{
    for (size_t i = 0; i < listener->rule_count; i++) {
        const struct config_action *action = &listener->rules[i].action;
        for (size_t j = 0; j < action->group_count; j++) {
            const struct config_target_group *group =
                config_find_group(config, action->groups[j].target_group);
            if (group != NULL && group->protocol_version != PROTOCOL_VERSION_HTTP1)
                return group;
        }
    }
    return NULL;
}

static bool
only_forwards(const struct config_listener *listener)
{
    for (size_t i = 0; i < listener->rule_count; i++)
        if (listener->rules[i].action.type != ACTION_FORWARD)
            return false;
    return true;
}

/* Which answers nobody who calls such a group could read; the ALB refuses it. */
static void
warn_of_answers_to_calls(const struct config_check *check, const struct config_node *root)
{
    const struct config_node *list = config_node_member(root, "listeners");
    const struct config *config = check->config;

    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_target_group *group =
            group_of_version(config, &config->listeners[i]);
        if (group != NULL && !only_forwards(&config->listeners[i]))
            config_report_add(
                check->report, config_node_element(list, i),
                "it has rules that redirect or answer by themselves besides %s, "
                "whose protocol_version is not HTTP1: an ALB lets such a listener "
                "forward only",
                group->name);
    }
}

void
config_warn(const struct config_check *check, const struct config_node *root)
{
    warn_of_no_listener(check, root);
    warn_of_unused_groups(check, root);
    warn_of_unused_trust_stores(check, root);
    warn_of_missing_providers(check, root);
    warn_of_shared_engines(check, root);
    warn_of_missing_folder(check, root);
    warn_of_answers_to_calls(check, root);
}
