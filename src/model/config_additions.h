/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that stand beside the file: made by API calls, and read by the same rows and checks
 * as what the file says. Each is a JSON object of the settings that the file would give it, and
 * has a place of its own that findings and screens name where they name FILE:LINE otherwise.
 */
#ifndef FAIRLEAD_MODEL_CONFIG_ADDITIONS_H
#define FAIRLEAD_MODEL_CONFIG_ADDITIONS_H

#include <stddef.h>

#include <jansson.h>

#include "model/config_report.h"
#include "model/config_restrictions.h"
#include "model/config_source.h"
#include "model/config_tree.h"

struct config_addition {
    const char *place;      /* "targetgroup/web/0123456789abcdef" */
    const char *list;       /* that it is an element of: "target_groups" */
    const char *listener;   /* whose list that is, by its name; NULL: the root's */
    const json_t *settings; /* an object */
    /* The settings as config_additions_tree makes them, which has to stay; NULL: the tree is
     * made for each planting, as that of what others are planted in must be. */
    struct config_node *tree;
};

/* What many plantings have in common. Give it back with free(); uses the settings' texts. */
struct config_node *config_additions_tree(const json_t *settings);

/* Those of one list stand side by side. All of it is the caller's. */
struct config_additions {
    const struct config_addition *all;
    size_t count;
    struct config_restrictions restrictions; /* of load balancers among them */
};

/* A source with a place for each addition, behind those of the text; shares the texts of the
 * first, which has to stay. Give it back with config_additions_free_places. */
struct config_source config_additions_places(const struct config_source *source,
                                             const struct config_additions *additions);
void config_additions_free_places(struct config_source *places);

/* Adds them to the tree of the source that they were given places in, and restricts listeners;
 * the report hears of a listener that is not there. The tree uses their texts. */
void config_additions_plant(const struct config_additions *additions, struct config_tree *tree,
                            struct config_report *report);

#endif
