/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the containers of a task definition refer to each other: who must be there before whom.
 * Containers are bits of a number, by their places.
 */
#include <string.h>

#include "model/task_definition.h"
#include "model/task_definition_check.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))
#define ALIAS_MOST 255

static bool
has_one_name_each(struct definition_check *check)
{
    const char *name = check->name;
    size_t place = definition_find(check, name, strlen(name));

    if (json_array_get(check->containers, place) == check->container)
        return true;
    check->name = NULL;
    return definition_fail(check, "Container names must be unique: '%.255s' is there twice.",
                           name);
}

static bool
is_essential(const json_t *container)
{
    return !json_is_false(json_object_get(container, "essential"));
}

static bool
has_an_essential_one(struct definition_check *check)
{
    for (size_t i = 0; i < definition_count(check); i++)
        if (is_essential(json_array_get(check->containers, i)))
            return true;
    return definition_fail(check, "At least one container of a task definition must be "
                                  "essential.");
}

/* The container that another one refers to; NULL: it is none, or itself. */
static const json_t *
find_other(struct definition_check *check, const char *member, const char *name, size_t length)
{
    size_t place =
        name == NULL ? definition_count(check) : definition_find(check, name, length);
    const json_t *other = json_array_get(check->containers, place);

    if (other == check->container)
        definition_fail(check, "'%s' refers to the container itself.", member);
    else if (other == NULL)
        definition_fail(check,
                        "'%s' refers to the container '%.*s', which is not in the task "
                        "definition.",
                        member, name == NULL ? 0 : (int)length, name == NULL ? "" : name);
    return other == check->container ? NULL : other;
}

/* "NAME" or "NAME:ALIAS". */
static bool
has_links(struct definition_check *check)
{
    const json_t *list = json_object_get(check->container, "links"), *link;
    size_t index;

    if (json_array_size(list) > 0 && strcmp(definition_network(check), "bridge") != 0)
        return definition_fail(check, "Links are not supported when networkMode=%s.",
                               definition_network(check));
    json_array_foreach (list, index, link) {
        const char *text = json_string_value(link);
        size_t length = text == NULL ? 0 : strcspn(text, ":");
        if (find_other(check, "links", text, length) == NULL || text == NULL)
            return false;
        if (text[length] == ':' && !definition_is_word(text + length + 1, ALIAS_MOST, "-_."))
            return definition_fail(check,
                                   "The link '%.64s' has an alias with invalid "
                                   "characters.",
                                   text);
    }
    return true;
}

static bool
is_dependency(struct definition_check *check, const json_t *dependency)
{
    const char *name = definition_text(dependency, "containerName");
    const char *condition = definition_text(dependency, "condition");
    const json_t *other = find_other(check, "dependsOn", name, name == NULL ? 0 : strlen(name));

    if (other == NULL)
        return false;
    if (condition == NULL)
        return definition_fail(check, "'dependsOn' must have a condition.");
    if (strcmp(condition, "HEALTHY") == 0 && json_object_get(other, "healthCheck") == NULL)
        return definition_fail(check,
                               "'dependsOn' waits for '%.255s' to be HEALTHY, which has "
                               "no healthCheck.",
                               name);
    if ((strcmp(condition, "COMPLETE") == 0 || strcmp(condition, "SUCCESS") == 0) &&
        is_essential(other))
        return definition_fail(check,
                               "'dependsOn' waits for the end (%s) of '%.255s', which is "
                               "essential: the task would end with it.",
                               condition, name);
    return true;
}

static bool
has_dependencies(struct definition_check *check)
{
    const json_t *dependency, *from;
    size_t index;

    json_array_foreach (json_object_get(check->container, "dependsOn"), index, dependency)
        if (!is_dependency(check, dependency))
            return false;
    json_array_foreach (json_object_get(check->container, "volumesFrom"), index, from) {
        const char *name = definition_text(from, "sourceContainer");
        if (find_other(check, "volumesFrom", name, name == NULL ? 0 : strlen(name)) == NULL)
            return false;
    }
    return true;
}

/* Those that the container waits for. */
static unsigned
waits_for(const struct definition_check *check, const json_t *container)
{
    static const char *const members[][2] = {
        {"dependsOn", "containerName"}, {"volumesFrom", "sourceContainer"}, {"links", NULL}};
    unsigned others = 0;

    for (size_t i = 0; i < COUNT(members); i++) {
        const json_t *one;
        size_t index;
        json_array_foreach (json_object_get(container, members[i][0]), index, one) {
            const char *name = members[i][1] == NULL ? json_string_value(one)
                                                     : definition_text(one, members[i][1]);
            others |= 1U << definition_find(check, name, strcspn(name, ":"));
        }
    }
    return others;
}

/* Those that wait for nobody who is left go, again and again: who stays waits in a circle. */
static bool
has_no_circle(struct definition_check *check)
{
    unsigned left = (1U << definition_count(check)) - 1, before = 0;

    while (left != 0 && left != before) {
        before = left;
        for (size_t i = 0; i < definition_count(check); i++)
            if ((waits_for(check, json_array_get(check->containers, i)) & left) == 0)
                left &= ~(1U << i);
    }
    if (left == 0)
        return true;
    for (size_t i = 0; i < definition_count(check); i++)
        if ((left & 1U << i) != 0)
            return definition_fail(
                check,
                "The container '%.255s' waits for itself: dependsOn, links and "
                "volumesFrom make a circle.",
                definition_text(json_array_get(check->containers, i), "name"));
    return true;
}

static bool
has_unique_names(struct definition_check *check)
{
    return definition_check_containers(check, has_one_name_each);
}

static bool
has_all_links(struct definition_check *check)
{
    return definition_check_containers(check, has_links);
}

static bool
has_all_dependencies(struct definition_check *check)
{
    return definition_check_containers(check, has_dependencies);
}

bool
definition_check_relations(struct definition_check *check)
{
    static definition_checker *const checkers[] = {
        has_unique_names,     has_an_essential_one, has_all_links,
        has_all_dependencies, has_no_circle,
    };

    return definition_check_all(check, checkers, COUNT(checkers));
}
