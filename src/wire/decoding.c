/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/decoding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

json_t *
decoding_fail(struct decoding *decoding, char *error)
{
    if (decoding->error == NULL)
        decoding->error = error;
    else
        free(error);
    return NULL;
}

json_t *
decoding_violate(struct decoding *decoding, const char *path, const char *value,
                 const char *format, ...)
{
    char constraint[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(constraint, sizeof(constraint), format, arguments);
    va_end(arguments);
    return decoding_fail(
        decoding, memory_print("1 validation error detected: Value %s%s%s at '%s' failed to "
                               "satisfy constraint: %s",
                               value == NULL ? "" : "'", value == NULL ? "null" : value,
                               value == NULL ? "" : "'", path, constraint));
}

/* A number, or a length, against the shape's bounds. */
static bool
is_within(struct decoding *decoding, const struct shape *shape, int64_t number,
          const char *value, const char *path)
{
    const char *of = shape->kind == SHAPE_INTEGER ? "value" : "length";

    if (number < shape->least)
        decoding_violate(decoding, path, value,
                         "Member must have %s greater than or equal to %lld", of,
                         (long long)shape->least);
    else if (number > shape->most)
        decoding_violate(decoding, path, value,
                         "Member must have %s less than or equal to %lld", of,
                         (long long)shape->most);
    return decoding->error == NULL;
}

static bool
is_word(const struct shape *shape, const char *text)
{
    char *wanted = memory_print("|%s|", text);
    bool is_it = *shape->words == '\0' ||
                 (strchr(text, '|') == NULL && strstr(shape->words, wanted) != NULL);

    free(wanted);
    return is_it;
}

/* AWS bounds characters, however many bytes they have. */
static int64_t
count_characters(const char *text)
{
    int64_t count = 0;
    size_t length;

    while ((length = text_character_length(text)) != 0) {
        text += length;
        count++;
    }
    return count;
}

static bool
has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' && strchr("\t\n\r", *text) == NULL)
            return true;
    return false;
}

json_t *
decoding_text(struct decoding *decoding, const struct shape *shape, const char *text,
              const char *path)
{
    if (has_control(text))
        return decoding_fail(decoding,
                             memory_print("The value of '%s' has a control character", path));
    if (!is_word(shape, text))
        return decoding_violate(decoding, path, text,
                                "Member must satisfy enum value set: [%.*s]",
                                (int)strlen(shape->words) - 2, shape->words + 1);
    return is_within(decoding, shape, count_characters(text), text, path) ? json_string(text)
                                                                          : NULL;
}

json_t *
decoding_integer(struct decoding *decoding, const struct shape *shape, int64_t number,
                 const char *path)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    return is_within(decoding, shape, number, text, path) ? json_integer(number) : NULL;
}

void
decoding_count(struct decoding *decoding, const struct shape *shape, size_t count,
               const char *path)
{
    char text[24];

    snprintf(text, sizeof(text), "%zu", count);
    is_within(decoding, shape, (int64_t)count, text, path);
}

json_t *
decoding_structure(struct decoding *decoding, const struct shape *shape, const json_t *node,
                   const char *path)
{
    json_t *object = json_object();

    for (size_t i = 0; i < shape->member_count; i++) {
        const struct shape_member *member = &shape->members[i];
        const json_t *given = json_object_get(node, member->wire_name);
        char *below = memory_print("%s%s%s", path, *path == '\0' ? "" : ".", member->name);
        json_t *value =
            given == NULL ? NULL : decoding->value(decoding, member->shape, given, below);
        if (value != NULL)
            json_object_set_new(object, member->name, value);
        else if (member->is_required)
            decoding_violate(decoding, below, NULL, "Member must not be null");
        free(below);
    }
    return object;
}
