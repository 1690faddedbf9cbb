/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/http2/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

void
http2_intake_add(struct http2_intake *intake, const uint8_t *bytes, size_t length)
{
    size_t waiting = http2_intake_length(intake);

    if (intake->capacity - intake->end < length) {
        size_t capacity = (waiting + length) * 2;
        capacity = capacity < HTTP2_STREAM_WINDOW ? capacity : HTTP2_STREAM_WINDOW;
        CHECK(waiting + length <= HTTP2_STREAM_WINDOW); /* the window says so */
        char *larger = memory_resize(NULL, capacity, 1);
        if (waiting > 0)
            memcpy(larger, intake->bytes + intake->start, waiting);
        free(intake->bytes);
        intake->bytes = larger;
        intake->capacity = capacity;
        intake->start = 0;
        intake->end = waiting;
    }
    if (length > 0)
        memcpy(intake->bytes + intake->end, bytes, length);
    intake->end += length;
}

void
http2_intake_drop(struct http2_intake *intake, size_t length)
{
    intake->start += length;
    if (intake->start < intake->end)
        return;
    free(intake->bytes);
    *intake = (struct http2_intake){0};
}
