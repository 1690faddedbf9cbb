/* SPDX-License-Identifier: Apache-2.0 */
/* What a taken-over api role may try: calls that it has no right to, too many, and nonsense. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/api_call.h"
#include "ipc/page.h"

#define CALLS 5000
#define REFUSED 403

static uint64_t last_call_id;

static void
send_page(const struct hostile *hostile, int fd)
{
    struct message_api_call message = {.call_id = ++last_call_id};

    channel_send(hostile->channel, MESSAGE_api_call, &message, fd);
    close(fd);
}

static void
ask(const struct hostile *hostile, const struct api_call *call)
{
    send_page(hostile, api_call_write(call));
}

/* The answer to the last call; 0: control has ended us. */
static unsigned
read_status(const struct hostile *hostile)
{
    struct message message;

    while (channel_receive_now(hostile->channel, &message)) {
        if (message.fd != -1)
            close(message.fd);
        if (message.type == MESSAGE_api_answer && message.as.api_answer.call_id == last_call_id)
            return message.as.api_answer.status;
    }
    return 0;
}

/* Nothing is changed, and nothing private read, whatever it says of who asks. */
static bool
asks_for_what_needs_a_key(const struct hostile *hostile)
{
    static const char *const lines[] = {"POST /v1/reload",       "POST /v1/deregister",
                                        "POST /v1/keys",         "GET /v1/keys",
                                        "GET /v1/configuration", "GET /v1/failed-requests"};
    bool is_held = true;

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        const struct api_call call = {.request_line = slice_of(lines[i]),
                                      .client = SLICE_LITERAL("api"),
                                      .body = SLICE_LITERAL("{}")};
        ask(hostile, &call);
        is_held &= read_status(hostile) == REFUSED;
    }
    return is_held;
}

/* With a signature of its own making. */
static bool
forges(const struct hostile *hostile)
{
    const struct api_call call = {
        .canonical_request = SLICE_LITERAL(
            "POST\n/v1/reload\n\nhost:localhost\nx-amz-date:20261126T101530Z\n"
            "x-fairlead-nonce:0123456789abcdef\n\nhost;x-amz-date;x-fairlead-nonce\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        .authorization = SLICE_LITERAL(
            "AWS4-HMAC-SHA256 Credential=FAIRAAAAAAAAAAAAAAAA/20261126/us-east-1/fairlead/"
            "aws4_request, SignedHeaders=host;x-amz-date;x-fairlead-nonce, Signature="
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        .client = SLICE_LITERAL("127.0.0.1"),
    };

    ask(hostile, &call);
    return read_status(hostile) == REFUSED;
}

static bool
sends_pages_that_are_none(const struct hostile *hostile)
{
    for (int i = 0; i < CALLS; i++) {
        int open_fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        send_page(hostile, i % 2 == 0 ? open_fd : page_create(SLICE_LITERAL("nonsense")));
        if (i % 2 != 0)
            close(open_fd);
    }
    return false;
}

/* More at a time than it may. */
static bool
asks_too_much(const struct hostile *hostile)
{
    const struct api_call call = {.request_line = SLICE_LITERAL("GET /v1/status")};

    for (int i = 0; i < CALLS; i++)
        ask(hostile, &call);
    return false;
}

/* One after the other, and takes no answer. */
static bool
does_not_listen(const struct hostile *hostile)
{
    const struct api_call call = {.request_line = SLICE_LITERAL("GET /v1/status")};

    for (int i = 0; i < CALLS; i++) {
        ask(hostile, &call);
        poll(NULL, 0, 3);
    }
    return false;
}

/* Unlike a worker it has nobody to connect to. */
static bool
connects(const struct hostile *hostile)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    return socket(AF_INET, SOCK_STREAM, 0) == -1 && socket(AF_INET6, SOCK_STREAM, 0) == -1 &&
           connect(hostile->listener, &nowhere, sizeof(nowhere)) == -1;
}

hostile_act *
hostile_find_api_act(const char *name)
{
    static const struct {
        const char *name;
        hostile_act *act;
    } rows[] = {
        {"unsigned", asks_for_what_needs_a_key},
        {"forge", forges},
        {"no_pages", sends_pages_that_are_none},
        {"ask", asks_too_much},
        {"deaf", does_not_listen},
        {"connect", connects},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].act;
    return hostile_find_signed_act(name);
}
