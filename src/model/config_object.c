/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills structs from a configuration's tree by the rows of settings.def: defaults first, then
 * what the file gives, then what can be said of the whole. Start reading at config_object_read.
 */
#include "model/config_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/setting_value.h"

#define PATH_BYTES 512
#define NUMBER_BYTES 24 /* of any 64 bits, in decimal */

struct object {
    struct config_report *report;
    enum setting_scope scope;
    void *memory;
    const struct setting *const *rows; /* of the scope, NULL behind the last */
    const struct config_node **given;  /* for each row: where the file has it */
};

/* How the node's value is written, and the value as text, the tree's or made in number; 0: no
 * single value. */
static unsigned
take_value(const struct config_node *node, char number[NUMBER_BYTES], const char **text)
{
    *text = NULL;
    switch (node->kind) {
    case NODE_NUMBER:
        snprintf(number, NUMBER_BYTES, "%lld", node->number);
        *text = number;
        return WRITTEN_AS_NUMBER;
    case NODE_BOOL:
        *text = node->number != 0 ? "true" : "false";
        return WRITTEN_AS_BOOL;
    case NODE_TEXT:
        *text = node->text;
        return WRITTEN_AS_TEXT;
    case NODE_LIST:
    case NODE_GROUP:
    case NODE_FRACTION:
        break;
    }
    return 0;
}

static void
refuse_type(const struct object *object, const struct config_node *setting,
            const struct setting *row)
{
    config_report_add(object->report, setting, "must be %s", setting_kind_title(row->kind));
}

static void
read_scalar(const struct object *object, const struct config_node *setting,
            const struct setting *row)
{
    char number[NUMBER_BYTES];
    const char *text;
    char *reason;

    if ((take_value(setting, number, &text) & setting_kind_forms(row->kind)) == 0) {
        refuse_type(object, setting, row);
    } else if (!setting_value_read(row, text, object->memory, &reason)) {
        config_report_add(object->report, setting, "%s", reason);
        free(reason);
    }
}

static bool
has_standard(const struct setting *row)
{
    return row->standard != NULL && row->standard != setting_required && *row->standard != '=';
}

/* An object of which nothing was given: a scope's defaults are read once. Never freed. */
static const void *
standard_object(enum setting_scope scope)
{
    static void *known[SCOPE_COUNT];
    char *reason;

    if (known[scope] != NULL)
        return known[scope];
    known[scope] = memory_take(1, setting_scopes[scope].size_bytes);
    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        /* A default that its own row refuses is found by the first test that reads any file. */
        if (has_standard(*row) &&
            !setting_value_read(*row, (*row)->standard, known[scope], &reason))
            free(reason);
    }
    return known[scope];
}

static void
apply_standards(const struct object *object)
{
    const void *standard = standard_object(object->scope);

    for (const struct setting *const *row = object->rows; *row != NULL; row++) {
        if (has_standard(*row))
            setting_value_copy(*row, standard, object->memory);
    }
}

/* What nobody gave, and what another setting's word makes something else. */
static void
apply_chosen_standards(const struct object *object, const struct setting *selector)
{
    char *reason;

    if (selector->kind != SETTING_CHOICE || !setting_chooses(selector))
        return;
    char *word = setting_value_text(selector, object->memory);
    for (size_t i = 0; object->rows[i] != NULL; i++) {
        const char *standard = setting_standard_of(object->rows[i], selector->path, word);
        if (standard != NULL && object->given[i] == NULL &&
            !setting_value_read(object->rows[i], standard, object->memory, &reason))
            free(reason);
    }
    free(word);
}

static void
read_element(struct config_report *report, const struct config_node *element,
             enum setting_scope scope, void *memory)
{
    struct object object = {
        .report = report, .scope = scope, .memory = memory, .rows = setting_rows(scope)};

    if (element->kind == NODE_GROUP) {
        config_object_read(report, element, scope, memory);
    } else if (setting_scope_is_bare(scope) && !config_node_has_children(element)) {
        apply_standards(&object);
        read_scalar(&object, element, setting_bare_row(scope));
    } else {
        config_report_add(report, element, "must be a group { ... }");
    }
}

static size_t
count_rows(const struct setting *const *rows)
{
    size_t count = 0;

    while (rows[count] != NULL)
        count++;
    return count;
}

static struct setting_place
place_of(const struct object *object, const struct config_node *setting, size_t row)
{
    struct config_source_line line = config_report_place(object->report, setting);

    return (struct setting_place){(uint16_t)row, (uint16_t)line.file, line.number};
}

static void
note_places(const struct object *object, const struct config_node *group)
{
    struct setting_places **member =
        (struct setting_places **)(void *)((char *)object->memory +
                                           setting_scopes[object->scope].places_offset);
    size_t count = 0;

    for (size_t i = 0; object->rows[i] != NULL; i++)
        count += object->given[i] != NULL;
    struct setting_places *places =
        memory_take(1, sizeof(*places) + count * sizeof(*places->given));
    places->own = place_of(object, group, 0);
    for (size_t i = 0; object->rows[i] != NULL; i++) {
        if (object->given[i] != NULL)
            places->given[places->count++] =
                place_of(object, object->given[i], (size_t)(object->rows[i] - settings));
    }
    *member = places;
}

/* A group of names and values that stands for a list of them. */
static void
read_pairs(const struct object *object, const struct config_node *group,
           const struct setting *row)
{
    char *const *elements = setting_member(row, object->memory);
    const struct setting *const *rows = setting_rows(row->elements);
    char *reason;

    for (size_t i = 0; i < group->child_count; i++) {
        const struct config_node *child = &group->children[i];
        const struct config_node **given =
            memory_take(count_rows(rows), sizeof(const struct config_node *));
        struct object pair = {.report = object->report,
                              .scope = row->elements,
                              .memory =
                                  *elements + i * setting_scopes[row->elements].size_bytes,
                              .rows = rows,
                              .given = given};
        given[0] = given[1] = child;
        if (!setting_value_read(rows[0], child->name, pair.memory, &reason)) {
            config_report_add(object->report, child, "%s", reason);
            free(reason);
        }
        read_scalar(&pair, child, rows[1]);
        note_places(&pair, child);
        free(given);
    }
}

/* A list, an array, or a bare element that stands for a list of one. */
static void
read_list(const struct object *object, const struct config_node *setting,
          const struct setting *row)
{
    size_t element_bytes = setting_scopes[row->elements].size_bytes;
    char **list = setting_member(row, object->memory);
    size_t *count = (size_t *)((char *)object->memory + row->count_offset);
    bool is_bare = setting_scope_is_bare(row->elements) && !config_node_has_children(setting);

    if (*list != NULL) /* given in two ways, which is reported */
        return;
    bool is_pairs = setting_scope_is_pair(row->elements) && setting->kind == NODE_GROUP;
    if (!is_bare && !is_pairs && setting->kind != NODE_LIST) {
        refuse_type(object, setting, row);
        return;
    }
    *count = is_bare ? 1 : setting->child_count;
    *list = memory_take(*count, element_bytes);
    if (is_pairs) {
        read_pairs(object, setting, row);
        return;
    }
    for (size_t i = 0; i < *count; i++)
        read_element(object->report, is_bare ? setting : &setting->children[i], row->elements,
                     *list + i * element_bytes);
    if (*count == 0 && row->standard == setting_required)
        config_report_add(object->report, setting, "is empty");
}

static void
read_one(const struct object *object, const struct config_node *setting,
         const struct setting *row)
{
    if (setting->kind == NODE_LIST && setting->child_count == 1)
        read_element(object->report, &setting->children[0], row->elements,
                     setting_member(row, object->memory));
    else
        config_report_add(object->report, setting,
                          "must be a list of exactly one: ( { ... } )");
}

static void
read_setting(const struct object *object, const struct config_node *setting, size_t index)
{
    const struct setting *row = object->rows[index];

    if (object->given[index] != NULL) {
        config_report_add(object->report, setting, "is given twice");
        return;
    }
    object->given[index] = setting;
    if (row->kind == SETTING_LIST)
        read_list(object, setting, row);
    else if (row->kind == SETTING_ONE)
        read_one(object, setting, row);
    else
        read_scalar(object, setting, row);
}

static void
refuse_unknown(const struct object *object, const struct config_node *setting, const char *path)
{
    char suggestion[PATH_BYTES];

    if (setting_suggest(object->scope, path, suggestion, sizeof(suggestion)))
        config_report_add(object->report, setting, "unknown setting; did you mean %s?",
                          suggestion);
    else
        config_report_add(object->report, setting, "unknown setting");
}

/* Whether it is the group that the object's own settings may stand in. */
static bool
is_own_group(const struct object *object, const char *path)
{
    const char *group = setting_scopes[object->scope].group;

    return group != NULL && strcmp(path, group) == 0;
}

/* Reads the members of a group that has this path below the object's own; "" is the object. */
static void
read_members(const struct object *object, const struct config_node *group,
             const char *group_path)
{
    for (size_t i = 0; i < group->child_count; i++) {
        const struct config_node *setting = &group->children[i];
        const char *path = setting->name;
        char longer[PATH_BYTES];
        if (*group_path != '\0') {
            snprintf(longer, sizeof(longer), "%s.%s", group_path, path);
            path = longer;
        }
        size_t row = setting_index(object->scope, path);
        if (row != SIZE_MAX)
            read_setting(object, setting, row);
        else if (!is_own_group(object, path) && !setting_is_group(object->scope, path))
            refuse_unknown(object, setting, path);
        else if (setting->kind != NODE_GROUP)
            config_report_add(object->report, setting, "must be a group { ... }");
        else
            read_members(object, setting, is_own_group(object, path) ? "" : path);
    }
}

static bool
have_same_member(const struct setting *one, const struct setting *other)
{
    return one->offset == other->offset && strcmp(one->path, other->path) != 0;
}

static void
check_given_once(const struct object *object, size_t later)
{
    for (size_t i = 0; i < later; i++) {
        if (object->given[i] != NULL && have_same_member(object->rows[i], object->rows[later]))
            config_report_add(object->report, object->given[later], "give this or %s, not both",
                              object->rows[i]->path);
    }
}

/* What can be said once the whole object has been read. */
static void
finish_object(const struct object *object, const struct config_node *group)
{
    for (size_t i = 0; object->rows[i] != NULL; i++) {
        if (object->given[i] != NULL)
            check_given_once(object, i);
        else if (object->rows[i]->standard == setting_required)
            config_report_add(object->report, group, "%s is missing", object->rows[i]->path);
    }
}

/* Members that nobody gave take the value of the setting that they follow. */
static void
follow_others(const struct object *object)
{
    for (size_t i = 0; object->rows[i] != NULL; i++) {
        const struct setting *row = object->rows[i];
        unsigned *member = setting_member(row, object->memory);
        if (row->standard == NULL || *row->standard != '=' || *member != 0)
            continue;
        *member = *(unsigned *)setting_member(setting_find(object->scope, row->standard + 1),
                                              object->memory);
    }
}

/*
 * The scope that a group's own selector ("type", "field") chooses over its base. SCOPE_COUNT:
 * the selector is missing or wrong, and nobody can say which settings belong here.
 */
static enum setting_scope
choose_scope(const struct object *object, const struct config_node *group)
{
    const struct setting_scope_info *info = &setting_scopes[object->scope];
    const struct config_node *setting;

    if (info->selector == NULL)
        return object->scope;
    setting = config_node_member(group, info->selector);
    if (setting == NULL) {
        config_report_add(object->report, group, "%s is missing", info->selector);
        return SCOPE_COUNT;
    }
    if (setting->kind == NODE_TEXT) {
        enum setting_scope chosen = setting_scope_select(object->scope, setting->text);
        if (chosen != SCOPE_COUNT)
            return chosen;
    }
    read_scalar(object, setting, setting_find(object->scope, info->selector));
    return SCOPE_COUNT;
}

void
config_object_read(struct config_report *report, const struct config_node *group,
                   enum setting_scope base, void *memory)
{
    struct object object = {.report = report, .scope = base, .memory = memory};
    enum setting_scope chosen = choose_scope(&object, group);

    if (chosen == SCOPE_COUNT)
        return;
    object.scope = chosen;
    object.rows = setting_rows(chosen);
    object.given = memory_take(count_rows(object.rows), sizeof(const struct config_node *));
    apply_standards(&object);
    read_members(&object, group, "");
    for (size_t i = 0; object.rows[i] != NULL; i++)
        apply_chosen_standards(&object, object.rows[i]);
    finish_object(&object, group);
    follow_others(&object);
    note_places(&object, group);
    free(object.given);
}
