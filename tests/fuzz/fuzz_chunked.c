/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chunk decoder: cut anywhere it must come to the same, and what it decodes, written anew,
 * must decode to the same payload with nothing left.
 */
#include "http_messages.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "http/forwarding.h"

static const struct http_head chunked = {.framing = HTTP_BODY_CHUNKED};

/* Chunks whose sizes follow from the seed. */
static struct slice
encode(const struct fuzz_body *body, size_t step)
{
    char *encoded = memory_take(body->length * 32 + 8, 1);
    char *end = encoded;

    for (size_t at = 0; at < body->length; at += step) {
        size_t length = body->length - at < step ? body->length - at : step;
        end += http1_write_chunk_head(end, length);
        memcpy(end, body->payload + at, length);
        memcpy(end + length, HTTP1_CHUNK_TAIL, 2);
        end += length + 2;
    }
    memcpy(end, HTTP1_CHUNK_END, strlen(HTTP1_CHUNK_END));
    return slice_make(encoded, (size_t)(end - encoded) + strlen(HTTP1_CHUNK_END));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_body body, again;

    if (size < 1)
        return 0;
    uint64_t seed = (uint64_t)data[0] + 1;
    fuzz_body_read_twice(&body, &chunked, slice_make((const char *)data + 1, size - 1), seed);
    if (body.result == HTTP1_BODY_DONE) {
        struct slice encoded = encode(&body, seed);
        fuzz_body_read_twice(&again, &chunked, encoded, seed);
        CHECK(again.result == HTTP1_BODY_DONE && again.used == encoded.length);
        CHECK(again.length == body.length);
        CHECK(memcmp(again.payload, body.payload, body.length) == 0);
        fuzz_body_free(&again);
        free((char *)encoded.at);
    }
    fuzz_body_free(&body);
    return 0;
}
