/* SPDX-License-Identifier: Apache-2.0 */
/* The way through the rows and the structs that they fill; config_fact.c says what is there. */
#include "model/config_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/setting_value.h"

struct walk {
    const struct config *config;
    const char *wanted;
    config_visit *visit;
    void *argument;
    char *path; /* of where it is */
    size_t length, capacity;
};

/* Where settings are looked at. */
struct place {
    enum setting_scope scope;
    const void *object;
    size_t object_length; /* of the path of the element */
    bool is_element;      /* of a list: its keys are in its path */
};

/* Goes a step down; returns how to come back. */
static size_t
enter(struct walk *walk, const char *step)
{
    size_t before = walk->length, need = before + strlen(step) + 2;

    if (need > walk->capacity) {
        walk->capacity = 2 * need;
        walk->path = memory_resize(walk->path, walk->capacity, 1);
    }
    walk->length += (size_t)sprintf(walk->path + before, "%s%s", before == 0 ? "" : ".", step);
    return before;
}

static void
leave(struct walk *walk, size_t before)
{
    walk->length = before;
    walk->path[before] = '\0';
}

/* Whether whole is start, or goes on with another step behind it. */
static bool
is_below(const char *whole, const char *start)
{
    size_t length = strlen(start);

    return length == 0 || (strncmp(whole, start, length) == 0 &&
                           (whole[length] == '\0' || strchr(".#", whole[length]) != NULL));
}

static bool
is_wanted(const struct walk *walk)
{
    return is_below(walk->path, walk->wanted);
}

static bool
may_lead_to_wanted(const struct walk *walk)
{
    return is_wanted(walk) || is_below(walk->wanted, walk->path);
}

static const struct setting_places *
places_of(enum setting_scope scope, const void *object)
{
    const char *member = (const char *)object + setting_scopes[scope].places_offset;

    return *(struct setting_places *const *)(const void *)member;
}

static enum setting_scope
chosen_scope(enum setting_scope base, const void *object)
{
    const char *selector = setting_scopes[base].selector;

    if (selector == NULL)
        return base;
    char *word = setting_value_text(setting_find(base, selector), object);
    enum setting_scope scope = setting_scope_select(base, word);
    free(word);
    return scope;
}

/* Of several ways to say the same the one that the file has, or else the first. */
static bool
is_shown(const struct setting *const *rows, size_t index, const struct setting_places *places)
{
    bool is_given = setting_places_find(places, rows[index]) != NULL;

    for (size_t i = 0; rows[i] != NULL; i++) {
        if (i == index || rows[i]->offset != rows[index]->offset)
            continue;
        if (setting_places_find(places, rows[i]) != NULL || (i < index && !is_given))
            return false;
    }
    return true;
}

static bool
is_key(enum setting_scope scope, const struct setting *row)
{
    struct setting_key key = setting_key(setting_scopes[scope].base);

    return row == key.rows[0] || row == key.rows[1];
}

static void walk_settings(struct walk *walk, const struct place *place);

static void
report_setting(const struct walk *walk, const struct place *place, const struct setting *row)
{
    const struct config_fact fact = {
        .config = walk->config,
        .path = walk->path,
        .object_length = place->object_length,
        .row = row,
        .object = place->object,
        .place = setting_places_find(places_of(place->scope, place->object), row),
    };

    if (is_wanted(walk))
        walk->visit(walk->argument, &fact);
}

static void
walk_element(struct walk *walk, const struct setting *row, const void *object,
             size_t object_length)
{
    const struct setting_places *places = places_of(row->elements, object);
    const struct place place = {chosen_scope(setting_scopes[row->elements].base, object),
                                object, walk->length, true};
    const struct config_fact fact = {
        .config = walk->config,
        .path = walk->path,
        .object_length = object_length,
        .row = row,
        .object = object,
        .place = places == NULL ? NULL : &places->own,
        .is_element = true,
    };

    if (is_wanted(walk))
        walk->visit(walk->argument, &fact);
    walk_settings(walk, &place);
}

/* "10", or "127.0.0.1:8080" of two rows. */
static char *
key_text(enum setting_scope scope, const void *object)
{
    struct setting_key key = setting_key(scope);
    char *first = setting_value_text(key.rows[0], object);
    char *second = key.rows[1] == NULL ? NULL : setting_value_text(key.rows[1], object);

    if (second == NULL)
        return first;
    char *both = memory_print(strchr(first, ':') != NULL ? "[%s]:%s" : "%s:%s", first, second);
    free(first);
    free(second);
    return both;
}

struct named {
    char *key;
    size_t index;
};

static int
compare_named(const void *one, const void *other)
{
    const struct named *left = one, *right = other;
    int by_key = strcmp(left->key, right->key);

    return by_key != 0 ? by_key : (left->index > right->index) - (left->index < right->index);
}

static int
compare_indices(const void *one, const void *other)
{
    const struct named *left = one, *right = other;

    return (left->index > right->index) - (left->index < right->index);
}

/* Each with a key that no other has. */
static void
number_keys(struct named *named, size_t count)
{
    size_t first = 0; /* of those with the same key */

    qsort(named, count, sizeof(*named), compare_named);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(named[i].key, named[first].key) != 0) {
            first = i;
            continue;
        }
        char *longer = memory_print("%s#%zu", named[i].key, i - first + 1);
        free(named[i].key);
        named[i].key = longer;
    }
    qsort(named, count, sizeof(*named), compare_indices);
}

/* The reader has put the default rule behind the others. */
static size_t
count_of(const struct setting *row, const void *object)
{
    size_t count = *(const size_t *)(const void *)((const char *)object + row->count_offset);

    return row->elements == SCOPE_RULE && count > 0 ? count - 1 : count;
}

static void
walk_list(struct walk *walk, const struct place *place, const struct setting *row)
{
    const char *elements =
        *(char *const *)(const void *)((const char *)place->object + row->offset);
    size_t size_bytes = setting_scopes[row->elements].size_bytes;
    size_t count = count_of(row, place->object);
    struct named *named = memory_take(count, sizeof(*named));

    for (size_t i = 0; i < count; i++)
        named[i] = (struct named){key_text(row->elements, elements + i * size_bytes), i};
    if (count > 1)
        number_keys(named, count);
    for (size_t i = 0; i < count; i++) {
        size_t before = enter(walk, named[i].key);
        if (may_lead_to_wanted(walk))
            walk_element(walk, row, elements + i * size_bytes, place->object_length);
        leave(walk, before);
        free(named[i].key);
    }
    free(named);
    if (count == 0)
        report_setting(walk, place, row);
}

/* A listener's is with its default rule. */
static const void *
one_of(const struct setting *row, const void *object)
{
    const struct config_listener *listener = object;

    if (row->scope == SCOPE_LISTENER)
        return &listener->rules[listener->rule_count - 1].action;
    return (const char *)object + row->offset;
}

static void
walk_one(struct walk *walk, const struct place *place, const struct setting *row)
{
    const void *object = one_of(row, place->object);
    const struct place one = {chosen_scope(setting_scopes[row->elements].base, object), object,
                              place->object_length, false};

    walk_settings(walk, &one);
}

static void
walk_setting(struct walk *walk, const struct place *place, const struct setting *row)
{
    if (!may_lead_to_wanted(walk))
        return;
    if (row->kind == SETTING_ONE)
        walk_one(walk, place, row);
    else if (row->kind == SETTING_LIST && !setting_scope_is_bare(row->elements))
        walk_list(walk, place, row);
    else
        report_setting(walk, place, row);
}

static void
walk_settings(struct walk *walk, const struct place *place)
{
    const struct setting *const *rows = setting_rows(place->scope);
    const struct setting_places *places = places_of(place->scope, place->object);

    for (size_t i = 0; rows[i] != NULL; i++) {
        if ((place->is_element && is_key(place->scope, rows[i])) || !is_shown(rows, i, places))
            continue;
        size_t before = enter(walk, rows[i]->path);
        walk_setting(walk, place, rows[i]);
        leave(walk, before);
    }
}

void
config_walk(const struct config *config, const char *wanted, config_visit *visit,
            void *argument)
{
    struct walk walk = {
        .config = config, .wanted = wanted, .visit = visit, .argument = argument};
    const struct place root = {.scope = SCOPE_ROOT, .object = config};

    walk_settings(&walk, &root);
    free(walk.path);
}
