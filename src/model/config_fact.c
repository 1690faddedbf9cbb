/* SPDX-License-Identifier: Apache-2.0 */
/* Values of settings and their defaults, both as JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "model/config_walk.h"
#include "model/setting_value.h"

static json_t *
text_to_json(const char *text)
{
    json_t *json = json_string(text);

    return json != NULL ? json : json_string("(not UTF-8)");
}

json_t *
config_value_to_json(const struct setting *row, const char *text)
{
    uint64_t number;

    if (text == NULL)
        return json_null();
    if (row->kind == SETTING_BOOL)
        return json_boolean(strcmp(text, "true") == 0);
    if ((setting_kind_forms(row->kind) & WRITTEN_AS_NUMBER) == 0)
        return text_to_json(text);
    if (slice_to_number(slice_of(text), INT64_MAX, &number))
        return json_integer((json_int_t)number);
    /* Only seconds have fractions. */
    return strchr(text, '.') != NULL ? json_real(strtod(text, NULL)) : text_to_json(text);
}

static json_t *
member_to_json(const struct setting *row, const void *object)
{
    char *text = setting_value_text(row, object);
    json_t *json = config_value_to_json(row, text);

    free(text);
    return json;
}

/* As a file may write it, where that takes one text. */
static json_t *
weighted_group_to_json(const struct config_weighted_group *group)
{
    char *text = group->weight == 1
                     ? memory_copy_text(group->target_group)
                     : memory_print("%s (weight %u)", group->target_group, group->weight);
    json_t *json = text_to_json(text);

    free(text);
    return json;
}

static json_t *
condition_value_to_json(const struct config_value *value)
{
    if (value->key == NULL)
        return text_to_json(value->value);
    char *text = memory_print("%s=%s", value->key, value->value);
    json_t *json = text_to_json(text);
    free(text);
    return json;
}

/* Of a list whose elements may be bare texts; others are none where they are facts. */
static json_t *
list_to_json(const struct setting *row, const void *object)
{
    const char *member = (const char *)object;
    const void *elements = *(void *const *)(const void *)(member + row->offset);
    size_t count = *(const size_t *)(const void *)(member + row->count_offset);
    json_t *json = json_array();

    if (!setting_scope_is_bare(row->elements))
        return json;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            json,
            row->elements == SCOPE_WEIGHTED_GROUP
                ? weighted_group_to_json((const struct config_weighted_group *)elements + i)
                : condition_value_to_json((const struct config_value *)elements + i));
    return json;
}

/* The row that has the default of a member which several rows fill. */
static const struct setting *
standard_row(const struct setting *row)
{
    const struct setting *const *rows = setting_rows(row->scope);

    for (size_t i = 0; rows[i] != NULL; i++) {
        if (rows[i]->offset == row->offset && rows[i]->standard != NULL)
            return rows[i];
    }
    return row;
}

/* A number that is not there is 0 in its struct. */
static bool
is_left_out(const struct config_fact *fact)
{
    return fact->place == NULL && fact->row->kind != SETTING_LIST &&
           standard_row(fact->row)->standard == NULL;
}

json_t *
config_fact_value(const struct config_fact *fact)
{
    if (is_left_out(fact))
        return json_null();
    return fact->row->kind == SETTING_LIST ? list_to_json(fact->row, fact->object)
                                           : member_to_json(fact->row, fact->object);
}

const struct setting *
config_fact_follows(const struct config_fact *fact)
{
    const char *standard = standard_row(fact->row)->standard;

    if (standard == NULL || standard == setting_required || *standard != '=')
        return NULL;
    return setting_find(fact->row->scope, standard + 1);
}

/* Read into a struct of its own, and taken out as the fact's row writes it. */
static json_t *
own_standard(const struct setting *row)
{
    const struct setting *from = standard_row(row);
    char *object, *reason = NULL;

    if (from->standard == NULL)
        return json_null();
    object = memory_take(1, setting_scopes[row->scope].size_bytes);
    setting_value_read(from, from->standard, object, &reason);
    json_t *json = member_to_json(row, object);
    if (setting_kind_owns_text(row->kind))
        free(*(char **)setting_member(row, object));
    free(reason);
    free(object);
    return json;
}

json_t *
config_fact_standard(const struct config_fact *fact)
{
    const struct setting *followed = config_fact_follows(fact);

    if (fact->is_element || standard_row(fact->row)->standard == setting_required)
        return NULL;
    if (fact->row->kind == SETTING_LIST)
        return json_array();
    if (followed == NULL)
        return own_standard(fact->row);
    struct setting as_own = *fact->row;
    as_own.offset = followed->offset;
    return member_to_json(&as_own, fact->object);
}

bool
config_fact_is_default(const struct config_fact *fact)
{
    if (fact->is_element || fact->place == NULL)
        return !fact->is_element;
    json_t *value = config_fact_value(fact), *standard = config_fact_standard(fact);
    bool is_default = json_equal(value, standard) != 0;

    json_decref(value);
    json_decref(standard);
    return is_default;
}
