/* SPDX-License-Identifier: Apache-2.0 */
/* The tree out of libconfig's, which goes on holding the names and texts. */
#include "model/config_tree.h"

#include <stdlib.h>
#include <string.h>

#include <libconfig.h>

#include "base/memory.h"

/* Takes the node's own value, but for its children. */
static void
take_value(struct config_node *node, const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        node->kind = NODE_NUMBER;
        node->number = config_setting_get_int64(setting);
        break;
    case CONFIG_TYPE_BOOL:
        node->kind = NODE_BOOL;
        node->number = config_setting_get_bool(setting);
        break;
    case CONFIG_TYPE_STRING:
        node->kind = NODE_TEXT;
        node->text = config_setting_get_string(setting);
        break;
    case CONFIG_TYPE_GROUP:
        node->kind = NODE_GROUP;
        break;
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        node->kind = NODE_LIST;
        break;
    default:
        node->kind = NODE_FRACTION;
        break;
    }
}

static void
fill(struct config_node *node, const struct config_node *parent, unsigned index,
     const config_setting_t *setting)
{
    node->name = config_setting_name(setting);
    node->parent = parent;
    node->index = index;
    node->line = config_setting_source_line(setting);
    take_value(node, setting);
    if (!config_node_has_children(node))
        return;
    node->child_count = (size_t)config_setting_length(setting);
    node->children = memory_take(node->child_count, sizeof(*node->children));
    for (unsigned i = 0; i < node->child_count; i++)
        fill(&node->children[i], node, i, config_setting_get_elem(setting, i));
}

static void
clear(struct config_node *node)
{
    if (!config_node_has_children(node) || node->is_lent)
        return;
    for (size_t i = 0; i < node->child_count; i++)
        clear(&node->children[i]);
    free(node->children);
}

bool
config_tree_read(struct config_tree *tree, const char *text, struct config_tree_error *error)
{
    config_t *parser = memory_take(1, sizeof(*parser));

    *tree = (struct config_tree){.root = {.kind = NODE_GROUP}, .parser = parser};
    config_init(parser);
    if (config_read_string(parser, text) != CONFIG_TRUE) {
        *error = (struct config_tree_error){config_error_text(parser),
                                            (unsigned)config_error_line(parser)};
        return false;
    }
    fill(&tree->root, NULL, 0, config_root_setting(parser));
    return true;
}

void
config_tree_clear(struct config_tree *tree)
{
    clear(&tree->root);
    config_destroy(tree->parser);
    free(tree->parser);
}

/* Children know their parent by its address. */
static void
adopt(struct config_node *node)
{
    if (!config_node_has_children(node) || node->is_lent)
        return;
    for (size_t i = 0; i < node->child_count; i++)
        node->children[i].parent = node;
}

struct config_node *
config_node_grow(struct config_node *node, size_t count)
{
    size_t before = node->child_count;

    node->children = memory_resize(node->children, before + count, sizeof(*node->children));
    node->child_count += count;
    for (size_t i = 0; i < before; i++)
        adopt(&node->children[i]);
    for (size_t i = before; i < node->child_count; i++)
        node->children[i] = (struct config_node){
            .parent = node, .index = (unsigned)i, .kind = NODE_GROUP, .line = node->line};
    return &node->children[before];
}

unsigned
config_node_line(const struct config_node *node)
{
    while (node->line == 0 && node->parent != NULL)
        node = node->parent;
    return node->line;
}

static const struct config_node *
find_member(const struct config_node *group, const char *name, size_t length)
{
    if (group == NULL || group->kind != NODE_GROUP)
        return NULL;
    for (size_t i = 0; i < group->child_count; i++) {
        const struct config_node *child = &group->children[i];
        if (strncmp(child->name, name, length) == 0 && child->name[length] == '\0')
            return child;
    }
    return NULL;
}

const struct config_node *
config_node_member(const struct config_node *group, const char *name)
{
    return find_member(group, name, strlen(name));
}

const struct config_node *
config_node_find(const struct config_node *group, const char *way)
{
    const struct config_node *found = group;
    const char *at = way;

    for (;;) {
        size_t length = strcspn(at, ".");
        found = find_member(found, at, length);
        if (found == NULL || at[length] == '\0')
            return found;
        at += length + 1;
    }
}

const struct config_node *
config_node_element(const struct config_node *list, size_t index)
{
    if (list == NULL || list->kind != NODE_LIST || index >= list->child_count)
        return NULL;
    return &list->children[index];
}
