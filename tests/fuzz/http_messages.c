/* SPDX-License-Identifier: Apache-2.0 */
/* Reading messages for the fuzz targets; every difference is a failed CHECK. */
#include "http_messages.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"
#include "http/bytes.h"

/* Small, so that inputs of a few hundred bytes reach them. */
const struct config_limits fuzz_limits = {
    .request_line_bytes = 256,
    .field_bytes = 256,
    .head_bytes = 1024,
    .response_head_bytes = 1024,
    .fields = 24,
};

struct config_attributes
fuzz_attributes(uint8_t bits)
{
    return (struct config_attributes){
        .desync_mitigation_mode = (enum config_desync_mode)((bits & 3) % 3),
        .xff_mode = (enum config_xff_mode)((bits >> 2 & 3) % 3),
        .drop_invalid_header_fields = (bits & 16) != 0,
        .preserve_host_header = (bits & 32) != 0,
        .xff_client_port = (bits & 64) != 0,
        .server_header = (bits & 128) != 0,
    };
}

/* xorshift: pieces of 1 to 16 bytes, seldom more. */
static size_t
next_piece(uint64_t *seed, size_t rest)
{
    if (*seed == 0)
        return rest;
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    size_t piece = 1 + *seed % ((*seed >> 8 & 15) == 0 ? 200 : 16);
    return piece < rest ? piece : rest;
}

void
fuzz_message_read(struct fuzz_message *message, bool is_response, struct slice input,
                  uint64_t seed)
{
    struct http1_parser parser;
    size_t fed = 0, used = 0;

    *message = (struct fuzz_message){.result = HTTP1_MORE};
    if (is_response)
        http1_parser_start_response(&parser, &message->head, &fuzz_limits);
    else
        http1_parser_start_request(&parser, &message->head, &fuzz_limits);
    while (fed < input.length && message->result == HTTP1_MORE) {
        size_t piece = next_piece(&seed, input.length - fed);
        char *moved = memory_take(fed + piece, 1);
        memcpy(moved, input.at, fed + piece);
        if (message->bytes != NULL)
            http_head_rebase(&message->head, message->bytes, moved);
        free(message->bytes);
        message->bytes = moved;
        message->result = http1_parser_feed(&parser, moved + fed, piece, &used);
        CHECK(used <= piece && (used == piece || message->result != HTTP1_MORE));
        fed += piece;
        message->used += used;
    }
    message->refusal = parser.refusal;
    CHECK((message->result == HTTP1_REFUSED) == (message->refusal != HTTP_REFUSAL_NONE));
    CHECK(message->head.bytes == message->used);
}

void
fuzz_message_free(struct fuzz_message *message)
{
    free(message->bytes);
    message->bytes = NULL;
}

static bool
is_of_size(enum http_refusal refusal)
{
    return refusal >= HTTP_REFUSAL_LINE_TOO_LONG && refusal <= HTTP_REFUSAL_TOO_MANY_FIELDS;
}

static void
compare(const struct fuzz_message *whole, const struct fuzz_message *pieces)
{
    const struct http_head *one = &whole->head;
    const struct http_head *other = &pieces->head;

    CHECK(whole->result == pieces->result);
    CHECK(whole->refusal == pieces->refusal || is_of_size(whole->refusal) ||
          is_of_size(pieces->refusal));
    if (whole->result != HTTP1_HEAD_DONE)
        return;
    CHECK(whole->used == pieces->used && one->desync == other->desync);
    CHECK(slice_equal(one->method, other->method) && slice_equal(one->target, other->target));
    CHECK(slice_equal(one->reason, other->reason) && one->status == other->status);
    CHECK(one->minor_version == other->minor_version);
    CHECK(one->field_count == other->field_count);
    for (size_t i = 0; i < one->field_count; i++) {
        CHECK(slice_equal(one->fields[i].name, other->fields[i].name));
        CHECK(slice_equal(one->fields[i].value, other->fields[i].value));
        CHECK(one->fields[i].id == other->fields[i].id);
    }
}

struct slice
fuzz_message_read_twice(struct fuzz_message *message, bool is_response, struct slice input,
                        uint64_t seed)
{
    struct fuzz_message pieces;

    fuzz_message_read(message, is_response, input, 0);
    fuzz_message_read(&pieces, is_response, input, seed);
    compare(message, &pieces);
    fuzz_message_free(&pieces);
    return slice_make(input.at + message->used, input.length - message->used);
}

void
fuzz_check_head(const struct http_head *head, struct slice bytes)
{
    CHECK(bytes.length >= 4 && memcmp(bytes.at + bytes.length - 4, "\r\n\r\n", 4) == 0);
    for (size_t i = 0; i < bytes.length; i++) {
        CHECK(bytes.at[i] != '\0');
        CHECK(bytes.at[i] != '\r' || bytes.at[i + 1] == '\n');
        CHECK(bytes.at[i] != '\n' || (i > 0 && bytes.at[i - 1] == '\r'));
    }
    for (size_t i = 0; i < head->field_count; i++) {
        CHECK(http_is_token(head->fields[i].name));
        CHECK(http_value_look(head->fields[i].value) != HTTP_VALUE_BAD);
        CHECK(slice_equal(head->fields[i].value, slice_trim(head->fields[i].value)));
    }
}

void
fuzz_body_read(struct fuzz_body *body, const struct http_head *head, struct slice input,
               uint64_t seed)
{
    struct http1_body follower;
    struct slice span;
    size_t used;

    *body = (struct fuzz_body){.result = HTTP1_BODY_MORE,
                               .payload = memory_take(input.length + 1, 1)};
    http1_body_start(&follower, head->framing, head->content_length);
    while (body->result == HTTP1_BODY_MORE) {
        size_t piece = next_piece(&seed, input.length - body->used);
        char *moved = memory_copy_bytes(input.at + body->used, piece);
        size_t taken = 0;
        do {
            body->result = http1_body_next(&follower, slice_make(moved + taken, piece - taken),
                                           &used, &span);
            taken += used;
            CHECK(taken <= piece);
            if (body->result == HTTP1_BODY_SPAN)
                memcpy(body->payload + body->length, span.at, span.length);
            body->length += span.length;
        } while (body->result == HTTP1_BODY_SPAN);
        CHECK(body->result != HTTP1_BODY_MORE || taken == piece);
        free(moved);
        body->used += taken;
        if (piece == 0)
            break;
    }
    CHECK(follower.payload_bytes == body->length);
    CHECK(http1_body_is_done(&follower) == (body->result == HTTP1_BODY_DONE));
}

void
fuzz_body_free(struct fuzz_body *body)
{
    free(body->payload);
    body->payload = NULL;
}

void
fuzz_body_read_twice(struct fuzz_body *body, const struct http_head *head, struct slice input,
                     uint64_t seed)
{
    struct fuzz_body pieces;

    fuzz_body_read(body, head, input, 0);
    fuzz_body_read(&pieces, head, input, seed);
    CHECK(body->result == pieces.result && body->length == pieces.length);
    CHECK(body->used == pieces.used);
    CHECK(memcmp(body->payload, pieces.payload, body->length) == 0);
    fuzz_body_free(&pieces);
}
