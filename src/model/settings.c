/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that settings.def becomes, and searching in them. */
#include "model/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/directories.h"
#include "base/slice.h"
#include "model/config.h"

/* The struct of each scope, for offsetof. */
#define SETTING_SCOPE(id, base, selector, word, group, type, title)                            \
    typedef type scope_type_##id;
#include "model/settings.def"
#undef SETTING_SCOPE

const struct setting_scope_info setting_scopes[SCOPE_COUNT] = {

#define SETTING_SCOPE(id, base, selector, word, group, type, title)                            \
    {(selector), (word), (group), (title), sizeof(type), offsetof(type, places), SCOPE_##base},
#include "model/settings.def"
#undef SETTING_SCOPE
};

const struct setting_word setting_word_table[] = {

#define SETTING_WORD(set, text, value) {(text), WORDS_##set, (value)},
#include "model/settings.def"
#undef SETTING_WORD
};

const size_t setting_word_count = sizeof(setting_word_table) / sizeof(*setting_word_table);

static const struct setting_word weak_words[] = {

#define SETTING_WEAK_WORD(set, text) {(text), WORDS_##set, 0},
#include "model/settings.def"
#undef SETTING_WEAK_WORD
};

bool
setting_word_is_weak(const struct setting_word *word)
{
    for (size_t i = 0; i < sizeof(weak_words) / sizeof(*weak_words); i++) {
        if (weak_words[i].words == word->words && strcmp(weak_words[i].text, word->text) == 0)
            return true;
    }
    return false;
}

bool
setting_needs_restart(const struct setting *setting)
{
    static const char *const paths[] = {

#define SETTING_RESTART(path) (path),
#include "model/settings.def"
#undef SETTING_RESTART
    };

    for (size_t i = 0; setting->scope == SCOPE_ROOT && i < sizeof(paths) / sizeof(*paths);
         i++) {
        if (strcmp(setting->path, paths[i]) == 0)
            return true;
    }
    return false;
}

static const struct {
    enum setting_scope scope;
    const char *path, *selector, *word, *standard;
} standards[] = {

#define SETTING_STANDARD(scope, path, selector, word, standard)                                \
    {SCOPE_##scope, (path), (selector), (word), (standard)},
#include "model/settings.def"
#undef SETTING_STANDARD
};

bool
setting_chooses(const struct setting *selector)
{
    for (size_t i = 0; i < sizeof(standards) / sizeof(*standards); i++) {
        if (standards[i].scope == selector->scope &&
            strcmp(standards[i].selector, selector->path) == 0)
            return true;
    }
    return false;
}

const char *
setting_standard_of(const struct setting *setting, const char *selector, const char *word)
{
    for (size_t i = 0; i < sizeof(standards) / sizeof(*standards); i++) {
        if (standards[i].scope == setting->scope && strcmp(standards[i].word, word) == 0 &&
            strcmp(standards[i].path, setting->path) == 0 &&
            strcmp(standards[i].selector, selector) == 0)
            return standards[i].standard;
    }
    return NULL;
}

static const struct {
    enum setting_scope scope;
    const char *path;
} keys[] = {

#define SETTING_KEY(scope, path) {SCOPE_##scope, (path)},
#include "model/settings.def"
#undef SETTING_KEY
};

struct setting_key
setting_key(enum setting_scope scope)
{
    struct setting_key key = {{NULL, NULL}};
    size_t count = 0;

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && count < 2; i++) {
        if (keys[i].scope == scope)
            key.rows[count++] = setting_find(scope, keys[i].path);
    }
    return key;
}

const char *
setting_word_text(enum setting_words words, int value)
{
    const struct setting_word *word = setting_word_table;

    while (word->words != words || word->value != value) {
        word++;
        CHECK(word < setting_word_table + setting_word_count);
    }
    return word->text;
}

const char setting_required[] = "required";

#define OURS NULL
#define NONE NULL
#define REQUIRED setting_required
#define ROW(id, path_text, of_kind, member, from_file, text)                                   \
    .path = (path_text), .standard = (from_file), .help = (text),                              \
    .offset = offsetof(scope_type_##id, member), .scope = SCOPE_##id,                          \
    .kind = SETTING_##of_kind

#define SETTING(id, path, kind, member, from_file, low, high, alb, text)                       \
    {ROW(id, path, kind, member, from_file, text), .attribute = (alb), .minimum = (low),       \
     .maximum = (high)},
#define SETTING_CHOICE(id, path, member, set, from_file, alb, text)                            \
    {ROW(id, path, CHOICE, member, from_file, text), .attribute = (alb), .words = WORDS_##set},
#define SETTING_CHOICE_TEXT(id, path, member, set, from_file, alb, text)                       \
    {ROW(id, path, CHOICE_TEXT, member, from_file, text), .attribute = (alb),                  \
     .words = WORDS_##set},
#define SETTING_LIST(id, path, member, count, of, from_file, text)                             \
    {ROW(id, path, LIST, member, from_file, text),                                             \
     .count_offset = offsetof(scope_type_##id, count), .elements = SCOPE_##of},
#define SETTING_ONE(id, path, member, of, from_file, text)                                     \
    {ROW(id, path, ONE, member, from_file, text), .elements = SCOPE_##of},

const struct setting settings[] = {
#include "model/settings.def"
};

const size_t setting_count = sizeof(settings) / sizeof(*settings);

bool
setting_scope_is_bare(enum setting_scope scope)
{
    return scope == SCOPE_VALUE || scope == SCOPE_QUERY_VALUE || scope == SCOPE_SOURCE ||
           scope == SCOPE_API_NAME || scope == SCOPE_REVOCATION_LIST ||
           scope == SCOPE_WEIGHTED_GROUP || scope == SCOPE_ZONE || scope == SCOPE_API_ALLOW;
}

bool
setting_scope_is_pair(enum setting_scope scope)
{
    return scope == SCOPE_ATTRIBUTE;
}

const struct setting *
setting_bare_row(enum setting_scope scope)
{
    const struct setting *const *row = setting_rows(scope);

    while (*row != NULL && (*row)->standard != setting_required)
        row++;
    return *row;
}

enum { ROWS_MAX = sizeof(settings) / sizeof(*settings) };

static bool
is_replaced(enum setting_scope scope, const char *path)
{
    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].scope == scope && strcmp(settings[i].path, path) == 0)
            return true;
    }
    return false;
}

static bool
is_visible(const struct setting *setting, enum setting_scope scope)
{
    if (setting->scope == scope)
        return true;
    return setting->scope == setting_scopes[scope].base && !is_replaced(scope, setting->path);
}

/* Files have many objects of few scopes: what belongs to a scope is looked for once. */
const struct setting *const *
setting_rows(enum setting_scope scope)
{
    static const struct setting *known[SCOPE_COUNT][ROWS_MAX + 1];
    const struct setting **rows = known[scope];

    if (rows[0] != NULL)
        return rows;
    for (size_t i = 0, count = 0; i < setting_count; i++) {
        if (is_visible(&settings[i], scope))
            rows[count++] = &settings[i];
    }
    return rows;
}

const struct setting *const *
setting_rows_over(enum setting_scope base)
{
    static const struct setting *known[SCOPE_COUNT][ROWS_MAX + 1];
    const struct setting **rows = known[base];

    if (rows[0] != NULL)
        return rows;
    for (size_t i = 0, count = 0; i < setting_count; i++) {
        if (setting_scopes[settings[i].scope].base == base)
            rows[count++] = &settings[i];
    }
    return rows;
}

/* Rows of a scope by their paths, as an open table of indexes from 1. */
enum { SLOTS = 1024 };

_Static_assert((int)SLOTS > 2 * (int)ROWS_MAX, "a scope's table has room for all rows");

static size_t
first_slot(const char *path)
{
    return (size_t)slice_hash(SLICE_HASH_START, slice_of(path)) % SLOTS;
}

/* Where the path's row is, or would be. */
static uint16_t *
find_slot(uint16_t *slots, const struct setting *const *rows, const char *path)
{
    size_t slot = first_slot(path);

    while (slots[slot] != 0 && strcmp(rows[slots[slot] - 1]->path, path) != 0)
        slot = (slot + 1) % SLOTS;
    return &slots[slot];
}

size_t
setting_index(enum setting_scope scope, const char *path)
{
    static uint16_t known[SCOPE_COUNT][SLOTS];
    static bool is_known[SCOPE_COUNT];
    const struct setting *const *rows = setting_rows(scope);

    for (size_t i = 0; !is_known[scope] && rows[i] != NULL; i++) {
        uint16_t *slot = find_slot(known[scope], rows, rows[i]->path);
        if (*slot == 0)
            *slot = (uint16_t)(i + 1);
    }
    is_known[scope] = true;
    uint16_t found = *find_slot(known[scope], rows, path);
    return found == 0 ? SIZE_MAX : found - 1U;
}

const struct setting *
setting_find(enum setting_scope scope, const char *path)
{
    size_t index = setting_index(scope, path);

    return index == SIZE_MAX ? NULL : setting_rows(scope)[index];
}

const struct setting *
setting_first(const struct setting *setting)
{
    const struct setting *const *row = setting_rows(setting->scope);

    while ((*row)->offset != setting->offset)
        row++;
    return *row;
}

static bool
is_below(const char *path, const char *group, size_t length)
{
    return strncmp(path, group, length) == 0 && path[length] == '.';
}

bool
setting_is_group(enum setting_scope scope, const char *path)
{
    size_t length = strlen(path);

    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        if (is_below((*row)->path, path, length))
            return true;
    }
    return false;
}

enum setting_scope
setting_scope_select(enum setting_scope base, const char *word)
{
    for (unsigned scope = 0; scope < SCOPE_COUNT; scope++) {
        const struct setting_scope_info *info = &setting_scopes[scope];
        if (info->base == base && info->word != NULL && strcmp(info->word, word) == 0)
            return (enum setting_scope)scope;
    }
    return SCOPE_COUNT;
}

#define NAME_MAX_BYTES 64

static unsigned
smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's: how many bytes to insert, remove or replace. */
static unsigned
edit_distance(const char *one, const char *other)
{
    unsigned row[NAME_MAX_BYTES + 1];
    size_t length = strlen(other);

    if (length > NAME_MAX_BYTES || strlen(one) > NAME_MAX_BYTES)
        return NAME_MAX_BYTES;
    for (unsigned i = 0; i <= length; i++)
        row[i] = i;
    for (unsigned i = 0; one[i] != '\0'; i++) {
        unsigned diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            unsigned above = row[j + 1];
            row[j + 1] = smallest(above + 1, row[j] + 1, diagonal + (one[i] != other[j]));
            diagonal = above;
        }
    }
    return row[length];
}

void
setting_guess_try(struct setting_guess *guess, const char *candidate)
{
    unsigned distance = edit_distance(guess->wanted, candidate);
    size_t length = strlen(guess->wanted);

    if (distance > (length < 6 ? 1 : length / 3))
        return;
    if (guess->best != NULL && guess->distance <= distance)
        return;
    guess->best = candidate;
    guess->distance = distance;
}

static const char *
leaf_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot == NULL ? path : dot + 1;
}

/*
 * Copies the name that a row has at the depth of the path: for "health_check.x" out of
 * "health_check.path" it is "path". False when the row lies elsewhere.
 */
static bool
sibling_name(const struct setting *setting, const char *path, char name[NAME_MAX_BYTES])
{
    size_t group_length = (size_t)(leaf_of(path) - path);
    const char *start = setting->path + group_length;

    if (strncmp(setting->path, path, group_length) != 0)
        return false;
    return snprintf(name, NAME_MAX_BYTES, "%.*s", (int)strcspn(start, "."), start) <
           NAME_MAX_BYTES;
}

bool
setting_suggest(enum setting_scope scope, const char *path, char *suggestion, size_t size_bytes)
{
    struct setting_guess guess = {.wanted = leaf_of(path)};
    char names[2][NAME_MAX_BYTES];
    unsigned spare = 0;

    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        if (!sibling_name(*row, path, names[spare]))
            continue;
        setting_guess_try(&guess, names[spare]);
        if (guess.best == names[spare])
            spare ^= 1;
    }
    /* A name that is right but stands in the wrong group. */
    for (const struct setting *const *row = setting_rows(scope);
         *row != NULL && guess.best == NULL; row++) {
        if (strcmp(leaf_of((*row)->path), guess.wanted) == 0)
            guess.best = (*row)->path;
    }
    if (guess.best == NULL)
        return false;
    snprintf(suggestion, size_bytes, "%s", guess.best);
    return true;
}
