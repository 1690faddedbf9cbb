/* SPDX-License-Identifier: Apache-2.0 */
/* Rows come as a walk through the configuration, so the element of a row is one of those that
 * are open, or begins. */
#include "config_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "json_text.h"

enum { DEPTH_MAX = 16, LABEL_MOST = 36 };

/* The elements from the root to the one of the last row. */
struct opened {
    const char *path;
    struct config_node *node;
};

struct building {
    struct opened opened[DEPTH_MAX]; /* the first one is the root */
    size_t count;
};

/* Takes the label over. */
static struct config_node *
add_child(struct config_node *parent, char *label, const json_t *row)
{
    struct config_node *child = memory_take(1, sizeof(*child));

    child->label = label;
    child->row = row;
    parent->children = (struct config_node **)memory_resize(
        (void *)parent->children, parent->child_count + 1, sizeof(void *));
    parent->children[parent->child_count++] = child;
    return child;
}

/* The group with that label, which is made where there is none. */
static struct config_node *
find_group(struct config_node *parent, const char *label, size_t length)
{
    for (size_t i = parent->child_count; i-- > 0;) {
        struct config_node *child = parent->children[i];
        if (child->row == NULL && strlen(child->label) == length &&
            strncmp(child->label, label, length) == 0)
            return child;
    }
    return add_child(parent, memory_copy_bytes(label, length), NULL);
}

static void
add_setting(struct config_node *parent, const char *name, const json_t *row)
{
    const char *dot;

    while ((dot = strchr(name, '.')) != NULL) {
        parent = find_group(parent, name, (size_t)(dot - name));
        name = dot + 1;
    }
    add_child(parent, memory_copy_text(name), row);
}

/* The path behind that of an element that is open. */
static const char *
own_part(const struct opened *opened, const char *path)
{
    return *opened->path == '\0' ? path : path + strlen(opened->path) + 1;
}

/* Closes those that the element does not lie in; it is the last one then. */
static struct opened *
open_element(struct building *building, const char *element)
{
    struct opened *last = &building->opened[building->count - 1];

    while (building->count > 1 && strcmp(last->path, element) != 0)
        last = &building->opened[--building->count - 1];
    if (strcmp(last->path, element) == 0)
        return last;
    building->opened[building->count++] = (struct opened){
        element, add_child(last->node, memory_copy_text(own_part(last, element)), NULL)};
    return &building->opened[building->count - 1];
}

static void
add_row(struct building *building, const json_t *row)
{
    const char *path = json_word(row, "Path");
    const struct opened *element = open_element(building, json_word(row, "Element"));
    const char *name = own_part(element, path);

    if (!json_is_set(row, "IsElement"))
        add_setting(element->node, name, row);
    else if (building->count < DEPTH_MAX)
        building->opened[building->count++] =
            (struct opened){path, add_child(element->node, memory_copy_text(name), row)};
}

static void
free_node(struct config_node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        free_node(node->children[i]);
    free((void *)node->children);
    free(node->label);
    free(node);
}

/* Whether nothing is lost when only the child is shown: a group says nothing by itself, and the
 * place of an element is that of what is given in it. */
static bool
can_join(const struct config_node *node)
{
    const struct config_node *child = node->child_count == 1 ? node->children[0] : NULL;

    if (child == NULL || strlen(node->label) + 1 + strlen(child->label) > LABEL_MOST)
        return false;
    return node->row == NULL ||
           (child->child_count == 0 && json_is_string(json_object_get(child->row, "File")));
}

static void
join(struct config_node *node)
{
    struct config_node *child = node->children[0];
    char *label = memory_print("%s.%s", node->label, child->label);

    free(node->label);
    free((void *)node->children);
    node->label = label;
    node->row = child->row;
    node->children = child->children;
    node->child_count = child->child_count;
    free(child->label);
    free(child);
}

static void
join_single(struct config_node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        join_single(node->children[i]);
    if (node->label != NULL && can_join(node))
        join(node);
}

struct config_node *
config_tree_new(const json_t *rows)
{
    struct config_node *root = memory_take(1, sizeof(*root));
    struct building building = {.opened = {{"", root}}, .count = 1};
    size_t index;
    json_t *row;

    json_array_foreach ((json_t *)rows, index, row)
        add_row(&building, row);
    join_single(root);
    return root;
}

void
config_tree_free(struct config_node **root)
{
    free_node(*root);
    *root = NULL;
}
