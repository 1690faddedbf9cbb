/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers of what clients sent: small ones from a pool, large heads and early bodies from
 * malloc. */
#include "worker/http1/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "worker/shared/context.h"

/* Room for at least length bytes. */
static struct input *
take(struct worker *worker, size_t length)
{
    struct input *input;

    if (length <= INPUT_SMALL_BYTES) {
        input = object_pool_take(&worker->input_pool);
        input->capacity = INPUT_SMALL_BYTES;
    } else {
        input = malloc(sizeof(*input) + length);
        CHECK(input != NULL);
        input->capacity = length;
    }
    input->start = 0;
    input->end = 0;
    input->place.on_turn = NULL;
    return input;
}

void
input_give_back(struct worker *worker, struct input **input)
{
    if (*input == NULL)
        return;
    if ((*input)->capacity == INPUT_SMALL_BYTES)
        object_pool_give_back(&worker->input_pool, *input);
    else
        free(*input);
    *input = NULL;
}

void
input_add(struct worker *worker, struct input **input, const char *bytes, size_t length)
{
    if (*input == NULL)
        *input = take(worker, length);
    if (input_room(*input) < length) {
        /* Bytes before start may still be named by a head's slices: they move along. */
        CHECK((*input)->place.on_turn == NULL);
        struct input *larger = take(worker, (*input)->end + length + FIRST_READ_BYTES);
        memcpy(larger->bytes, (*input)->bytes, (*input)->end);
        larger->start = (*input)->start;
        larger->end = (*input)->end;
        input_give_back(worker, input);
        *input = larger;
    }
    memcpy((*input)->bytes + (*input)->end, bytes, length);
    (*input)->end += length;
}
