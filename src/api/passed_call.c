/* SPDX-License-Identifier: Apache-2.0 */
#include "api/passed_call.h"

#include <stdlib.h>

#include "api/answer.h"
#include "base/memory.h"

#define INVOCATION_FIELD "amz-sdk-invocation-id"

/* Freed when it is answered, or the reader of its stream has gone. */
struct passed_call {
    struct http_service_request *request;
    struct control_calls *calls;
    struct loop *loop;
    uint64_t call_id;
    bool is_stream;
};

static void
on_gone(void *argument)
{
    struct passed_call *passed = argument;

    control_calls_cancel(passed->calls, passed->call_id);
    loop_free_later(passed->loop, passed, NULL);
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
on_answer(void *argument, const struct control_answer *answer)
{
    struct passed_call *passed = argument;

    if (passed->is_stream || !answer->is_last)
        go_on(passed, answer);
    if (!answer->is_last)
        return;
    if (passed->is_stream) {
        http_service_stream_end(passed->request);
    } else {
        answer_add_fields(passed->request);
        http_service_reply(passed->request, (int)answer->status, answer->content_type,
                           answer->body.at, answer->body.length);
    }
    loop_free_later(passed->loop, passed, NULL);
}

static uint64_t
ask(struct passed_call *passed)
{
    const struct http_service_request *request = passed->request;
    char client[ADDRESS_TEXT_SIZE];
    size_t length;
    const char *body = http_service_body(request, &length);
    char *line =
        memory_print("%s %s", http_service_method(request), http_service_target(request));

    http_service_client(request, client);
    const struct api_call call = {
        .request_line = slice_of(line),
        .invocation_id = slice_of(http_service_field(request, INVOCATION_FIELD)),
        .client = slice_of(client),
        .body = slice_make(body, length),
    };
    uint64_t call_id = control_calls_ask(passed->calls, &call, on_answer, passed);
    free(line);
    return call_id;
}

void
passed_call_begin(struct loop *loop, struct control_calls *calls,
                  struct http_service_request *request)
{
    struct passed_call *passed = memory_take(1, sizeof(*passed));

    *passed = (struct passed_call){.request = request, .calls = calls, .loop = loop};
    passed->call_id = ask(passed);
    if (passed->call_id != 0)
        return;
    answer_refuse(request, 503, "Busy", "too many calls wait for control, or it is too long");
    free(passed);
}
