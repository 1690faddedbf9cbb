/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed table of calls; a call's number says its place and is never used again. */
#include "api/control_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "ipc/api_content.h"
#include "ipc/page.h"

#define READ_TIMEOUT_MS 30000

struct call {
    uint64_t id; /* 0: free */
    struct control_calls *all;
    control_answer_callback *on_answer;
    void *argument;
    bool is_change, is_stream;
    struct timer timer; /* until its first answer */
};

struct control_calls {
    struct loop *loop;
    struct channel *channel;
    uint64_t round;
    unsigned changes, streams; /* of the calls */
    struct call calls[CONTROL_CALLS_MAX];
};

static void
give_back(struct call *call)
{
    call->all->changes -= call->is_change ? 1 : 0;
    call->all->streams -= call->is_stream ? 1 : 0;
    call->is_change = call->is_stream = false;
    call->id = 0;
    timer_stop(&call->timer);
}

static void
hand_over(struct call *call, const struct control_answer *answer)
{
    control_answer_callback *on_answer = call->on_answer;
    void *argument = call->argument;

    timer_stop(&call->timer);
    if (answer->is_last)
        give_back(call);
    on_answer(argument, answer);
}

static void
fail(struct call *call, unsigned status, struct slice body)
{
    hand_over(call,
              &(struct control_answer){status, api_content_text(API_CONTENT_JSON), body, true});
}

static void
tell(struct control_calls *calls, uint64_t call_id)
{
    channel_send(calls->channel, MESSAGE_api_cancel,
                 &(struct message_api_cancel){.call_id = call_id}, -1);
}

static void
answer(struct call *call, const struct control_answer *answer)
{
    bool begins_stream = !answer->is_last && !call->is_stream && !call->is_change;

    if (begins_stream && call->all->streams >= CONTROL_STREAMS_MAX) {
        tell(call->all, call->id);
        fail(call, 503,
             SLICE_LITERAL(
                 "{\"error\": {\"code\": \"Busy\", \"message\": \"too many follow events "
                 "of control: use /v1/stream\"}}"));
        return;
    }
    call->is_stream = call->is_stream || begins_stream;
    call->all->streams += begins_stream ? 1 : 0;
    hand_over(call, answer);
}

static void
on_timeout(void *argument)
{
    struct call *call = argument;

    tell(call->all, call->id);
    fail(call, 504,
         SLICE_LITERAL(
             "{\"error\": {\"code\": \"ControlSilent\", \"message\": \"control did not "
             "answer in time\"}}"));
}

struct control_calls *
control_calls_new(struct loop *loop, struct channel *channel)
{
    struct control_calls *calls = memory_take(1, sizeof(*calls));

    calls->loop = loop;
    calls->channel = channel;
    for (size_t i = 0; i < CONTROL_CALLS_MAX; i++) {
        calls->calls[i].all = calls;
        timer_init(&calls->calls[i].timer, on_timeout, &calls->calls[i]);
    }
    return calls;
}

void
control_calls_free(struct control_calls **calls)
{
    if (*calls == NULL)
        return;
    for (size_t i = 0; i < CONTROL_CALLS_MAX; i++)
        timer_close(&(*calls)->calls[i].timer, (*calls)->loop);
    free(*calls);
    *calls = NULL;
}

/* Reads are answered at once; a change may wait for a drain, which is the client's to limit. */
static bool
is_read(const struct api_call *call)
{
    return slice_starts_with(call->request_line, SLICE_LITERAL("GET ")) ||
           slice_starts_with(call->canonical_request, SLICE_LITERAL("GET\n"));
}

static struct call *
find_free(struct control_calls *calls, bool is_change)
{
    if (is_change && calls->changes >= CONTROL_CHANGES_MAX)
        return NULL;
    for (size_t i = 0; i < CONTROL_CALLS_MAX; i++)
        if (calls->calls[i].id == 0)
            return &calls->calls[i];
    return NULL;
}

uint64_t
control_calls_ask(struct control_calls *calls, const struct api_call *call,
                  control_answer_callback *on_answer, void *argument)
{
    bool is_change = !is_read(call);
    struct call *place = find_free(calls, is_change);
    int fd = place == NULL ? -1 : api_call_write(call);

    if (fd == -1)
        return 0;
    place->id = ++calls->round * CONTROL_CALLS_MAX + (uint64_t)(place - calls->calls);
    place->on_answer = on_answer;
    place->argument = argument;
    channel_send(calls->channel, MESSAGE_api_call,
                 &(struct message_api_call){.call_id = place->id}, fd);
    close(fd);
    place->is_change = is_change;
    calls->changes += is_change ? 1 : 0;
    if (!is_change)
        timer_set(&place->timer, calls->loop, READ_TIMEOUT_MS);
    return place->id;
}

static struct call *
find(struct control_calls *calls, uint64_t call_id)
{
    struct call *call = &calls->calls[call_id % CONTROL_CALLS_MAX];

    return call_id != 0 && call->id == call_id ? call : NULL;
}

void
control_calls_cancel(struct control_calls *calls, uint64_t call_id)
{
    struct call *call = find(calls, call_id);

    if (call == NULL)
        return;
    give_back(call);
    tell(calls, call_id);
}

void
control_calls_note_answer(struct control_calls *calls, const struct message_api_answer *message,
                          int fd)
{
    struct call *call = find(calls, message->call_id);
    const char *content_type = api_content_text(message->content);
    const char *error = "its content is of no known kind";
    size_t length = 0;
    char *body = NULL;

    if (call != NULL && content_type != NULL)
        body = page_read(fd, PAGE_BYTES_MAX, &length, &error);
    close(fd);
    if (body != NULL) {
        answer(call, &(struct control_answer){message->status, content_type,
                                              slice_make(body, length), message->is_last != 0});
    } else if (call != NULL) {
        log_warning("an answer of control is refused: %s", error);
        fail(call, 502,
             SLICE_LITERAL("{\"error\": {\"code\": \"ControlFailed\", \"message\": \"control's "
                           "answer cannot be read\"}}"));
    }
    free(body);
}

/* But those that are asked meanwhile, by who is told. */
static void
fail_all(struct control_calls *calls, struct slice body)
{
    uint64_t last = calls->round;

    for (size_t i = 0; i < CONTROL_CALLS_MAX; i++) {
        struct call *call = &calls->calls[i];
        if (call->id == 0 || call->id / CONTROL_CALLS_MAX > last)
            continue;
        tell(calls, call->id);
        fail(call, 503, body);
    }
}

void
control_calls_end_all(struct control_calls *calls)
{
    fail_all(calls, SLICE_LITERAL("{\"error\": {\"code\": \"Stopping\", \"message\": \"the api "
                                  "role ends here\"}}"));
}

void
control_calls_note_shortage(struct control_calls *calls)
{
    fail_all(calls, SLICE_LITERAL("{\"error\": {\"code\": \"NoDescriptors\", \"message\": \"no "
                                  "descriptor was left for the answer: ask again\"}}"));
}
