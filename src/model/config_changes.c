/* SPDX-License-Identifier: Apache-2.0 */
/* Objects are compared by the rows of settings.def, so that no setting can be forgotten. */
#include "model/config_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "model/setting_value.h"

static bool objects_are_equal(enum setting_scope base, const void *one, const void *other);

static size_t
count_of(const struct setting *row, const void *object)
{
    return *(const size_t *)((const char *)object + row->count_offset);
}

static const void *
member_of(const struct setting *row, const void *object)
{
    return (const char *)object + row->offset;
}

static const char *
element_of(const struct setting *row, const void *object, size_t index)
{
    return *(char *const *)member_of(row, object) +
           index * setting_scopes[row->elements].size_bytes;
}

static bool
lists_are_equal(const struct setting *row, const void *one, const void *other)
{
    size_t count = count_of(row, one);

    if (count != count_of(row, other))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!objects_are_equal(row->elements, element_of(row, one, i),
                               element_of(row, other, i)))
            return false;
    }
    return true;
}

static bool
members_are_equal(const struct setting *row, const void *one, const void *other)
{
    const void *left = member_of(row, one), *right = member_of(row, other);

    if (row->kind == SETTING_LIST)
        return lists_are_equal(row, one, other);
    if (row->kind == SETTING_ONE)
        return objects_are_equal(setting_scopes[row->elements].base, left, right);
    return setting_values_are_equal(row, one, other);
}

static bool
objects_are_equal(enum setting_scope base, const void *one, const void *other)
{
    for (const struct setting *const *row = setting_rows_over(base); *row != NULL; row++) {
        /* Rules are compared for themselves. */
        bool is_rules = base == SCOPE_LISTENER && (*row)->elements == SCOPE_RULE;
        if (!is_rules && !members_are_equal(*row, one, other))
            return false;
    }
    return true;
}

/* One kind of things: each with the name that it is known by. */
struct named {
    char *name;
    const void *object;
};

struct collection {
    struct named *items;
    size_t count;
};

/* Takes the name over. */
static void
collect(struct collection *collection, /* NOLINT(readability-non-const-parameter) */ char *name,
        const void *object)
{
    collection->items =
        memory_resize(collection->items, collection->count + 1, sizeof(struct named));
    collection->items[collection->count++] = (struct named){name, object};
}

static int
compare_names(const void *one, const void *other)
{
    return strcmp(((const struct named *)one)->name, ((const struct named *)other)->name);
}

static void
clear(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        free(collection->items[i].name);
    free(collection->items);
}

static void
collect_balancers(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->load_balancer_count; i++)
        collect(all, memory_copy_text(config->load_balancers[i].name),
                &config->load_balancers[i]);
}

static void
collect_listeners(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->listener_count; i++)
        collect(all, memory_copy_text(config->listeners[i].name), &config->listeners[i]);
}

static void
collect_rules(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        for (size_t k = 0; k < listener->rule_count; k++)
            collect(all, memory_print("%s %u", listener->name, listener->rules[k].priority),
                    &listener->rules[k]);
    }
}

static void
collect_groups(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->target_group_count; i++)
        collect(all, memory_copy_text(config->target_groups[i].name),
                &config->target_groups[i]);
}

static void
collect_services(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->service_count; i++) {
        const struct config_service *service = &config->services[i];
        collect(all,
                memory_print("%s %s %s %u", service->name, service->target_group,
                             service->container_name == NULL ? "" : service->container_name,
                             service->container_port),
                service);
    }
}

static void
collect_providers(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->provider_count; i++) {
        const struct config_provider *provider = &config->providers[i];
        const char *source =
            provider->endpoint != NULL ? provider->endpoint : provider->directory;
        collect(all, memory_print("%s %s", provider->type, source == NULL ? "" : source),
                provider);
    }
}

static void
collect_instances(struct collection *all, const struct config *config)
{
    for (size_t i = 0; i < config->container_instance_count; i++)
        collect(all, memory_copy_text(config->container_instances[i].name),
                &config->container_instances[i]);
}

static const struct kind {
    const char *singular, *plural;
    enum setting_scope scope;
    void (*collect)(struct collection *all, const struct config *config);
} kinds[] = {
    {"load balancer", "load balancers", SCOPE_LOAD_BALANCER, collect_balancers},
    {"listener", "listeners", SCOPE_LISTENER, collect_listeners},
    {"rule", "rules", SCOPE_RULE, collect_rules},
    {"group", "groups", SCOPE_TARGET_GROUP, collect_groups},
    {"service", "services", SCOPE_SERVICE, collect_services},
    {"provider", "providers", SCOPE_PROVIDER, collect_providers},
    {"container instance", "container instances", SCOPE_CONTAINER_INSTANCE, collect_instances},
};

struct counts {
    size_t added, removed, changed;
};

/* Both are sorted by name: one walk. */
static struct counts
compare_collections(const struct kind *kind, const struct collection *old,
                    const struct collection *new)
{
    struct counts counts = {0};

    for (size_t i = 0, k = 0; i < old->count || k < new->count;) {
        int order = i == old->count   ? 1
                    : k == new->count ? -1
                                      : strcmp(old->items[i].name, new->items[k].name);
        if (order == 0 &&
            !objects_are_equal(kind->scope, old->items[i].object, new->items[k].object))
            counts.changed++;
        counts.added += order > 0;
        counts.removed += order < 0;
        i += order <= 0;
        k += order >= 0;
    }
    return counts;
}

static void
add_count(FILE *out, const char **comma, const char *sign, size_t count,
          const struct kind *kind)
{
    if (count == 0)
        return;
    fprintf(out, "%s%s%zu %s%s", *comma, sign, count,
            count == 1 ? kind->singular : kind->plural, *sign == '\0' ? " changed" : "");
    *comma = ", ";
}

static void
add_kind(FILE *out, const char **comma, const struct kind *kind,
         const struct config *const configs[2])
{
    struct collection all[2] = {{0}, {0}};

    for (int i = 0; i < 2; i++) {
        kind->collect(&all[i], configs[i]);
        if (all[i].count > 1)
            qsort(all[i].items, all[i].count, sizeof(struct named), compare_names);
    }
    struct counts counts = compare_collections(kind, &all[0], &all[1]);
    add_count(out, comma, "+", counts.added, kind);
    add_count(out, comma, "-", counts.removed, kind);
    add_count(out, comma, "", counts.changed, kind);
    clear(&all[0]);
    clear(&all[1]);
}

static void
add_settings(FILE *out, const char **comma, const struct config *old, const struct config *new)
{
    const struct setting *last = NULL;

    for (const struct setting *const *row = setting_rows(SCOPE_ROOT); *row != NULL; row++) {
        /* The next row of a member is another way to say the same. */
        bool is_said = last != NULL && last->offset == (*row)->offset;
        /* Lists of things that have names are counted by kind. */
        bool is_counted =
            (*row)->kind == SETTING_LIST && !setting_scope_is_bare((*row)->elements);
        if (is_counted || is_said || setting_needs_restart(*row) ||
            members_are_equal(*row, old, new))
            continue;
        fprintf(out, "%s%s changed", *comma, (*row)->path);
        *comma = ", ";
        last = *row;
    }
}

char *
config_changes_text(const struct config *old, const struct config *new)
{
    const struct config *const configs[2] = {old, new};
    const char *comma = "";
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CHECK(out != NULL);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        add_kind(out, &comma, &kinds[i], configs);
    add_settings(out, &comma, old, new);
    if (*comma == '\0')
        fputs("nothing has changed", out);
    CHECK(fclose(out) == 0);
    return text;
}

void
config_changes_losses(const struct config *old, const struct config *new,
                      struct config_errors *errors)
{
    static const char *const way = "if that is meant: fairleadctl reload --force";

    if (old->listener_count > 0 && new->listener_count == 0)
        config_errors_add(
            errors, memory_print("%s:1: listeners: there is none any more, so every listener "
                                 "would be closed; %s",
                                 new->path, way));
    if (old->provider_count > 0 && new->provider_count == 0)
        config_errors_add(
            errors, memory_print("%s:1: providers: there is none any more, so every provider "
                                 "would be removed, with the targets of its tasks; %s",
                                 new->path, way));
}
