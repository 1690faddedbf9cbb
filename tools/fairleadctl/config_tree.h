/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as the groups of a configuration: dotted names that begin alike stand in one group,
 * settings of an element of a list below it.
 */
#ifndef FAIRLEADCTL_CONFIG_TREE_H
#define FAIRLEADCTL_CONFIG_TREE_H

#include <jansson.h>

/* A group, an element, or a setting. The root has neither label nor row. */
struct config_node {
    char *label;       /* behind that of its parent */
    const json_t *row; /* of the answer; NULL: a group, or an element that was not asked for */
    struct config_node **children;
    size_t child_count;
};

/* Out of the rows of GET /v1/configuration, which must live as long. Groups and elements with a
 * single setting below have become one with it, while the label stays short. */
struct config_node *config_tree_new(const json_t *rows);
void config_tree_free(struct config_node **root);

#endif
