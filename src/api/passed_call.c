/* SPDX-License-Identifier: Apache-2.0 */
#include "api/passed_call.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "base/memory.h"
#include "wire/signed_text.h"
#include "wire/wire_answer.h"
#include "wire/xml.h"

#define INVOCATION_FIELD "amz-sdk-invocation-id"
#define SIGNATURE_FIELD "authorization"
#define TARGET_FIELD "x-amz-target"
#define SIGNATURE_PARAMETER "X-Amz-Signature"
#define PERMITTED 204

/* Freed when it is answered, or the reader of its stream has gone. */
struct passed_call {
    struct passed_call_parts parts;
    struct http_service_request *request;
    passed_call_permit *on_permit; /* NULL: control answers */
    void *argument;
    uint64_t call_id;
    bool is_stream;
};

static void
on_gone(void *argument)
{
    struct passed_call *passed = argument;

    control_calls_cancel(passed->parts.calls, passed->call_id);
    loop_free_later(passed->parts.loop, passed, NULL);
}

static bool
is_aws_call(const struct http_service_request *request)
{
    return strcmp(http_service_path(request), "/") == 0;
}

static enum wire
wire_of(const struct http_service_request *request)
{
    return wire_answer_wire(slice_of(http_service_field(request, TARGET_FIELD)));
}

/* Clients of AWS's APIs look for the id of their request in this field; bodies of JSON have
 * none. */
static void
reply(struct http_service_request *request, int status, const char *content_type,
      struct slice body)
{
    char request_id[XML_REQUEST_ID_SIZE];

    answer_add_fields(request);
    if (is_aws_call(request)) {
        bool is_xml = strcmp(content_type, XML_MEDIA_TYPE) == 0;
        if (!is_xml || !xml_find_request_id(body, request_id))
            xml_make_request_id(request_id);
        http_service_add_field(request, "x-amzn-RequestId", request_id);
    }
    http_service_reply(request, status, content_type, body.at, body.length);
}

static void
go_on(struct passed_call *passed, const struct control_answer *answer)
{
    if (!passed->is_stream) {
        passed->is_stream = true;
        answer_add_fields(passed->request);
        http_service_stream_begin(passed->request, answer->content_type, on_gone, passed);
    }
    http_service_stream_add(passed->request, answer->body.at, answer->body.length);
}

static void
finish(struct passed_call *passed, const struct control_answer *answer)
{
    if (passed->is_stream) {
        http_service_stream_end(passed->request);
    } else if (passed->on_permit != NULL && answer->status == PERMITTED) {
        passed->on_permit(passed->request, passed->argument);
    } else {
        reply(passed->request, (int)answer->status, answer->content_type, answer->body);
    }
    loop_free_later(passed->parts.loop, passed, NULL);
}

static void
on_answer(void *argument, const struct control_answer *answer)
{
    struct passed_call *passed = argument;

    if (passed->is_stream || !answer->is_last)
        go_on(passed, answer);
    if (answer->is_last)
        finish(passed, answer);
}

static bool
field_at(const void *argument, struct slice wanted, size_t n, struct slice *value)
{
    const char *name, *text;

    for (size_t i = 0; http_service_field_at(argument, i, &name, &text); i++) {
        if (!slice_equal_ignoring_case(slice_of(name), wanted) || n-- > 0)
            continue;
        *value = slice_of(text);
        return true;
    }
    return false;
}

bool
passed_call_is_signed(const struct http_service_request *request)
{
    return http_service_field(request, SIGNATURE_FIELD) != NULL ||
           http_service_parameter(request, SIGNATURE_PARAMETER) != NULL;
}

/* In the words of whoever asks. */
static void
refuse(struct http_service_request *request, int status, const char *code, const char *message)
{
    char request_id[XML_REQUEST_ID_SIZE];

    if (!is_aws_call(request)) {
        answer_refuse(request, status, code, message);
        return;
    }
    xml_make_request_id(request_id);
    enum wire wire = wire_of(request);
    char *text = wire_answer_error(wire, NULL, code, message, request_id);
    reply(request, status, wire_answer_media_type(wire), slice_of(text));
    free(text);
}

/* A status of 5xx would have clients of AWS's APIs repeat it for minutes. */
static void
refuse_busy(struct http_service_request *request)
{
    static const char message[] = "too many calls wait for control, or it is too long";

    if (is_aws_call(request))
        refuse(request, 400, wire_answer_throttling_code(wire_of(request)), message);
    else
        refuse(request, 503, "Busy", message);
}

static enum sigv4_fault
collect(const struct http_service_request *request, struct slice body,
        struct signed_text *signed_text)
{
    struct slice target = slice_of(http_service_target(request));
    size_t mark = slice_find(target, '?');
    size_t query = mark < target.length ? mark + 1 : mark;
    const struct signed_source source = {
        .method = slice_of(http_service_method(request)),
        .path = slice_make(target.at, mark),
        .query = slice_make(target.at + query, target.length - query),
        .body = body,
        .field_at = field_at,
        .argument = request,
    };

    return signed_text_collect(signed_text, &source);
}

static uint64_t
ask(struct passed_call *passed, const struct signed_text *signed_text, struct slice body)
{
    const struct http_service_request *request = passed->request;
    bool is_signed = signed_text->authorization.length > 0;
    char client[ADDRESS_TEXT_SIZE];
    char *line = is_signed ? memory_copy_text("")
                           : memory_print("%s %s", http_service_method(request),
                                          http_service_target(request));

    http_service_client(request, client);
    const struct api_call call = {
        .canonical_request = signed_text->canonical_request,
        .authorization = signed_text->authorization,
        .request_line = slice_of(line),
        .target =
            is_signed ? SLICE_LITERAL("") : slice_of(http_service_field(request, TARGET_FIELD)),
        .invocation_id = slice_of(http_service_field(request, INVOCATION_FIELD)),
        .client = slice_of(client),
        .body = body,
    };
    uint64_t call_id = control_calls_ask(passed->parts.calls, &call, on_answer, passed);
    free(line);
    return call_id;
}

void
passed_call_ask(const struct passed_call_parts *parts, struct http_service_request *request,
                passed_call_permit *on_permit, void *argument)
{
    struct signed_text signed_text;
    size_t length;
    const char *bytes = http_service_body(request, &length);
    struct slice body = slice_make(bytes, length);
    enum sigv4_fault fault = collect(request, body, &signed_text);

    if (fault != SIGV4_SOUND) {
        const struct sigv4_fault_row row = is_aws_call(request)
                                               ? wire_answer_fault(wire_of(request), fault)
                                               : *sigv4_fault_row(fault);
        refuse(request, row.status, row.code, row.message);
        return;
    }
    struct passed_call *passed = memory_take(1, sizeof(*passed));
    *passed = (struct passed_call){
        .parts = *parts, .request = request, .on_permit = on_permit, .argument = argument};
    passed->call_id = ask(passed, &signed_text, body);
    signed_text_clear(&signed_text);
    if (passed->call_id != 0)
        return;
    refuse_busy(request);
    free(passed);
}

void
passed_call_begin(const struct passed_call_parts *parts, struct http_service_request *request)
{
    passed_call_ask(parts, request, NULL, NULL);
}
