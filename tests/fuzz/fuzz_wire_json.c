/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON bodies as callers of the AWS APIs send them, behind a line with the operation's name, or
 * for the first: what is taken has its required members, and whatever is answered is JSON
 * again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "wire/decode.h"
#include "wire/wire_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of what is called by a form as well: the readers share their shapes. */
static const struct wire_operation *
find(struct slice name)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        if (slice_equal(slice_of(wire_operations[i].name), name))
            return &wire_operations[i];
    return &wire_operations[0];
}

static void
check_text(char *text)
{
    json_t *again;

    CHECK(text != NULL);
    again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    CHECK(json_is_object(again));
    json_decref(again);
    free(text);
}

static void
check_input(const struct wire_operation *operation, const json_t *input)
{
    const struct shape *shape = operation->input;

    CHECK(json_object_size(input) <= shape->member_count);
    for (size_t i = 0; i < shape->member_count; i++)
        CHECK(!shape->members[i].is_required ||
              json_object_get(input, shape->members[i].name) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_make((const char *)data, size), line = SLICE_NONE;
    const char *fault;
    char *error;

    slice_next(&rest, '\n', &line);
    const struct wire_operation *operation = find(line);
    json_t *body = wire_json_read(rest, &fault);
    if (body == NULL) {
        check_text(wire_json_error("SerializationException", fault));
        return 0;
    }
    /* Handlers give trees of their own: this one may have anything in it. */
    check_text(wire_json_answer(operation, body));
    json_t *input = decode_json(body, operation, &error);
    CHECK((input == NULL) == (error != NULL));
    if (input != NULL)
        check_input(operation, input);
    else
        check_text(wire_json_error(operation->service->input_code, error));
    json_decref(input);
    json_decref(body);
    free(error);
    return 0;
}
