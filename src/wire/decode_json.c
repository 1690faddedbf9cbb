/* SPDX-License-Identifier: Apache-2.0 */
/* A tree that came as JSON already: each value is of the kind that its shape wants. */
#include "wire/decode.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/decoding.h"

/* The last second of the year 9999. */
#define SECONDS_MAX 253402300799.0
#define US_PER_SECOND 1000000

static const char *
kind_text(const json_t *node)
{
    static const char *const texts[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a text",    [JSON_INTEGER] = "a whole number",
        [JSON_REAL] = "a fraction",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };

    return texts[json_typeof(node)];
}

static json_t *
refuse_kind(struct decoding *decoding, const json_t *node, const char *path, const char *wanted)
{
    return decoding_fail(
        decoding, memory_print("1 validation error detected: Value at '%s' failed to satisfy "
                               "constraint: Member must be %s, not %s",
                               path, wanted, kind_text(node)));
}

/* As the form's reader has times. */
static json_t *
decode_time(struct decoding *decoding, const json_t *node, const char *path)
{
    double seconds = json_number_value(node);
    char text[CLOCK_ISO_SIZE];

    if (!json_is_number(node) || !(seconds >= 0 && seconds <= SECONDS_MAX))
        return refuse_kind(decoding, node, path, "the seconds since 1970");
    clock_format_iso(text, (uint64_t)(seconds * US_PER_SECOND + 0.5));
    return json_string(text);
}

static json_t *
decode_scalar(struct decoding *decoding, const struct shape *shape, const json_t *node,
              const char *path)
{
    switch (shape->kind) {
    case SHAPE_INTEGER:
        if (!json_is_integer(node))
            return refuse_kind(decoding, node, path, "a whole number");
        return decoding_integer(decoding, shape, json_integer_value(node), path);
    case SHAPE_DOUBLE:
        if (!json_is_number(node))
            return refuse_kind(decoding, node, path, "a number");
        return json_real(json_number_value(node));
    case SHAPE_BOOLEAN:
        if (!json_is_boolean(node))
            return refuse_kind(decoding, node, path, "true or false");
        return json_boolean(json_is_true(node));
    case SHAPE_TIMESTAMP:
        return decode_time(decoding, node, path);
    default:
        if (!json_is_string(node))
            return refuse_kind(decoding, node, path, "a text");
        return decoding_text(decoding, shape, json_string_value(node), path);
    }
}

static decoding_value decode_value;

static json_t *
decode_list(struct decoding *decoding, const struct shape *shape, const json_t *node,
            const char *path)
{
    json_t *into = json_array(), *element;
    size_t i;

    decoding_count(decoding, shape, json_array_size(node), path);
    json_array_foreach (node, i, element) {
        char *below = memory_print("%s.%zu.member", path, i + 1);
        json_t *value = decode_value(decoding, shape->members[0].shape, element, below);
        if (value != NULL)
            json_array_append_new(into, value);
        else
            decoding_violate(decoding, below, NULL, "Member must not be null");
        free(below);
        if (decoding->error != NULL)
            break;
    }
    return into;
}

static json_t *
decode_map(struct decoding *decoding, const struct shape *shape, const json_t *node,
           const char *path)
{
    json_t *into = json_object(), *element;
    const char *name;

    decoding_count(decoding, shape, json_object_size(node), path);
    json_object_foreach ((json_t *)node, name, element) {
        char *below = memory_print("%s.%.64s", path, name);
        json_t *key = decoding_text(decoding, shape->members[0].shape, name, below);
        json_t *value = decode_value(decoding, shape->members[1].shape, element, below);
        if (key != NULL && value != NULL)
            json_object_set(into, name, value);
        json_decref(key);
        json_decref(value);
        free(below);
        if (decoding->error != NULL)
            break;
    }
    return into;
}

static json_t *
decode_value(struct decoding *decoding, const struct shape *shape, const json_t *node,
             const char *path)
{
    if (json_is_null(node))
        return NULL;
    switch (shape->kind) {
    case SHAPE_STRUCTURE:
        if (!json_is_object(node))
            return refuse_kind(decoding, node, path, "an object");
        return decoding_structure(decoding, shape, node, path);
    case SHAPE_LIST:
        if (!json_is_array(node))
            return refuse_kind(decoding, node, path, "a list");
        return decode_list(decoding, shape, node, path);
    case SHAPE_MAP:
        if (!json_is_object(node))
            return refuse_kind(decoding, node, path, "an object");
        return decode_map(decoding, shape, node, path);
    default:
        return decode_scalar(decoding, shape, node, path);
    }
}

json_t *
decode_json(const json_t *body, const struct wire_operation *operation, char **error)
{
    struct decoding decoding = {.wire = operation->service->wire, .value = decode_value};
    json_t *input = decoding_structure(&decoding, operation->input, body, "");

    *error = decoding.error;
    if (decoding.error == NULL)
        return input;
    json_decref(input);
    return NULL;
}
