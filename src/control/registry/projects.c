/* SPDX-License-Identifier: Apache-2.0 */
/* A hash by service name; each has a short list of projects with their running tasks. */
#include "control/registry/projects.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <uthash.h>

#include "base/memory.h"

struct project_use {
    char *project;
    struct name *name;
    unsigned tasks;
    LIST_ENTRY(project_use) entry;
};

struct name {
    char *service;
    char *holder; /* the project that the bare name means; NULL: none */
    LIST_HEAD(, project_use) uses;
    UT_hash_handle hh;
};

struct projects {
    struct name *names;
};

struct projects *
projects_new(void)
{
    return memory_take(1, sizeof(struct projects));
}

/* NOLINTBEGIN(readability-function-size,clang-analyzer-*): uthash's macros are long. */
static struct name *
find(struct projects *projects, const char *service)
{
    struct name *name;

    HASH_FIND_STR(projects->names, service, name);
    return name;
}

static struct name *
find_or_add(struct projects *projects, const char *service)
{
    struct name *name = find(projects, service);

    if (name != NULL)
        return name;
    name = memory_take(1, sizeof(*name));
    name->service = memory_copy_text(service);
    LIST_INIT(&name->uses);
    HASH_ADD_KEYPTR(hh, projects->names, name->service, strlen(name->service), name);
    return name;
}

static void
drop_name(struct projects *projects, struct name *name)
{
    HASH_DEL(projects->names, name);
    free(name->service);
    free(name->holder);
    free(name);
}

static void
drop_use(struct project_use *use)
{
    LIST_REMOVE(use, entry);
    free(use->project);
    free(use);
}

void
projects_free(struct projects **projects)
{
    struct name *name, *next;

    if (*projects == NULL)
        return;
    HASH_ITER (hh, (*projects)->names, name, next) {
        while (!LIST_EMPTY(&name->uses))
            drop_use(LIST_FIRST(&name->uses));
        drop_name(*projects, name);
    }
    free(*projects);
    *projects = NULL;
}

/* NOLINTEND(readability-function-size,clang-analyzer-*) */

struct project_use *
projects_take(struct projects *projects, const char *service, const char *project,
              bool *is_news)
{
    struct name *name = find_or_add(projects, service);
    struct project_use *use;

    *is_news = false;
    LIST_FOREACH (use, &name->uses, entry) {
        if (strcmp(use->project, project) == 0) {
            use->tasks++;
            return use;
        }
    }
    use = memory_take(1, sizeof(*use));
    use->project = memory_copy_text(project);
    use->name = name;
    use->tasks = 1;
    LIST_INSERT_HEAD(&name->uses, use, entry);
    *is_news = true;
    return use;
}

void
projects_give_back(struct projects *projects, struct project_use **use_at, bool *is_news)
{
    struct project_use *use = *use_at;

    *use_at = NULL;
    *is_news = false;
    if (use == NULL || --use->tasks > 0)
        return;
    struct name *name = use->name;
    drop_use(use);
    *is_news = !LIST_EMPTY(&name->uses);
    if (LIST_EMPTY(&name->uses))
        drop_name(projects, name);
}

bool
projects_is_named_in_full(const struct config *config, const char *service, const char *project)
{
    size_t length = strlen(project);

    for (size_t i = 0; config != NULL && i < config->service_count; i++) {
        const char *name = config->services[i].name;
        if (strncmp(name, project, length) == 0 && name[length] == '/' &&
            strcmp(name + length + 1, service) == 0)
            return true;
    }
    return false;
}

/* The only project that the bare name can mean; NULL: none, or several. */
static const char *
only_project(const struct name *name, const struct config *config)
{
    const struct project_use *use;
    const char *only = NULL;

    LIST_FOREACH (use, &name->uses, entry) {
        if (projects_is_named_in_full(config, name->service, use->project))
            continue;
        if (only != NULL)
            return NULL;
        only = use->project;
    }
    return only;
}

bool
projects_may_use(struct projects *projects, const struct config *config, const char *service,
                 const char *project)
{
    struct name *name = find(projects, service);

    if (name == NULL)
        return true;
    if (name->holder != NULL &&
        projects_is_named_in_full(config, name->service, name->holder)) {
        free(name->holder);
        name->holder = NULL;
    }
    /* A holder without tasks is being recreated: its requests must not go to another project
     * meanwhile. */
    if (name->holder == NULL)
        name->holder = memory_copy_text(only_project(name, config));
    return name->holder != NULL && strcmp(name->holder, project) == 0;
}

char *
projects_list(struct projects *projects, const char *service)
{
    const struct name *name = find(projects, service);
    const struct project_use *use;
    char *list = memory_copy_text(name == NULL || name->holder == NULL ? "" : name->holder);

    if (name == NULL)
        return list;
    LIST_FOREACH (use, &name->uses, entry) {
        if (name->holder != NULL && strcmp(use->project, name->holder) == 0)
            continue;
        char *longer = memory_print("%s%s%s", list, *list == '\0' ? "" : ", ", use->project);
        free(list);
        list = longer;
    }
    return list;
}
