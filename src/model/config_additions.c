/* SPDX-License-Identifier: Apache-2.0 */
/* A list grows by all of its additions at once, which moves what it has. Start reading at
 * config_additions_plant. */
#include "model/config_additions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"

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

/* Members have few names: one text for each, which stays in the cache while thousands of
 * additions are read. Never freed; the name itself where there are too many. */
#define NAMES_MOST 512

static const char *
common_name(const char *name)
{
    static const char *names[2 * NAMES_MOST];
    static size_t count;
    size_t slot = slice_hash(SLICE_HASH_START, slice_of(name)) % (2 * NAMES_MOST);

    while (names[slot] != NULL && strcmp(names[slot], name) != 0)
        slot = (slot + 1) % (2 * NAMES_MOST);
    if (names[slot] == NULL && count == NAMES_MOST)
        return name;
    if (names[slot] == NULL) {
        names[slot] = memory_copy_text(name);
        count++;
    }
    return names[slot];
}

/* Where the nodes of one addition and their texts are taken from: one piece of memory, as what
 * is read one after the other should lie. */
struct nodes {
    struct config_node *next;
    char *text; /* NULL: the document's are used */
};

struct need {
    size_t nodes, text_bytes;
};

static void
add_need(struct need *need, const json_t *value)
{
    const char *name;
    json_t *member;
    size_t index;

    need->nodes++;
    if (json_is_string(value))
        need->text_bytes += json_string_length(value) + 1;
    else if (json_is_object(value))
        json_object_foreach ((json_t *)(uintptr_t)value, name, member)
            add_need(need, member);
    else
        json_array_foreach (value, index, member)
            add_need(need, member);
}

static void fill(struct config_node *node, const json_t *value, struct nodes *nodes);

static void
take_children(struct config_node *node, size_t count, struct nodes *nodes)
{
    node->children = nodes->next;
    node->child_count = count;
    node->is_lent = true;
    nodes->next += count;
    for (size_t i = 0; i < count; i++)
        node->children[i] = (struct config_node){
            .parent = node, .index = (unsigned)i, .kind = NODE_GROUP, .line = 0};
}

static void
fill_group(struct config_node *node, const json_t *value, struct nodes *nodes)
{
    const char *name;
    json_t *member;

    take_children(node, json_object_size(value), nodes);
    struct config_node *child = node->children;
    json_object_foreach ((json_t *)(uintptr_t)value, name, member) {
        child->name = common_name(name);
        fill(child++, member, nodes);
    }
}

static void
fill_list(struct config_node *node, const json_t *value, struct nodes *nodes)
{
    json_t *element;
    size_t index;

    node->kind = NODE_LIST;
    take_children(node, json_array_size(value), nodes);
    json_array_foreach (value, index, element)
        fill(&node->children[index], element, nodes);
}

static void
fill_text(struct config_node *node, const json_t *value, struct nodes *nodes)
{
    size_t size = json_string_length(value) + 1;

    node->kind = NODE_TEXT;
    node->text = json_string_value(value);
    if (nodes->text == NULL)
        return;
    node->text = memcpy(nodes->text, node->text, size);
    nodes->text += size;
}

static void
fill(struct config_node *node, const json_t *value, struct nodes *nodes)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        fill_group(node, value, nodes);
        break;
    case JSON_ARRAY:
        fill_list(node, value, nodes);
        break;
    case JSON_STRING:
        fill_text(node, value, nodes);
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

static struct config_node *
make_tree(const json_t *settings, bool has_texts)
{
    struct need need = {0, 0};

    add_need(&need, settings);
    struct config_node *tree =
        memory_take(1, need.nodes * sizeof(*tree) + (has_texts ? need.text_bytes : 0));
    struct nodes nodes = {tree + 1, has_texts ? (char *)(tree + need.nodes) : NULL};
    *tree = (struct config_node){.kind = NODE_GROUP, .is_addition = true};
    fill(tree, settings, &nodes);
    return tree;
}

struct config_node *
config_additions_tree(const json_t *settings)
{
    return make_tree(settings, true);
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

/* A listener of the tree, to be found by its name. */
struct named {
    const char *name;
    size_t index;
};

/* All of them, sorted; made when the first rule asks. */
struct listeners {
    struct named *all;
    size_t count;
};

static int
compare_named(const void *one, const void *other)
{
    const struct named *left = one, *right = other;
    int by_name = strcmp(left->name, right->name);

    return by_name != 0 ? by_name : (left->index > right->index) - (left->index < right->index);
}

static int
compare_name(const void *name, const void *named)
{
    return strcmp(name, ((const struct named *)named)->name);
}

static void
list_listeners(struct listeners *listeners, const struct config_node *list)
{
    listeners->all = memory_take(list->child_count + 1, sizeof(*listeners->all));
    for (size_t i = 0; i < list->child_count; i++) {
        const struct config_node *name = config_node_member(&list->children[i], "name");
        if (name != NULL && name->kind == NODE_TEXT)
            listeners->all[listeners->count++] = (struct named){name->text, i};
    }
    qsort(listeners->all, listeners->count, sizeof(*listeners->all), compare_named);
}

/* Of several with the name any: that is refused. */
static struct config_node *
find_listener(struct config_node *root, struct listeners *listeners, const char *wanted)
{
    struct config_node *list = find(root, "listeners");

    if (list == NULL || list->kind != NODE_LIST)
        return NULL;
    if (listeners->all == NULL)
        list_listeners(listeners, list);
    const struct named *found = bsearch(wanted, listeners->all, listeners->count,
                                        sizeof(*listeners->all), compare_name);
    return found == NULL ? NULL : &list->children[found->index];
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

/* Gives a node children of its own, all the way down, in place of the lent ones. */
static void
own(struct config_node *node)
{
    const struct config_node *lent = node->children;

    if (!config_node_has_children(node))
        return;
    node->is_lent = false;
    node->children = memory_take(node->child_count, sizeof(*node->children));
    for (size_t i = 0; i < node->child_count; i++) {
        node->children[i] = lent[i];
        node->children[i].parent = node;
        own(&node->children[i]);
    }
}

static void
plant_one(struct config_node *node, const struct config_addition *addition, unsigned line)
{
    const struct config_node place = *node;
    struct config_node *made =
        addition->tree != NULL ? NULL : make_tree(addition->settings, false);
    struct config_node *tree = made == NULL ? addition->tree : made;

    tree->line = line; /* where its children look for theirs */
    *node = *tree;
    node->parent = place.parent;
    node->index = place.index;
    if (made != NULL)
        own(node);
    free(made);
}

static void
plant(struct config_node *list, const struct config_addition *additions, size_t count,
      unsigned line)
{
    struct config_node *node = config_node_grow(list, count);

    for (size_t i = 0; i < count; i++)
        plant_one(&node[i], &additions[i], line + (unsigned)i);
}

void
config_additions_plant(const struct config_additions *additions, struct config_tree *tree,
                       struct config_report *report)
{
    const struct config_addition *end = additions->all + additions->count;
    const unsigned first_line = (unsigned)(report->source->line_count - additions->count) + 1;
    struct listeners listeners = {.all = NULL};
    unsigned line = first_line;
    size_t count;

    for (const struct config_addition *first = additions->all; first < end; first += count) {
        struct config_node *owner = &tree->root;
        count = count_alike(first, end);
        if (first->listener != NULL)
            owner = find_listener(&tree->root, &listeners, first->listener);
        struct config_node *list = owner == NULL ? NULL : take_list(owner, first->list);
        if (list != NULL)
            plant(list, first, count, line);
        else if (owner == NULL)
            config_report_add_at(report, first->place, 0,
                                 "its listener is not in the configuration any more: leave "
                                 "it there, or delete the rule first");
        line += (unsigned)count;
    }
    free(listeners.all);
    config_restrictions_plant(&additions->restrictions, tree, first_line, report);
}
