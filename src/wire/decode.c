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

struct decoding {
    enum wire wire;
    char *error; /* the first */
};

#define FAILED(decoding, path, value, constraint, ...)                                         \
    fail(decoding,                                                                             \
         memory_print("1 validation error detected: Value %s%s%s at '%s' failed "              \
                      "to satisfy constraint: " constraint,                                    \
                      (value) == NULL ? "" : "'", (value) == NULL ? "null" : (value),          \
                      (value) == NULL ? "" : "'", path, ##__VA_ARGS__))

static json_t *
fail(struct decoding *decoding, char *error)
{
    if (decoding->error == NULL)
        decoding->error = error;
    else
        free(error);
    return NULL;
}

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

static json_t *decode(struct decoding *decoding, const struct shape *shape, const json_t *node,
                      const char *path);

/* A number, or a length, against the shape's bounds. */
static bool
is_within(struct decoding *decoding, const struct shape *shape, int64_t number,
          const char *value, const char *path)
{
    const char *of = shape->kind == SHAPE_INTEGER ? "value" : "length";

    if (number < shape->least)
        FAILED(decoding, path, value, "Member must have %s greater than or equal to %lld", of,
               (long long)shape->least);
    else if (number > shape->most)
        FAILED(decoding, path, value, "Member must have %s less than or equal to %lld", of,
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

static bool
has_control(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' && strchr("\t\n\r", *text) == NULL)
            return true;
    return false;
}

static json_t *
decode_string(struct decoding *decoding, const struct shape *shape, const char *text,
              const char *path)
{
    if (has_control(text))
        return fail(decoding, memory_print("The value of '%s' has a control character", path));
    if (!is_word(shape, text))
        return FAILED(decoding, path, text, "Member must satisfy enum value set: [%.*s]",
                      (int)strlen(shape->words) - 2, shape->words + 1);
    return is_within(decoding, shape, (int64_t)strlen(text), text, path) ? json_string(text)
                                                                         : NULL;
}

static json_t *
decode_integer(struct decoding *decoding, const struct shape *shape, const char *text,
               const char *path)
{
    char *end;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == ' ')
        return FAILED(decoding, path, text, "Member must be a whole number");
    return is_within(decoding, shape, number, text, path) ? json_integer(number) : NULL;
}

static json_t *
decode_double(struct decoding *decoding, const char *text, const char *path)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(number))
        return FAILED(decoding, path, text, "Member must be a number");
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
        return FAILED(decoding, path, text, "Member must be true or false");
    case SHAPE_TIMESTAMP:
        if (!clock_parse_iso(text, &wall_us))
            return FAILED(decoding, path, text, "Member must be a time of ISO 8601");
        return json_string(text);
    default:
        return decode_string(decoding, shape, text, path);
    }
}

static json_t *
decode_structure(struct decoding *decoding, const struct shape *shape, const json_t *node,
                 const char *path)
{
    json_t *object = json_object();

    for (size_t i = 0; i < shape->member_count; i++) {
        const struct shape_member *member = &shape->members[i];
        const json_t *given = json_object_get(node, member->wire_name);
        char *below = memory_print("%s%s%s", path, *path == '\0' ? "" : ".", member->name);
        json_t *value = given == NULL ? NULL : decode(decoding, member->shape, given, below);
        if (value != NULL)
            json_object_set_new(object, member->name, value);
        else if (member->is_required)
            FAILED(decoding, below, (const char *)NULL, "Member must not be null");
        free(below);
    }
    return object;
}

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
            fail(decoding, memory_print("The elements of '%s' must be numbered from 1 to %d",
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
        json_t *value = decode(decoding, shape->members[0].shape, element->node, path);
        if (value != NULL)
            json_array_append_new(into, value);
        return;
    }
    json_t *pair = decode_structure(decoding, shape, element->node, path);
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
    char *size = memory_print("%zu", count);
    is_within(decoding, shape, (int64_t)count, size, path);
    free(size);
    return into;
}

/* NULL: the member counts as left out, or something is wrong. */
static json_t *
decode(struct decoding *decoding, const struct shape *shape, const json_t *node,
       const char *path)
{
    const char *text = json_string_value(node);

    if (shape->kind == SHAPE_LIST || shape->kind == SHAPE_MAP)
        return decode_elements(decoding, shape, node, path);
    if (text != NULL && *text == '\0')
        return NULL;
    if ((text == NULL) != (shape->kind == SHAPE_STRUCTURE))
        return fail(decoding, memory_print("The parameter '%s' has the wrong form", path));
    return text == NULL ? decode_structure(decoding, shape, node, path)
                        : decode_scalar(decoding, shape, text, path);
}

json_t *
decode_form(const struct form *form, const struct wire_operation *operation, char **error)
{
    struct decoding decoding = {.wire = operation->service->wire};
    json_t *tree = json_object(), *input = NULL;
    const char *fault = NULL;

    for (size_t i = 0; i < form->count && fault == NULL; i++)
        fault = plant(tree, &form->pairs[i]);
    if (fault != NULL)
        fail(&decoding, memory_print("The request %s", fault));
    else
        input = decode_structure(&decoding, operation->input, tree, "");
    json_decref(tree);
    *error = decoding.error;
    if (decoding.error == NULL)
        return input;
    json_decref(input);
    return NULL;
}
