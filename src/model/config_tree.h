/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration says, whoever has read it: groups of named values, lists, texts, whole
 * numbers and truths, each with the line that it stands on. Settings are read out of such a
 * tree (config_object.h) and findings are told of its nodes (config_report.h); of libconfig
 * only config_tree_read knows.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_TREE_H
#define FAIRLEAD_MODEL_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>

enum config_node_kind {
    NODE_TEXT,
    NODE_NUMBER,
    NODE_BOOL,
    NODE_LIST,
    NODE_GROUP,
    NODE_FRACTION, /* a number that is not whole: no setting takes one */
};

struct config_node {
    const char *name;                 /* NULL: the root, or an element of a list */
    const struct config_node *parent; /* NULL: the root */
    enum config_node_kind kind;
    bool is_addition; /* stands beside the file (config_additions.h) */
    bool is_lent;     /* its children are another's, who stands in another tree */
    unsigned index;   /* among the parent's children */
    unsigned line;    /* of the text that was read, from 1; 0: its parent's */

    union {
        const char *text;
        long long number; /* of a bool 0 or 1 */

        struct {
            struct config_node *children;
            size_t child_count;
        };
    };
};

struct config_tree {
    struct config_node root; /* a group */
    void *parser;            /* holds names and texts */
};

/* The parser's word for what is wrong, which lives as long as the tree, and its line. */
struct config_tree_error {
    const char *text;
    unsigned line;
};

/* Reads a text in libconfig's language. False, with *error, when it is malformed. The tree is
 * to be cleared in each case. */
bool config_tree_read(struct config_tree *tree, const char *text,
                      struct config_tree_error *error);
void config_tree_clear(struct config_tree *tree);

/* Gives a group or a list so many more children, empty groups on its line that have no name
 * yet; the first of them. Those that it had move. */
struct config_node *config_node_grow(struct config_node *node, size_t count);

/* Its own, or that of the nearest that has one. */
unsigned config_node_line(const struct config_node *node);

/* A group or a list. */
static inline bool
config_node_has_children(const struct config_node *node)
{
    return node->kind == NODE_GROUP || node->kind == NODE_LIST;
}

/* The member of a group, or NULL; of anything else and of NULL likewise. */
const struct config_node *config_node_member(const struct config_node *group, const char *name);

/* The same by a way below the group, "attributes.stickiness". */
const struct config_node *config_node_find(const struct config_node *group, const char *way);

/* The element of a list, or NULL; of anything else and of NULL likewise. */
const struct config_node *config_node_element(const struct config_node *list, size_t index);

#endif
