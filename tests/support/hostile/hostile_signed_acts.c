/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an api role that was taken over would hand to control: calls that nobody has signed, a
 * signed one (the file "captured": Authorization, canonical request; and "captured.body")
 * changed in one thing, the same once more, and what is no call.
 */
#include "hostile.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipc/api_call.h"

#define FORBIDDEN 403
#define MALFORMED 400
#define DONE 200
#define REPEATED 409

/* Read before the walls stand. */
static char captured_text[8192], captured_body[8192];
static struct api_call captured;

static size_t
read_file(const char *name, char *bytes, size_t size)
{
    FILE *file = fopen(name, "r");
    size_t length = file == NULL ? 0 : fread(bytes, 1, size - 1, file);

    if (file != NULL)
        fclose(file);
    bytes[length] = '\0';
    return length;
}

void
hostile_capture(void)
{
    size_t length = read_file("captured", captured_text, sizeof(captured_text));
    struct slice whole = slice_make(captured_text, length);
    size_t line = slice_find(whole, '\n');

    if (line == length)
        return;
    captured.authorization = slice_make(captured_text, line);
    captured.canonical_request = slice_make(captured_text + line + 1, length - line - 1);
    length = read_file("captured.body", captured_body, sizeof(captured_body));
    captured.body = slice_make(captured_body, length);
    captured.client = SLICE_LITERAL("127.0.0.1");
}

static uint32_t
wait_for_answer(const struct hostile *hostile, uint64_t call_id)
{
    struct message message;

    while (channel_receive_now(hostile->channel, &message)) {
        if (message.fd != -1)
            close(message.fd);
        /* Answers wait behind a snapshot that has not been applied. */
        if (message.type == MESSAGE_snapshot)
            channel_send(
                hostile->channel, MESSAGE_applied,
                &(struct message_applied){.generation = message.as.snapshot.generation}, -1);
        if (message.type == MESSAGE_api_answer && message.as.api_answer.call_id == call_id)
            return message.as.api_answer.status;
    }
    return 0;
}

/* The status that control answers with. */
static uint32_t
ask(const struct hostile *hostile, const struct api_call *call)
{
    static uint64_t call_id = 1000;
    int fd = api_call_write(call);

    if (fd == -1)
        return 0;
    channel_send(hostile->channel, MESSAGE_api_call,
                 &(struct message_api_call){.call_id = ++call_id}, fd);
    close(fd);
    uint32_t status = wait_for_answer(hostile, call_id);
    fprintf(stderr, "hostile call %.*s: %u\n", (int)call->request_line.length,
            call->request_line.at == NULL ? "" : call->request_line.at, status);
    return status;
}

/* The captured canonical request with a text in place of another one; false: it has none. */
static bool
replace(char *text, size_t size, const char *old, const char *with)
{
    const char *at = strstr(captured.canonical_request.at, old);

    if (at == NULL)
        return false;
    snprintf(text, size, "%.*s%s%s", (int)(at - captured.canonical_request.at),
             captured.canonical_request.at, with, at + strlen(old));
    return true;
}

static bool
changes_what_was_signed(const struct hostile *hostile)
{
    static const char *const changes[][2] = {
        {"/v1/drain", "/v1/ready"},
        {"/v1/drain", "/v1/stop"},
        {"/v1/drain\n", "/v1/drain\na=1"},
        {"POST\n", "GET\n"},
        {"host:", "host:x"},
        {"x-amz-date:2", "x-amz-date:3"},
        {"nonce:", "nonce:0"},
        {";x-fairlead-nonce", ""},
    };
    char text[sizeof(captured_text) + 64];
    bool is_held = true;

    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        struct api_call call = captured;
        if (!replace(text, sizeof(text), changes[i][0], changes[i][1]))
            return false;
        call.canonical_request = slice_of(text);
        /* Another client each time, or it would not be looked at any more. */
        call.client = slice_of(changes[i][1]);
        uint32_t status = ask(hostile, &call);
        is_held &= status == FORBIDDEN || status == MALFORMED;
    }
    return is_held;
}

static bool
changes_the_body(const struct hostile *hostile)
{
    struct api_call call = captured;

    call.body = SLICE_LITERAL("{\"TargetGroupName\":\"web\",\"Targets\":[]}");
    if (ask(hostile, &call) != FORBIDDEN)
        return false;
    call.body = SLICE_NONE;
    return ask(hostile, &call) == FORBIDDEN;
}

/* What it says beside the signed text does not matter, and once is once. */
static bool
repeats_what_was_signed(const struct hostile *hostile)
{
    struct api_call call = captured;

    call.request_line = SLICE_LITERAL("POST /v1/reload");
    if (ask(hostile, &call) != DONE || ask(hostile, &call) != REPEATED)
        return false;
    call.invocation_id = SLICE_LITERAL("another");
    call.client = SLICE_LITERAL("10.0.0.1");
    call.request_line = SLICE_NONE;
    return ask(hostile, &call) == REPEATED;
}

hostile_act *
hostile_find_signed_act(const char *name)
{
    static const struct {
        const char *name;
        hostile_act *act;
    } rows[] = {
        {"changed", changes_what_was_signed},
        {"other_body", changes_the_body},
        {"repeated", repeats_what_was_signed},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].act;
    return NULL;
}
