/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms as callers of the AWS APIs send them, "Action=...&..." as the operation that they name,
 * or the first: what is taken has its required members, and can be written as any answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "wire/decode.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct wire_operation *
find(const struct form *form)
{
    const char *action = form_value(form, "Action", 0);

    for (size_t i = 0; i < OPERATION_COUNT && action != NULL; i++)
        if (!wire_operations[i].is_change && strcmp(wire_operations[i].name, action) == 0)
            return &wire_operations[i];
    return &wire_operations[0];
}

static void
check_input(const struct wire_operation *operation, const json_t *input)
{
    const struct shape *shape = operation->input;

    for (size_t i = 0; i < shape->member_count; i++)
        CHECK(!shape->members[i].is_required ||
              json_object_get(input, shape->members[i].name) != NULL);
    free(xml_answer(operation, input, "id"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form form;
    char *error;
    const char *fault;

    if (!form_read(&form, slice_make((const char *)data, size), DECODE_PAIRS_MAX, &fault))
        return 0;
    const struct wire_operation *operation = find(&form);
    json_t *input = decode_form(&form, operation, &error);
    CHECK((input == NULL) == (error != NULL));
    if (input != NULL)
        check_input(operation, input);
    else
        free(xml_error(operation->service, "ValidationError", error, "id"));
    json_decref(input);
    free(error);
    form_clear(&form);
    return 0;
}
