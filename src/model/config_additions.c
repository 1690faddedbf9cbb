/* SPDX-License-Identifier: Apache-2.0 */
/* A list grows by all of its additions at once, which moves what it has. Start reading at
 * config_additions_plant. */
#include "model/config_additions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct config_source
config_additions_places(const struct config_source *source,
                        const struct config_additions *additions)
{
    struct config_source places = *source;

    places.files = memory_take(source->file_count + additions->count + 1, sizeof(char *));
    places.lines =
        memory_take(source->line_count + additions->count + 1, sizeof(*places.lines));
    memcpy(places.files, source->files, source->file_count * sizeof(char *));
    if (source->line_count > 0)
        memcpy(places.lines, source->lines, source->line_count * sizeof(*places.lines));
    /* The line behind the text, where a parser finds that something is missing. */
    places.lines[places.line_count++] =
        config_source_line(source, (unsigned)source->line_count);
    for (size_t i = 0; i < additions->count; i++) {
        places.files[places.file_count] = (char *)(uintptr_t)additions->all[i].place;
        places.lines[places.line_count++] =
            (struct config_source_line){.file = places.file_count++};
    }
    return places;
}

void
config_additions_free_places(struct config_source *places)
{
    free(places->files);
    free(places->lines);
}

static void fill(struct config_node *node, const json_t *value);

static void
fill_group(struct config_node *node, const json_t *value)
{
    struct config_node *child = config_node_grow(node, json_object_size(value));
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)(uintptr_t)value, name, member) {
        child->name = name;
        fill(child++, member);
    }
}

static void
fill_list(struct config_node *node, const json_t *value)
{
    struct config_node *child = config_node_grow(node, json_array_size(value));
    const json_t *element;
    size_t index;

    json_array_foreach (value, index, element)
        fill(child++, element);
}

static void
fill(struct config_node *node, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        fill_group(node, value);
        break;
    case JSON_ARRAY:
        node->kind = NODE_LIST;
        fill_list(node, value);
        break;
    case JSON_STRING:
        node->kind = NODE_TEXT;
        node->text = json_string_value(value);
        break;
    case JSON_INTEGER:
        node->kind = NODE_NUMBER;
        node->number = json_integer_value(value);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        node->kind = NODE_BOOL;
        node->number = json_is_true(value);
        break;
    default:
        node->kind = NODE_FRACTION;
        break;
    }
}

/* A member that may be changed. */
static struct config_node *
find(struct config_node *group, const char *name)
{
    return (struct config_node *)(uintptr_t)config_node_member(group, name);
}

/* The list of a group, made where it is not there; NULL: that is something else. */
static struct config_node *
take_list(struct config_node *group, const char *name)
{
    struct config_node *list = find(group, name);

    if (list == NULL) {
        list = config_node_grow(group, 1);
        list->name = name;
        list->kind = NODE_LIST;
    }
    return list->kind == NODE_LIST ? list : NULL;
}

static struct config_node *
find_listener(struct config_node *root, const char *wanted)
{
    struct config_node *listeners = find(root, "listeners");

    if (listeners == NULL || listeners->kind != NODE_LIST)
        return NULL;
    for (size_t i = 0; i < listeners->child_count; i++) {
        const struct config_node *name = config_node_member(&listeners->children[i], "name");
        if (name != NULL && name->kind == NODE_TEXT && strcmp(name->text, wanted) == 0)
            return &listeners->children[i];
    }
    return NULL;
}

static bool
is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* How many, from the first on, are of the same list. */
static size_t
count_alike(const struct config_addition *first, const struct config_addition *end)
{
    const struct config_addition *one = first + 1;

    while (one < end && is_same(one->list, first->list) &&
           is_same(one->listener, first->listener))
        one++;
    return (size_t)(one - first);
}

static void
plant(struct config_node *list, const struct config_addition *additions, size_t count,
      unsigned line)
{
    struct config_node *node = config_node_grow(list, count);

    for (size_t i = 0; i < count; i++) {
        node[i].line = line + (unsigned)i;
        node[i].is_addition = true;
        fill(&node[i], additions[i].settings);
    }
}

void
config_additions_plant(const struct config_additions *additions, struct config_tree *tree,
                       struct config_report *report)
{
    const struct config_addition *end = additions->all + additions->count;
    const unsigned first_line = (unsigned)(report->source->line_count - additions->count) + 1;
    unsigned line = first_line;
    size_t count;

    for (const struct config_addition *first = additions->all; first < end; first += count) {
        struct config_node *owner = &tree->root;
        count = count_alike(first, end);
        if (first->listener != NULL)
            owner = find_listener(&tree->root, first->listener);
        struct config_node *list = owner == NULL ? NULL : take_list(owner, first->list);
        if (list != NULL)
            plant(list, first, count, line);
        else if (owner == NULL)
            config_report_add_at(report, first->place, 0,
                                 "its listener is not in the configuration any more: leave "
                                 "it there, or delete the rule first");
        line += (unsigned)count;
    }
    config_restrictions_plant(&additions->restrictions, tree, first_line, report);
}
