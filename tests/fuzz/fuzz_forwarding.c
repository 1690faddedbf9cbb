/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request smuggling: what is accepted is forwarded, and what was forwarded is parsed and judged
 * again. It must be exactly one request, with the same method, target, host, framing and body,
 * the same end-to-end fields in order, and no hop-by-hop field but those that we set.
 */
#include "http_messages.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "http/forwarding.h"

/* Our own fields and chunk heads need some room beside the client's. */
#define OUT_BYTES(input_length) ((input_length)*8 + 4096)

static const struct config_attributes monitor = {.desync_mitigation_mode = DESYNC_MONITOR};

/* A target that reads more generously than our judge must not be needed. */
static const struct config_limits generous = {
    .request_line_bytes = 16384, .field_bytes = 16384, .head_bytes = 65536, .fields = 256};

static void
write_body(struct text *out, const struct http_head *head, const struct fuzz_body *body)
{
    char chunk_head[HTTP1_CHUNK_HEAD_MAX];

    if (head->framing != HTTP_BODY_CHUNKED) {
        text_add_bytes(out, body->payload, body->length);
        return;
    }
    if (body->length != 0) {
        text_add_bytes(out, chunk_head, http1_write_chunk_head(chunk_head, body->length));
        text_add_bytes(out, body->payload, body->length);
        text_add_literal(out, HTTP1_CHUNK_TAIL);
    }
    text_add_literal(out, HTTP1_CHUNK_END);
}

static void
compare_requests(const struct http_head *sent, const struct http_head *got)
{
    CHECK(slice_equal(sent->method, got->method));
    CHECK(slice_equal(sent->path, got->path));
    CHECK((sent->query.at == NULL) == (got->query.at == NULL));
    CHECK(slice_equal(sent->query, got->query));
    CHECK(sent->host.length == 0 || slice_equal_ignoring_case(sent->host_name, got->host_name));
    CHECK(sent->framing == got->framing && sent->content_length == got->content_length);
    CHECK(sent->wants_upgrade == got->wants_upgrade);
    CHECK(slice_equal(sent->upgrade, got->upgrade));
    CHECK(got->minor_version == 1 && !got->wants_continue);
    CHECK(got->keep_alive == !sent->close_after);
}

static bool
is_end_to_end(const struct http_field *field)
{
    return !field->is_dropped && http_field_class(field->id) == HTTP_END_TO_END;
}

/* The client's end-to-end fields, and no others, in their order. */
static void
compare_fields(const struct http_head *sent, const struct http_head *got)
{
    size_t at = 0;

    for (size_t i = 0; i < got->field_count; i++) {
        const struct http_field *field = &got->fields[i];
        if (http_field_class(field->id) == HTTP_HOP_BY_HOP)
            CHECK(field->id == HTTP_FIELD_CONNECTION || field->id == HTTP_FIELD_UPGRADE);
        if (http_field_class(field->id) != HTTP_END_TO_END)
            continue;
        while (at < sent->field_count && !is_end_to_end(&sent->fields[at]))
            at++;
        CHECK(at < sent->field_count);
        CHECK(slice_equal(sent->fields[at].name, field->name));
        CHECK(slice_equal(sent->fields[at].value, field->value));
        at++;
    }
    while (at < sent->field_count)
        CHECK(!is_end_to_end(&sent->fields[at++]));
}

static void
check_forwarded(struct slice out, const struct http_head *sent,
                const struct fuzz_body *sent_body)
{
    struct http1_parser parser;
    struct http_head got;
    struct fuzz_body body;
    size_t used = 0;

    http1_parser_start_request(&parser, &got, &generous);
    CHECK(http1_parser_feed(&parser, out.at, out.length, &used) == HTTP1_HEAD_DONE);
    CHECK(request_judge(&got, &monitor, &generous) == HTTP_REFUSAL_NONE);
    fuzz_check_head(&got, slice_make(out.at, used));
    compare_requests(sent, &got);
    compare_fields(sent, &got);
    fuzz_body_read(&body, &got, slice_make(out.at + used, out.length - used), 0);
    CHECK(body.result == HTTP1_BODY_DONE && used + body.used == out.length);
    CHECK(body.length == sent_body->length);
    CHECK(memcmp(body.payload, sent_body->payload, body.length) == 0);
    fuzz_body_free(&body);
}

static void
forward(const struct http_head *head, const struct fuzz_body *body,
        const struct config_attributes *attributes, size_t input_length)
{
    struct forwarding_origin origin = {.attributes = attributes,
                                       .client = SLICE_LITERAL("2001:db8::1"),
                                       .client_port = 4711,
                                       .listener_port = 8080};
    struct forwarding_trace trace;
    char *memory = memory_take(OUT_BYTES(input_length), 1);
    struct text out = text_over(memory, OUT_BYTES(input_length));
    enum http_refusal refusal = forwarding_write_request(&out, head, &origin, &trace);

    CHECK(refusal == HTTP_REFUSAL_NONE || refusal == HTTP_REFUSAL_FORWARDED_FOR ||
          refusal == HTTP_REFUSAL_LOOP);
    if (refusal == HTTP_REFUSAL_NONE) {
        write_body(&out, head, body);
        CHECK(!out.is_truncated);
        check_forwarded(text_slice(&out), head, body);
    }
    free(memory);
}

/* Returns how many bytes the request took; 0: the connection ends here. */
static size_t
take_request(struct slice input, const struct config_attributes *attributes, uint64_t seed)
{
    struct fuzz_message message;
    size_t taken = 0;

    fuzz_message_read(&message, false, input, seed);
    if (message.result == HTTP1_HEAD_DONE &&
        request_judge(&message.head, attributes, &fuzz_limits) == HTTP_REFUSAL_NONE) {
        struct slice rest = slice_make(input.at + message.used, input.length - message.used);
        struct fuzz_body body;
        fuzz_body_read(&body, &message.head, rest, seed);
        if (body.result == HTTP1_BODY_DONE)
            forward(&message.head, &body, attributes, input.length);
        if (body.result == HTTP1_BODY_DONE && message.head.keep_alive)
            taken = message.used + body.used;
        fuzz_body_free(&body);
    }
    fuzz_message_free(&message);
    return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct config_attributes attributes = fuzz_attributes(data[0]);
    struct slice input = slice_make((const char *)data + 2, size - 2);
    size_t taken = 0;

    clock_set_for_test(1, 1);
    random_seed_for_test(1);
    do {
        taken = take_request(input, &attributes, (uint64_t)data[1]);
        input = slice_make(input.at + taken, input.length - taken);
    } while (taken != 0 && input.length != 0);
    return 0;
}
