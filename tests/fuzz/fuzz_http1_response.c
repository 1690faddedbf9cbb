/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of targets to a request that the first byte chooses: whole and cut anywhere they must
 * read the same, and what is accepted, forwarded to a client, must read as the same answer.
 */
#include "http_messages.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/forwarding.h"

static const struct config_limits generous = {.response_head_bytes = 65536,
                                              .request_line_bytes = 16384,
                                              .field_bytes = 16384,
                                              .fields = 256};

static struct http_head
choose_request(uint8_t bits)
{
    return (struct http_head){.method = (bits & 1) != 0 ? SLICE_LITERAL("HEAD")
                                                        : SLICE_LITERAL("GET"),
                              .minor_version = (bits & 2) == 0,
                              .wants_upgrade = (bits & 4) != 0,
                              .close_after = (bits & 8) != 0};
}

static void
check_accepted(const struct http_head *head)
{
    CHECK(head->status >= 100 && head->status <= 999);
    CHECK(!response_is_interim(head) || head->framing == HTTP_BODY_NONE);
    CHECK(head->framing != HTTP_BODY_LENGTH || head->has_content_length);
    CHECK(head->framing != HTTP_BODY_UNTIL_CLOSE || !head->keep_alive);
    CHECK(!head->close_after || !head->keep_alive);
}

/* Returns how the body is to be sent. */
static enum http_framing
write_answer(struct text *out, const struct http_head *response,
             const struct http_head *request)
{
    enum http_framing framing = HTTP_BODY_NONE;
    struct forwarding_answer answer = {.client_minor_version = request->minor_version,
                                       .keep_alive = false,
                                       .shape = {.server_header = true},
                                       .is_head_request = request->method.length == 4};

    if (response->status < 200)
        CHECK(forwarding_write_interim(out, response));
    else
        CHECK(forwarding_write_response(out, response, &answer, &framing));
    return framing;
}

/* Dates are added, hop-by-hop fields are gone, the order stays. */
static void
compare_fields(const struct http_head *sent, const struct http_head *got)
{
    size_t at = 0;

    for (size_t i = 0; i < sent->field_count; i++) {
        const struct http_field *field = &sent->fields[i];
        if (field->is_dropped || http_field_class(field->id) == HTTP_FRAMING)
            continue;
        while (at < got->field_count && !slice_equal(got->fields[at].name, field->name))
            at++;
        CHECK(at < got->field_count && slice_equal(got->fields[at].value, field->value));
        at++;
    }
}

static void
check_forwarded(const struct http_head *response, const struct http_head *request)
{
    char *memory = memory_take(8192, 1);
    struct text out = text_over(memory, 8192);
    enum http_framing framing = write_answer(&out, response, request);
    struct http1_parser parser;
    struct http_head got;
    size_t used = 0;

    http1_parser_start_response(&parser, &got, &generous);
    CHECK(http1_parser_feed(&parser, out.at, out.length, &used) == HTTP1_HEAD_DONE);
    CHECK(used == out.length);
    CHECK(response_judge(&got, request) == HTTP_REFUSAL_NONE);
    fuzz_check_head(&got, text_slice(&out));
    CHECK(got.status == response->status && slice_equal(got.reason, response->reason));
    CHECK(got.framing == framing && slice_equal(got.upgrade, response->upgrade));
    CHECK(framing != HTTP_BODY_LENGTH || got.content_length == response->content_length);
    compare_fields(response, &got);
    free(memory);
}

/* Returns how many bytes the answer took; 0: the connection ends here. */
static size_t
take_response(struct slice input, const struct http_head *request, uint64_t seed)
{
    struct fuzz_message message;
    struct slice rest = fuzz_message_read_twice(&message, true, input, seed);
    size_t taken = 0;

    if (message.result == HTTP1_HEAD_DONE &&
        response_judge(&message.head, request) == HTTP_REFUSAL_NONE) {
        struct fuzz_body body;
        fuzz_check_head(&message.head, slice_make(message.bytes, message.used));
        check_accepted(&message.head);
        check_forwarded(&message.head, request);
        fuzz_body_read_twice(&body, &message.head, rest, seed);
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
    struct http_head request = choose_request(data[0]);
    struct slice input = slice_make((const char *)data + 2, size - 2);
    size_t taken = 0;

    clock_set_for_test(1, 1);
    do {
        taken = take_response(input, &request, (uint64_t)data[1] + 1);
        input = slice_make(input.at + taken, input.length - taken);
    } while (taken != 0 && input.length != 0);
    return 0;
}
