/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In two steps: names are cut at their dots into a tree of objects, then the shape is laid over
 * it. Elements of lists come in any order (Go's SDK sorts names as text), so they are sorted by
 * their numbers.
 */
#include "wire/decode.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/decoding.h"

/* The object below one; NULL, with what is wrong: a value stands there, or it is no name. */
static json_t *
step_down(json_t *parent, const char *name, size_t length, const char **fault)
{
    char part[DECODE_NAME_MAX + 1];
    json_t *child;

    memcpy(part, name, length);
    part[length] = '\0';
    child = json_object_get(parent, part);
    if (child == NULL) {
        child = json_object();
        if (json_object_set_new(parent, part, child) == -1) {
            *fault = "is not UTF-8";
            return NULL;
        }
    }
    *fault = json_is_object(child) ? NULL : "has a member both with and without parts";
    return *fault == NULL ? child : NULL;
}

/* What is wrong with the pair, or NULL. */
static const char *
plant(json_t *tree, const struct form_pair *pair)
{
    const char *name = pair->name, *fault;
    json_t *value;

    if (strlen(name) > DECODE_NAME_MAX)
        return "has a name of more than 256 bytes";
    for (size_t depth = 0;; depth++) {
        size_t length = strcspn(name, ".");
        if (name[length] == '\0')
            break;
        if (depth == DECODE_DEPTH_MAX)
            return "is nested too deeply";
        tree = step_down(tree, name, length, &fault);
        if (tree == NULL)
            return fault;
        name += length + 1;
    }
    if (json_object_get(tree, name) != NULL)
        return "has a member twice";
    value = json_string(pair->value);
    if (value == NULL || json_object_set_new(tree, name, value) == -1)
        return "is not UTF-8";
    return NULL;
}

static json_t *
decode_integer(struct decoding *decoding, const struct shape *shape, const char *text,
               const char *path)
{
    char *end;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == ' ')
        return decoding_violate(decoding, path, text, "Member must be a whole number");
    return decoding_integer(decoding, shape, number, path);
}

static json_t *
decode_double(struct decoding *decoding, const char *text, const char *path)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(number))
        return decoding_violate(decoding, path, text, "Member must be a number");
    return json_real(number);
}

static json_t *
decode_scalar(struct decoding *decoding, const struct shape *shape, const char *text,
              const char *path)
{
    uint64_t wall_us;

    switch (shape->kind) {
    case SHAPE_INTEGER:
        return decode_integer(decoding, shape, text, path);
    case SHAPE_DOUBLE:
        return decode_double(decoding, text, path);
    case SHAPE_BOOLEAN:
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
            return json_boolean(*text == 't');
        return decoding_violate(decoding, path, text, "Member must be true or false");
    case SHAPE_TIMESTAMP:
        if (!clock_parse_iso(text, &wall_us))
            return decoding_violate(decoding, path, text, "Member must be a time of ISO 8601");
        return json_string(text);
    default:
        return decoding_text(decoding, shape, text, path);
    }
}

static decoding_value decode_value;

struct element {
    uint64_t number;
    const char *name;
    const json_t *node;
};

static int
compare(const void *one, const void *other)
{
    uint64_t a = ((const struct element *)one)->number;
    uint64_t b = ((const struct element *)other)->number;

    return a < b ? -1 : a > b;
}

/* Those of a list, by rising number; *count of them, free() them. NULL: something is wrong. */
static struct element *
sort_elements(struct decoding *decoding, const json_t *node, const char *path, size_t *count)
{
    struct element *elements = memory_take(json_object_size(node) + 1, sizeof(*elements));
    const char *name;
    json_t *value;

    *count = 0;
    json_object_foreach ((json_t *)node, name, value) {
        struct element *element = &elements[(*count)++];
        *element = (struct element){.name = name, .node = value};
        if (!slice_to_number(slice_of(name), DECODE_ELEMENTS_MAX, &element->number) ||
            element->number == 0) {
            decoding_fail(decoding,
                          memory_print("The elements of '%s' must be numbered from 1 to %d",
                                       path, DECODE_ELEMENTS_MAX));
            free(elements);
            return NULL;
        }
    }
    qsort(elements, *count, sizeof(*elements), compare);
    return elements;
}

/* Of a list or map: where its elements stand, and where each one's value does. */
static const json_t *
elements_node(const struct decoding *decoding, const struct shape *shape, const json_t *node)
{
    bool is_bare = decoding->wire == WIRE_EC2;
    const char *word = shape->kind == SHAPE_MAP ? "entry" : shape->members[0].wire_name;

    return is_bare ? node : json_object_get(node, word);
}

static void
add_element(struct decoding *decoding, const struct shape *shape, json_t *into,
            const struct element *element, const char *path)
{
    if (shape->kind == SHAPE_LIST) {
        json_t *value = decode_value(decoding, shape->members[0].shape, element->node, path);
        if (value != NULL)
            json_array_append_new(into, value);
        return;
    }
    json_t *pair = decoding_structure(decoding, shape, element->node, path);
    json_object_set(into, json_string_value(json_object_get(pair, "key")),
                    json_object_get(pair, "value"));
    json_decref(pair);
}

static json_t *
decode_elements(struct decoding *decoding, const struct shape *shape, const json_t *node,
                const char *path)
{
    json_t *into = shape->kind == SHAPE_LIST ? json_array() : json_object();
    size_t count = 0;
    struct element *elements = NULL;

    if (!json_is_string(node)) /* "Names=" is an empty list */
        elements = sort_elements(decoding, elements_node(decoding, shape, node), path, &count);
    for (size_t i = 0; i < count && elements != NULL && decoding->error == NULL; i++) {
        char *below = memory_print("%s.%s.member", path, elements[i].name);
        add_element(decoding, shape, into, &elements[i], below);
        free(below);
    }
    free(elements);
    decoding_count(decoding, shape, count, path);
    return into;
}

/* NULL: the member counts as left out, or something is wrong. */
static json_t *
decode_value(struct decoding *decoding, const struct shape *shape, const json_t *node,
             const char *path)
{
    const char *text = json_string_value(node);

    if (shape->kind == SHAPE_LIST || shape->kind == SHAPE_MAP)
        return decode_elements(decoding, shape, node, path);
    if (text != NULL && *text == '\0')
        return NULL;
    if ((text == NULL) != (shape->kind == SHAPE_STRUCTURE))
        return decoding_fail(decoding,
                             memory_print("The parameter '%s' has the wrong form", path));
    return text == NULL ? decoding_structure(decoding, shape, node, path)
                        : decode_scalar(decoding, shape, text, path);
}

json_t *
decode_form(const struct form *form, const struct wire_operation *operation, char **error)
{
    struct decoding decoding = {.wire = operation->service->wire, .value = decode_value};
    json_t *tree = json_object(), *input = NULL;
    const char *fault = NULL;

    for (size_t i = 0; i < form->count && fault == NULL; i++)
        fault = plant(tree, &form->pairs[i]);
    if (fault != NULL)
        decoding_fail(&decoding, memory_print("The request %s", fault));
    else
        input = decoding_structure(&decoding, operation->input, tree, "");
    json_decref(tree);
    *error = decoding.error;
    if (decoding.error == NULL)
        return input;
    json_decref(input);
    return NULL;
}
