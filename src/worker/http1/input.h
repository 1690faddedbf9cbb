/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client has sent and nobody has consumed yet: the head and early body of its request,
 * and requests that it pipelined behind. Small ones come from the worker's pool; an idle client
 * has none.
 */
#ifndef FAIRLEAD_WORKER_INPUT_H
#define FAIRLEAD_WORKER_INPUT_H

#include <stddef.h>

#include "base/slice.h"
#include "net/loop.h"

struct worker;

#define INPUT_SMALL_BYTES 4096

struct input {
    size_t start, end; /* unconsumed bytes */
    size_t capacity;
    struct loop_place place; /* of the request that it begins with, while that waits */
    char bytes[];
};

/* One that stands in no line. */
void input_give_back(struct worker *worker, struct input **input);

/* Appends; may move to a larger buffer, unless its place is taken; then old slices are to be
 * rebased from *old_bytes. */
void input_add(struct worker *worker, struct input **input, const char *bytes, size_t length);

static inline struct slice
input_slice(const struct input *input)
{
    return input == NULL ? SLICE_NONE
                         : slice_make(input->bytes + input->start, input->end - input->start);
}

static inline size_t
input_room(const struct input *input)
{
    return input->capacity - input->end;
}

#endif
