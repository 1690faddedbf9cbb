/* SPDX-License-Identifier: Apache-2.0 */
/* A finished configuration: giving it back, and questions to it. */
#include "model/config.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/setting_value.h"

static void free_object(enum setting_scope base, void *object);

static void
free_list(const struct setting *setting, void *object)
{
    char **list = setting_member(setting, object);
    size_t *count = (size_t *)((char *)object + setting->count_offset);

    for (size_t i = 0; i < *count; i++)
        free_object(setting->elements,
                    *list + i * setting_scopes[setting->elements].size_bytes);
    free(*list);
    *list = NULL;
    *count = 0;
}

static void
free_member(const struct setting *setting, void *object)
{
    if (setting_kind_owns_text(setting->kind)) {
        char **text = setting_member(setting, object);
        free(*text);
        *text = NULL;
    } else if (setting->kind == SETTING_LIST) {
        free_list(setting, object);
    } else if (setting->kind == SETTING_ONE) {
        free_object(setting_scopes[setting->elements].base, setting_member(setting, object));
    }
}

/* Frees what the rows of a scope, and of those over it, have put into an object. */
static void
free_object(enum setting_scope base, void *object)
{
    struct setting_places **places =
        (struct setting_places **)(void *)((char *)object + setting_scopes[base].places_offset);

    for (const struct setting *const *row = setting_rows_over(base); *row != NULL; row++)
        free_member(*row, object);
    free(*places);
    *places = NULL;
}

void
config_free(struct config **config)
{
    struct config *old = *config;

    *config = NULL;
    if (old == NULL)
        return;
    free_object(SCOPE_ROOT, old);
    config_errors_clear(&old->warnings);
    free(old->groups_by_name);
    for (size_t i = 0; i < old->file_count; i++)
        free(old->files[i]);
    free(old->files);
    for (size_t i = 0; i < old->later_count; i++)
        free(old->later[i].text);
    free(old->later);
    free(old->path);
    free(old);
}

const struct setting_place *
config_find_place(const struct config *config, const char *const *paths, size_t count)
{
    const struct setting_place *place = NULL;

    for (size_t i = 0; i < count && place == NULL; i++)
        place = setting_places_find(config->places, setting_find(SCOPE_ROOT, paths[i]));
    return place;
}

char *
config_place_text(const struct config *config, const struct setting_place *place)
{
    if (place == NULL)
        return memory_print("%s:1", config->path);
    if (place->line == 0)
        return memory_copy_text(config->files[place->file]);
    return memory_print("%s:%u", config->files[place->file], (unsigned)place->line);
}

bool
config_has_api(const struct config *config)
{
    return config->api_address != NULL || config->api_unix != NULL;
}

void
config_errors_clear(struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        free(errors->lines[i]);
    free(errors->lines);
    *errors = (struct config_errors){.lines = NULL};
}

void
config_errors_add(struct config_errors *errors, char *line)
{
    errors->lines = memory_resize(errors->lines, errors->count + 1, sizeof(*errors->lines));
    errors->lines[errors->count++] = line;
}

const char *
config_warnings_text(const struct config_errors *warnings, char text[CONFIG_WARNINGS_SIZE])
{
    if (warnings->count == 0)
        *text = '\0';
    else
        snprintf(text, CONFIG_WARNINGS_SIZE, ", %zu warning%s", warnings->count,
                 warnings->count == 1 ? "" : "s");
    return text;
}

/* By name; those of one name as the file has them. */
static int
compare_groups(const void *one, const void *other)
{
    const struct config_named_group *left = one, *right = other;
    int by_name = strcmp(left->name, right->name);

    return by_name != 0 ? by_name : (left->group > right->group) - (left->group < right->group);
}

void
config_index_groups(struct config *config)
{
    struct config_named_group *sorted =
        memory_take(config->target_group_count, sizeof(*sorted));
    size_t count = 0;

    for (size_t i = 0; i < config->target_group_count; i++) {
        const struct config_target_group *group = &config->target_groups[i];
        if (group->name != NULL)
            sorted[count++] = (struct config_named_group){group->name, group};
    }
    qsort(sorted, count, sizeof(*sorted), compare_groups);
    free(config->groups_by_name);
    config->groups_by_name = sorted;
    config->named_group_count = count;
}

static int
compare_name(const void *name, const void *named)
{
    return strcmp(name, ((const struct config_named_group *)named)->name);
}

const struct config_target_group *
config_find_group(const struct config *config, const char *name)
{
    if (name == NULL || config->groups_by_name == NULL)
        return NULL;
    const struct config_named_group *found =
        bsearch(name, config->groups_by_name, config->named_group_count,
                sizeof(*config->groups_by_name), compare_name);
    return found == NULL ? NULL : found->group;
}

/* After the first instance that needs it, whatever other providers come and go. */
static char *
name_of_added(const struct config *config, const struct config_provider *provider)
{
    size_t first = 0;

    while (strcmp(config->container_instances[first].endpoint, provider->endpoint) != 0)
        first++;
    return memory_print("engine-%s", config->container_instances[first].name);
}

/* "docker", and "docker-2" for the second of a type. */
char *
config_provider_name(const struct config *config, size_t index)
{
    const char *type = config->providers[index].type;
    unsigned number = 1;

    if (strcmp(type, "push") == 0)
        return memory_copy_text(CONFIG_PUSH_SOURCE);
    if (config->providers[index].is_added)
        return name_of_added(config, &config->providers[index]);
    for (size_t i = 0; i < index; i++)
        number += strcmp(config->providers[i].type, type) == 0 ? 1 : 0;
    return number == 1 ? memory_copy_text(type) : memory_print("%s-%u", type, number);
}

/* A pattern with a slash is for the project's service, one without for whichever project's. */
static bool
matches_service(const char *pattern, const char *service, const char *project)
{
    if (strchr(pattern, '/') == NULL || project == NULL)
        return fnmatch(pattern, service, FNM_NOESCAPE) == 0;
    char *full = memory_print("%s/%s", project, service);
    bool does_match = fnmatch(pattern, full, FNM_NOESCAPE) == 0;
    free(full);
    return does_match;
}

bool
config_allows_service(const struct config *config, const char *source, const char *service,
                      const char *project)
{
    bool is_limited = false;

    for (size_t i = 0; i < config->provider_count; i++) {
        const struct config_provider *provider = &config->providers[i];
        char *name = provider->service_count == 0 ? NULL : config_provider_name(config, i);
        bool is_source = name != NULL && strcmp(name, source) == 0;
        free(name);
        for (size_t k = 0; is_source && k < provider->service_count; k++) {
            if (matches_service(provider->services[k].value, service, project))
                return true;
        }
        is_limited = is_limited || is_source;
    }
    return !is_limited;
}

static bool
action_names(const struct config_action *action, const char *name)
{
    for (size_t i = 0; i < action->group_count; i++) {
        if (strcmp(action->groups[i].target_group, name) == 0)
            return true;
    }
    return false;
}

bool
config_group_is_used(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        for (size_t j = 0; j < listener->rule_count; j++) {
            if (action_names(&listener->rules[j].action, name))
                return true;
        }
    }
    return false;
}
