/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the files an object of the configuration stands, and those of its settings that are
 * given; what has no place has its default. The reader makes them, config_free frees them. A
 * place takes 8 bytes, so the places of all 16 MiB that a configuration may have (some million
 * settings) take as much memory as their text.
 */
#ifndef FAIRLEAD_MODEL_SETTING_PLACES_H
#define FAIRLEAD_MODEL_SETTING_PLACES_H

#include <stddef.h>
#include <stdint.h>

struct setting;

struct setting_place {
    uint16_t row;  /* index in settings */
    uint16_t file; /* index in the configuration's files */
    uint32_t line;
};

struct setting_places {
    struct setting_place own; /* of the object; its row means nothing */
    size_t count;
    struct setting_place given[]; /* in the order of the rows */
};

/* The place of a setting, or NULL: it is not given. places may be NULL. */
const struct setting_place *setting_places_find(const struct setting_places *places,
                                                const struct setting *row);

#endif
