/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every setting of a configuration in the order of settings.def, with the path that people call
 * it by: a dotted name, where elements of lists have what they are told apart by
 * ("target_groups.web.health_check.path", "listeners.http.rules.10.actions.type"); a second one
 * of a list with the same is "srvweb#2".
 */
#ifndef FAIRLEAD_MODEL_CONFIG_WALK_H
#define FAIRLEAD_MODEL_CONFIG_WALK_H

#include <stdbool.h>

#include <jansson.h>

#include "model/config.h"
#include "model/settings.h"

/* A setting, or an element of a list: then its settings follow. Lives during the visit. */
struct config_fact {
    const struct config *config;
    const char *path;
    size_t object_length;      /* of the path of the element that it belongs to; 0: none */
    const struct setting *row; /* of an element: that of the list */
    const void *object;        /* that the setting is a member of; the element */
    const struct setting_place *place; /* NULL: it has its default */
    bool is_element;
};

typedef void config_visit(void *argument, const struct config_fact *fact);

/* Visits what has the wanted path, or lies below it; "" is everything. */
void config_walk(const struct config *config, const char *wanted, config_visit *visit,
                 void *argument);

/* The text of a value (setting_value.h) as JSON: a number, true or false, a text, or null. */
json_t *config_value_to_json(const struct setting *row, const char *text);

/* The value of a setting: a number, true or false, a text, null, or an array of texts. */
json_t *config_fact_value(const struct config_fact *fact);

/* What it is where the file does not give it; NULL: the file must. */
json_t *config_fact_standard(const struct config_fact *fact);

/* The setting whose value is its default, or NULL. */
const struct setting *config_fact_follows(const struct config_fact *fact);

bool config_fact_is_default(const struct config_fact *fact);

#endif
