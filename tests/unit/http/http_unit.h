/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of src/http share: the limits and attributes by default, and reading heads. */
#ifndef FAIRLEAD_TESTS_HTTP_UNIT_H
#define FAIRLEAD_TESTS_HTTP_UNIT_H

#include "../unit.h"

#include <stdio.h>

#include "http/http1_parser.h"
#include "http/request_judge.h"
#include "http/response_judge.h"

/* A row's bytes; they may hold NUL. */
#define BYTES(text)                                                                            \
    {                                                                                          \
        (text), sizeof(text) - 1                                                               \
    }

static const struct config_limits default_limits = {
    .request_line_bytes = 16384,
    .field_bytes = 16384,
    .head_bytes = 65536,
    .response_head_bytes = 32768,
    .fields = 128,
};

static const struct config_attributes default_attributes = {
    .desync_mitigation_mode = DESYNC_DEFENSIVE,
    .server_header = true,
};

/* Feeds all bytes at once; the bytes of the head in *used. */
static inline enum http_refusal
read_head(struct http_head *head, bool is_response, struct slice bytes, size_t *used)
{
    struct http1_parser parser;

    if (is_response)
        http1_parser_start_response(&parser, head, &default_limits);
    else
        http1_parser_start_request(&parser, head, &default_limits);
    enum http1_result result = http1_parser_feed(&parser, bytes.at, bytes.length, used);
    if (result == HTTP1_REFUSED)
        return parser.refusal;
    assert_int_equal(result, HTTP1_HEAD_DONE);
    return HTTP_REFUSAL_NONE;
}

static inline enum http_refusal
read_and_judge(struct http_head *head, struct slice bytes, enum config_desync_mode mode)
{
    struct config_attributes attributes = default_attributes;
    size_t used = 0;
    enum http_refusal refusal = read_head(head, false, bytes, &used);

    attributes.desync_mitigation_mode = mode;
    return refusal != HTTP_REFUSAL_NONE ? refusal
                                        : request_judge(head, &attributes, &default_limits);
}

static inline void
assert_slice(struct slice slice, const char *expected)
{
    if (!slice_equal(slice, slice_of(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", SLICE_PRINT(slice), expected);
}

/* Names the row that a check failed in. */
static inline void
assert_row(struct slice row, const char *what, unsigned found, unsigned expected)
{
    if (found != expected)
        fail_msg("%s is %u, not %u, for:\n%.*s", what, found, expected, SLICE_PRINT(row));
}

#endif
