/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP health check as the ALB makes it: a new connection, one GET with Connection: close,
 * and a pass when the complete response came in time with a code that the matcher holds. Each
 * step of `steps` reads on from where the last one ended; start at on_readable.
 */
#include "observer/probe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "http/response_judge.h"
#include "net/socket.h"
#include "net/stream.h"

#define PROBE_HTTP_TAG 0x70726f62u

enum {
    REQUEST_BYTES_MAX = 2048, /* a path is at most 1024 bytes */
    BUFFER_BYTES = 16384,     /* holds the whole head, then pieces of the body */
    RESPONSE_BYTES_MAX = 1024 * 1024,
    HTTP_PORT = 80,
};

enum step { STEP_SEND, STEP_HEAD, STEP_BODY, STEP_DONE };

/* Owned by itself from start to its one result; its memory goes at the end of that turn. */
struct probe_http_check {
    uint32_t tag;
    enum step step;
    struct loop *loop;
    struct stream stream;
    struct timer timer;
    probe_done *on_done;
    void *argument;
    uint64_t begun_us;
    struct probe_result result; /* outcome: what the timer reports when it fires */
    struct http_codes codes;
    struct text request;
    size_t sent;           /* bytes of the request */
    size_t response_bytes; /* received so far */
    size_t length;         /* bytes in buffer */
    size_t parsed;         /* of these, taken by the parser */
    bool has_ended;        /* the target closed its side */
    struct http1_parser parser;
    struct http1_body body;
    struct http_head head;
    char request_bytes[REQUEST_BYTES_MAX];
    char buffer[BUFFER_BYTES];
};

static const struct config_limits response_limits = {
    .field_bytes = BUFFER_BYTES,
    .head_bytes = BUFFER_BYTES,
    .response_head_bytes = BUFFER_BYTES,
    .fields = HTTP_FIELDS_MAX,
};

static void
close_check(struct probe_http_check *check)
{
    check->tag = 0;
    check->step = STEP_DONE;
    stream_close(&check->stream);
    timer_close(&check->timer, check->loop);
    loop_free_later(check->loop, check, NULL);
}

static void
finish(struct probe_http_check *check, enum probe_outcome outcome)
{
    check->result.outcome = outcome;
    check->result.latency_us = clock_us() - check->begun_us;
    close_check(check);
    check->on_done(check->argument, &check->result);
}

static void
on_time(void *argument)
{
    struct probe_http_check *check = argument;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    finish(check, check->result.outcome);
}

static void
write_request(struct text *request, const struct probe_order *order)
{
    char host[ADDRESS_TEXT_SIZE];

    text_add_literal(request, "GET ");
    text_add_slice(request, order->path);
    text_add_literal(request, " HTTP/1.1\r\nHost: ");
    if (order->address.port == HTTP_PORT && order->address.family == ADDRESS_IPV4)
        text_add_bytes(request, host, address_format(&order->address, host));
    else
        text_add_bytes(request, host, address_format_with_port(&order->address, host));
    text_add_literal(request, "\r\nConnection: close\r\n"
                              "User-Agent: fairlead-HealthChecker/1.0\r\n"
                              "Accept-Encoding: gzip, compressed\r\n\r\n");
}

/* Of a step: go on with the next one, wait for the stream, or the check is over. */
enum progress { PROGRESS_NEXT, PROGRESS_WAIT, PROGRESS_OVER };

static enum progress
over(struct probe_http_check *check, enum probe_outcome outcome)
{
    finish(check, outcome);
    return PROGRESS_OVER;
}

static enum progress
send_request(struct probe_http_check *check)
{
    struct slice rest =
        slice_make(check->request.at + check->sent, check->request.length - check->sent);
    ssize_t sent = stream_write(&check->stream, rest.at, rest.length);

    if (sent == STREAM_FAILED)
        return over(check, PROBE_FAILED);
    if (sent > 0)
        check->sent += (size_t)sent;
    if (check->sent < check->request.length) {
        stream_want_writable(&check->stream, true);
        return PROGRESS_WAIT;
    }
    stream_want_writable(&check->stream, false);
    check->step = STEP_HEAD;
    return PROGRESS_NEXT;
}

/* Reads once into the free part of the buffer; false when nothing can be had now. */
static bool
read_more(struct probe_http_check *check, enum progress *progress)
{
    size_t room = sizeof(check->buffer) - check->length;
    ssize_t got;

    if (room == 0 || check->response_bytes > RESPONSE_BYTES_MAX) {
        *progress = over(check, PROBE_FAILED);
        return false;
    }
    got = stream_read(&check->stream, check->buffer + check->length, room);
    if (got == STREAM_WAIT) {
        *progress = PROGRESS_WAIT;
        return false;
    }
    if (got == STREAM_FAILED) {
        *progress = over(check, PROBE_FAILED);
        return false;
    }
    check->has_ended = got == 0;
    check->length += (size_t)got;
    check->response_bytes += (size_t)got;
    return true;
}

/* What a complete head leads to: another head, a result, or the body. */
static enum progress
judge_head(struct probe_http_check *check)
{
    static const struct http_head request = {.method = {"GET", 3}};
    struct http_head *head = &check->head;

    if (response_judge(head, &request) != HTTP_REFUSAL_NONE)
        return over(check, PROBE_FAILED);
    if (response_is_interim(head)) {
        http1_parser_start_response(&check->parser, head, &response_limits);
        return PROGRESS_NEXT;
    }
    check->result.http_code = head->status;
    if (!http_codes_contain(&check->codes, head->status))
        return over(check, PROBE_WRONG_CODE);
    http1_body_start(&check->body, head->framing, head->content_length);
    check->step = STEP_BODY;
    return PROGRESS_NEXT;
}

static enum progress
read_head(struct probe_http_check *check)
{
    enum progress progress;
    size_t used = 0;

    if (check->parsed == check->length) {
        if (!read_more(check, &progress))
            return progress;
        if (check->has_ended)
            return over(check, PROBE_FAILED);
    }
    switch (http1_parser_feed(&check->parser, check->buffer + check->parsed,
                              check->length - check->parsed, &used)) {
    case HTTP1_MORE:
        check->parsed = check->length;
        return PROGRESS_NEXT;
    case HTTP1_HEAD_DONE:
        check->parsed += used;
        return judge_head(check);
    default:
        return over(check, PROBE_FAILED);
    }
}

/* Drops the body's bytes as they come; only its proper end counts. */
static enum progress
read_body(struct probe_http_check *check)
{
    enum progress progress;
    enum http1_body_result result;

    do {
        struct slice input =
            slice_make(check->buffer + check->parsed, check->length - check->parsed);
        struct slice span;
        size_t used = 0;
        result = http1_body_next(&check->body, input, &used, &span);
        check->parsed += used;
    } while (result == HTTP1_BODY_SPAN);
    if (result == HTTP1_BODY_DONE)
        return over(check, PROBE_PASSED);
    if (result == HTTP1_BODY_MALFORMED)
        return over(check, PROBE_FAILED);
    check->length = 0;
    check->parsed = 0;
    if (!read_more(check, &progress))
        return progress;
    if (check->has_ended)
        return over(check, http1_body_may_end_here(&check->body) ? PROBE_PASSED : PROBE_FAILED);
    return PROGRESS_NEXT;
}

static enum progress (*const steps[])(struct probe_http_check *check) = {
    [STEP_SEND] = send_request,
    [STEP_HEAD] = read_head,
    [STEP_BODY] = read_body,
};

static void
run(struct probe_http_check *check)
{
    CHECK_TAG(check, PROBE_HTTP_TAG);
    while (steps[check->step](check) == PROGRESS_NEXT)
        continue;
}

/* The connect has ended, or the rest of the request can go. */
static void
on_writable(void *owner)
{
    struct probe_http_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    if (stream_error(&check->stream) != 0)
        finish(check, PROBE_FAILED);
    else
        run(check);
}

/* An answer, or a connection that failed or ended; bytes before the request count as well. */
static void
on_readable(void *owner)
{
    struct probe_http_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    if (check->step == STEP_SEND)
        on_writable(check);
    else
        run(check);
}

static const struct stream_callbacks stream_callbacks = {.on_readable = on_readable,
                                                         .on_writable = on_writable};

/* A check that cannot begin is reported by its timer: on_done is never called inside start. */
static void
connect_target(struct probe_http_check *check, const struct probe_order *order)
{
    int fd = check->request.is_truncated ? -1 : socket_connect(&order->address);

    if (fd == -1) {
        bool is_ours = check->request.is_truncated || errno == EMFILE || errno == ENFILE;
        check->result.outcome = is_ours ? PROBE_INTERNAL_ERROR : PROBE_FAILED;
        timer_set(&check->timer, check->loop, 0);
        return;
    }
    check->result.outcome = PROBE_TIMED_OUT;
    timer_set(&check->timer, check->loop, order->timeout_ms);
    stream_open(&check->stream, check->loop, fd, &stream_callbacks, check);
    stream_want_writable(&check->stream, true);
}

static void *
start(struct loop *loop, const struct probe_order *order, probe_done *on_done, void *argument)
{
    struct probe_http_check *check = memory_take(1, sizeof(*check));

    check->tag = PROBE_HTTP_TAG;
    check->loop = loop;
    check->on_done = on_done;
    check->argument = argument;
    check->begun_us = clock_us();
    check->codes = order->codes;
    check->request = text_over(check->request_bytes, sizeof(check->request_bytes));
    check->stream.fd = -1;
    write_request(&check->request, order);
    http1_parser_start_response(&check->parser, &check->head, &response_limits);
    timer_init(&check->timer, on_time, check);
    connect_target(check, order);
    return check;
}

static void
cancel(void *probe)
{
    CHECK_TAG((struct probe_http_check *)probe, PROBE_HTTP_TAG);
    close_check(probe);
}

const struct probe_kind probe_http = {start, cancel};
