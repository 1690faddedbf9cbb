/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wire_json.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

/* Of a double all that is certain: times have their milliseconds, and no more. */
#define PRECISION 15
#define MS_PER_SECOND 1000

/* Jansson takes memory for each value, which a megabyte may have half a million of. Bytes in
 * texts count as well. */
static bool
has_too_many_values(struct slice body)
{
    size_t count = 0;

    for (size_t i = 0; i < body.length; i++)
        count += body.at[i] == ',' || body.at[i] == '{' || body.at[i] == '[';
    return count > 4 * WIRE_JSON_VALUES_MAX;
}

/* False: it is nested too deeply, or there are more than *left. */
static bool
is_bounded(const json_t *node, unsigned depth, size_t *left)
{
    const char *name;
    json_t *value;
    size_t i;

    if (depth > WIRE_JSON_DEPTH_MAX || *left == 0)
        return false;
    --*left;
    json_object_foreach ((json_t *)node, name, value)
        if (!is_bounded(value, depth + 1, left))
            return false;
    json_array_foreach (node, i, value)
        if (!is_bounded(value, depth + 1, left))
            return false;
    return true;
}

json_t *
wire_json_read(struct slice body, const char **error)
{
    size_t left = WIRE_JSON_VALUES_MAX;

    *error = "has too many values, or is nested too deeply";
    if (body.length == 0)
        return json_object();
    if (has_too_many_values(body))
        return NULL;
    json_t *read = json_loadb(body.at, body.length, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(read) && is_bounded(read, 0, &left))
        return read;
    if (!json_is_object(read))
        *error = "is no JSON object whose members each stand there once";
    json_decref(read);
    return NULL;
}

static json_t *write_value(const struct shape *shape, const json_t *value);

static json_t *
write_structure(const struct shape *shape, const json_t *object)
{
    json_t *into = json_object();

    for (size_t i = 0; i < shape->member_count; i++) {
        const struct shape_member *member = &shape->members[i];
        const json_t *value = json_object_get(object, member->name);
        if (value != NULL && !json_is_null(value))
            json_object_set_new(into, member->wire_name, write_value(member->shape, value));
    }
    return into;
}

static json_t *
write_map(const struct shape *shape, const json_t *object)
{
    json_t *into = json_object(), *value;
    const char *name;

    json_object_foreach ((json_t *)object, name, value)
        json_object_set_new(into, name, write_value(shape->members[1].shape, value));
    return into;
}

static json_t *
write_list(const struct shape *shape, const json_t *array)
{
    json_t *into = json_array(), *value;
    size_t i;

    json_array_foreach (array, i, value)
        json_array_append_new(into, write_value(shape->members[0].shape, value));
    return into;
}

static json_t *
write_time(const json_t *value)
{
    uint64_t wall_us;

    if (json_is_string(value) && clock_parse_iso(json_string_value(value), &wall_us)) {
        uint64_t wall_ms = wall_us / 1000;
        return json_real((double)wall_ms / MS_PER_SECOND);
    }
    return json_incref((json_t *)value);
}

static json_t *
write_value(const struct shape *shape, const json_t *value)
{
    switch (shape->kind) {
    case SHAPE_STRUCTURE:
        return write_structure(shape, value);
    case SHAPE_MAP:
        return write_map(shape, value);
    case SHAPE_LIST:
        return write_list(shape, value);
    case SHAPE_TIMESTAMP:
        return write_time(value);
    default:
        return json_incref((json_t *)value);
    }
}

/* Takes the object. */
static char *
print(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(PRECISION));

    json_decref(object);
    return text;
}

char *
wire_json_answer(const struct wire_operation *operation, const json_t *output)
{
    return print(write_structure(operation->output, output));
}

/* A message may have been cut within a character. */
char *
wire_json_error(const char *code, const char *message)
{
    char *printable = memory_copy_text(message);

    text_make_printable(printable);
    char *text = print(json_pack("{s:s, s:s}", "__type", code, "message", printable));
    free(printable);
    return text;
}
