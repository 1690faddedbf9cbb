/* SPDX-License-Identifier: Apache-2.0 */
#include "model/task_definition_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

#define FAULT_SIZE 768
#define NAME_SIZE 64 /* of a member */

bool
definition_check_all(struct definition_check *check, definition_checker *const *checkers,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!checkers[i](check))
            return false;
    return true;
}

bool
definition_check_containers(struct definition_check *check, definition_checker *checker)
{
    bool is_sound = true;

    for (size_t i = 0; i < definition_count(check) && is_sound; i++) {
        check->container = json_array_get(check->containers, i);
        check->name = definition_text(check->container, "name");
        is_sound = checker(check);
    }
    check->container = NULL;
    check->name = NULL;
    return is_sound;
}

bool
definition_fail(struct definition_check *check, const char *format, ...)
{
    char text[FAULT_SIZE];
    va_list arguments;

    if (check->fault != NULL)
        return false;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    check->fault =
        check->name == NULL
            ? memory_copy_text(text)
            : memory_print("Invalid setting for container '%.255s'. %s", check->name, text);
    return false;
}

const json_t *
definition_at(const json_t *from, const char *way)
{
    char name[NAME_SIZE];
    size_t length;

    for (; way[length = strcspn(way, ".")] == '.'; way += length + 1) {
        CHECK(length < sizeof(name));
        memcpy(name, way, length);
        name[length] = '\0';
        from = json_object_get(from, name);
    }
    return json_object_get(from, way);
}

const char *
definition_text(const json_t *from, const char *way)
{
    return json_string_value(definition_at(from, way));
}

const char *
definition_network(const struct definition_check *check)
{
    const char *mode = definition_text(check->definition, "networkMode");

    return mode == NULL ? "bridge" : mode;
}

bool
definition_is_word(const char *text, size_t most, const char *others)
{
    size_t length = text == NULL ? 0 : strlen(text);

    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && strchr(others, text[i]) == NULL)
            return false;
    return length >= 1 && length <= most;
}

bool
definition_is_path(const char *text)
{
    return text != NULL && *text == '/' && strchr(text, ':') == NULL;
}

size_t
definition_count(const struct definition_check *check)
{
    return json_array_size(check->containers);
}

size_t
definition_find(const struct definition_check *check, const char *name, size_t length)
{
    size_t place = 0;

    for (; place < definition_count(check); place++) {
        const char *one = definition_text(json_array_get(check->containers, place), "name");
        if (one != NULL && strlen(one) == length && strncmp(one, name, length) == 0)
            break;
    }
    return place;
}
