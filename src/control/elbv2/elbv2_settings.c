/* SPDX-License-Identifier: Apache-2.0 */
#include "control/elbv2/elbv2_settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "model/config_walk.h"
#include "model/setting_value.h"

#define ATTRIBUTES "attributes."

static bool
starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* As ELBv2 writes it: durations that are off are 0, and what is on or off stays that. */
static char *
attribute_value(const struct setting *row, const void *object)
{
    char *text = setting_value_text(row, object);
    const char *value = text == NULL ? "" : text;
    bool is_switch = row->kind == SETTING_BOOL && row->standard != NULL &&
                     (strcmp(row->standard, "off") == 0 || strcmp(row->standard, "on") == 0);
    char *written;

    if (row->kind == SETTING_SECONDS_OR_OFF && strcmp(value, "off") == 0)
        written = memory_copy_text("0");
    else if (is_switch)
        written = memory_copy_text(
            strcmp(value, "true") == 0 || strcmp(value, "on") == 0 ? "on" : "off");
    else
        written = memory_copy_text(value);
    free(text);
    return written;
}

json_t *
elbv2_settings_attributes(enum setting_scope scope, const char *prefix, const void *object)
{
    json_t *attributes = json_array();

    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        if ((*row)->attribute == NULL || !starts_with((*row)->path, prefix))
            continue;
        char *value = attribute_value(*row, object);
        json_array_append_new(
            attributes, json_pack("{s:s, s:s}", "Key", (*row)->attribute, "Value", value));
        free(value);
    }
    return attributes;
}

void
elbv2_settings_members(enum setting_scope scope, const void *object, json_t *into)
{
    for (const struct setting *const *row = setting_rows(scope); *row != NULL; row++) {
        bool is_simple = (*row)->kind != SETTING_LIST && (*row)->kind != SETTING_ONE;
        if ((*row)->attribute == NULL || !is_simple || starts_with((*row)->path, ATTRIBUTES) ||
            strchr((*row)->attribute, '.') != NULL)
            continue;
        char *text = setting_value_text(*row, object);
        json_t *value = text == NULL ? NULL : config_value_to_json(*row, text);
        if (json_is_real(value)) {
            double number = json_real_value(value);
            json_decref(value);
            value = json_integer((json_int_t)ceil(number));
        }
        if (value != NULL)
            json_object_set_new(into, (*row)->attribute, value);
        free(text);
    }
}
