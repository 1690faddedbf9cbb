/* SPDX-License-Identifier: Apache-2.0 */
/* Paths into JSON, and values as people read them. */
#include "json_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Text that grows; "separator" goes between additions. */
static void
append(char **text, const char *separator, char *addition)
{
    if (**text == '\0') {
        free(*text);
        *text = addition;
        return;
    }
    char *joined = memory_print("%s%s%s", *text, separator, addition);
    free(*text);
    free(addition);
    *text = joined;
}

static char *
number_text(double number)
{
    return memory_print(number >= 100 ? "%.0f" : "%.3g", number);
}

/* A scalar as people read it; arrays are joined, objects stay JSON. */
char *
json_value_text(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return memory_copy_text(json_string_value(value));
    case JSON_INTEGER:
        return memory_print("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case JSON_REAL:
        return number_text(json_real_value(value));
    case JSON_TRUE:
        return memory_copy_text("yes");
    case JSON_FALSE:
        return memory_copy_text("no");
    case JSON_NULL:
        return memory_copy_text("");
    default:
        break;
    }
    if (json_is_object(value))
        return json_dumps(value, JSON_COMPACT);
    char *text = memory_copy_text("");
    size_t index;
    json_t *element;
    json_array_foreach ((json_t *)value, index, element)
        append(&text, ", ", json_value_text(element));
    return text;
}

static char *path_text(const json_t *value, const char *path, size_t length);

/* The rest of a path for every element of an array, joined. */
static char *
elements_text(const json_t *array, const char *path, size_t length)
{
    char *text = memory_copy_text("");
    size_t index;
    json_t *element;
    json_array_foreach ((json_t *)array, index, element) {
        char *one = path_text(element, path, length);
        if (one != NULL)
            append(&text, ", ", one);
    }
    return text;
}

/* NULL where the path leads nowhere. */
static char *
path_text(const json_t *value, const char *path, size_t length)
{
    while (length != 0 && value != NULL) {
        const char *dot = memchr(path, '.', length);
        size_t step = dot == NULL ? length : (size_t)(dot - path);
        size_t taken = dot == NULL ? length : step + 1;
        if (step == 2 && memcmp(path, "[]", 2) == 0)
            return elements_text(value, path + taken, length - taken);
        char *name = memory_copy_bytes(path, step);
        value = json_object_get(value, name);
        free(name);
        path += taken;
        length -= taken;
    }
    return value == NULL || json_is_null(value) ? NULL : json_value_text(value);
}

char *
json_text(const json_t *object, const char *path)
{
    while (*path != '\0') {
        size_t length = strcspn(path, "|");
        char *text = path_text(object, path, length);
        if (text != NULL)
            return text;
        path += length + (path[length] == '|');
    }
    return memory_copy_text("");
}

char *
json_first_and_more(const json_t *list, double count)
{
    const char *first = json_string_value(json_array_get(list, 0));

    if (first == NULL)
        return memory_copy_text("");
    return count > 1 ? memory_print("%s, +%.0f", first, count - 1) : memory_copy_text(first);
}

double
json_number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

bool
json_is_set(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

const char *
json_word(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}
