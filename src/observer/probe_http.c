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
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/http1_body.h"
#include "http/http1_parser.h"
#include "http/response_judge.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/proxy_header.h"
#include "net/tls/tls_client.h"

#define PROBE_HTTP_TAG 0x70726f62u

enum {
    REQUEST_BYTES_MAX = 2048, /* a path is at most 1024 bytes, a host 255 */
    BUFFER_BYTES_MIN = 16384,
    READS_A_TURN = 16, /* of a body that comes faster than it is read: others have turns too */
};

enum step { STEP_CONNECT, STEP_SHAKE_HANDS, STEP_SEND, STEP_HEAD, STEP_BODY, STEP_DONE };

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
    struct probe_result result;
    bool is_secure;
    struct stream_session *tls; /* until the connection is there */
    bool has_proxy_header;
    struct http_codes codes;
    struct config_limits limits;
    struct text request;
    size_t sent;      /* bytes of the request */
    bool is_answered; /* a byte of the response came */
    bool has_ended;   /* the target closed its side */
    unsigned reads;   /* of this turn */
    size_t length;    /* bytes in buffer */
    size_t parsed;    /* of these, taken by the parser */
    struct http1_parser parser;
    struct http1_body body;
    struct http_head head;
    char request_bytes[REQUEST_BYTES_MAX];
    size_t room;   /* of the buffer: the largest head */
    char buffer[]; /* the whole head, then pieces of the body */
};

static void
close_check(struct probe_http_check *check)
{
    check->tag = 0;
    check->step = STEP_DONE;
    if (check->tls != NULL)
        check->tls->transport->close(check->tls, true);
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
    if (check->result.outcome != PROBE_NONE)
        finish(check, check->result.outcome);
    else if (check->step == STEP_CONNECT)
        finish(check, PROBE_NOT_CONNECTED);
    else if (check->step == STEP_SHAKE_HANDS)
        finish(check, PROBE_NO_HANDSHAKE);
    else
        finish(check, check->is_answered ? PROBE_UNFINISHED : PROBE_TIMED_OUT);
}

static void
write_request(struct text *request, const struct probe_order *order)
{
    text_add_literal(request, "GET ");
    text_add_slice(request, order->path);
    text_add_literal(request, " HTTP/1.1\r\nHost: ");
    probe_write_host(request, order);
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

/* The connection is gone. */
static enum progress
lost(struct probe_http_check *check)
{
    return over(check, check->is_answered ? PROBE_CUT_SHORT : PROBE_CLOSED);
}

static enum progress
send_request(struct probe_http_check *check)
{
    struct slice rest =
        slice_make(check->request.at + check->sent, check->request.length - check->sent);
    ssize_t sent = stream_write(&check->stream, rest.at, rest.length);

    if (sent == STREAM_FAILED)
        return lost(check);
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
    size_t room = check->room - check->length;
    ssize_t got;

    if (room == 0) {
        *progress = over(check, PROBE_TOO_LARGE);
        return false;
    }
    if (check->reads++ == READS_A_TURN) {
        *progress = PROGRESS_WAIT;
        return false;
    }
    got = stream_read(&check->stream, check->buffer + check->length, room);
    if (got == STREAM_WAIT) {
        *progress = PROGRESS_WAIT;
        return false;
    }
    if (got == STREAM_FAILED) {
        *progress = lost(check);
        return false;
    }
    check->has_ended = got == 0;
    check->length += (size_t)got;
    check->is_answered = check->is_answered || got > 0;
    return true;
}

/* What was answered in place of a status line. */
static enum probe_outcome
name_stranger(const struct probe_http_check *check)
{
    /* RFC 8446 5.1: a record of type alert or handshake, version 3.x. */
    bool is_record = check->buffer[0] == 0x15 || check->buffer[0] == 0x16;

    return is_record && (check->length == 1 || check->buffer[1] == 3) ? PROBE_TLS
                                                                      : PROBE_NOT_HTTP;
}

/* Whether the answer begins as HTTP does, as far as it has come. */
static bool
is_http(const struct probe_http_check *check)
{
    static const char begin[] = "HTTP/";
    size_t length = check->length < sizeof(begin) - 1 ? check->length : sizeof(begin) - 1;

    return check->parser.has_start_line || memcmp(check->buffer, begin, length) == 0;
}

/* What is wrong with a head that the parser refuses. */
static enum probe_outcome
name_refusal(enum http_refusal refusal)
{
    static const enum http_refusal sizes[] = {
        HTTP_REFUSAL_LINE_TOO_LONG, HTTP_REFUSAL_FIELD_TOO_LARGE, HTTP_REFUSAL_HEAD_TOO_LARGE,
        HTTP_REFUSAL_TOO_MANY_FIELDS};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        if (refusal == sizes[i])
            return PROBE_TOO_LARGE;
    }
    return PROBE_MALFORMED;
}

/* Behind an interim response another head follows, which may be as large as the first. */
static enum progress
begin_next_head(struct probe_http_check *check)
{
    check->length -= check->parsed;
    memmove(check->buffer, check->buffer + check->parsed, check->length);
    check->parsed = 0;
    http1_parser_start_response(&check->parser, &check->head, &check->limits);
    return PROGRESS_NEXT;
}

/* What a complete head leads to: another head, a result, or the body. */
static enum progress
judge_head(struct probe_http_check *check)
{
    static const struct http_head request = {.method = {"GET", 3}};
    struct http_head *head = &check->head;

    if (response_judge(head, &request) != HTTP_REFUSAL_NONE)
        return over(check, PROBE_MALFORMED);
    if (response_is_interim(head))
        return begin_next_head(check);
    check->result.http_code = head->status;
    if (!http_codes_contain(&check->codes, head->status))
        return over(check, PROBE_WRONG_CODE);
    http1_body_start(&check->body, head->framing, head->content_length);
    check->body.is_lenient = true;
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
            return lost(check);
    }
    if (!is_http(check))
        return over(check, name_stranger(check));
    switch (http1_parser_feed(&check->parser, check->buffer + check->parsed,
                              check->length - check->parsed, &used)) {
    case HTTP1_MORE:
        check->parsed = check->length;
        return PROGRESS_NEXT;
    case HTTP1_HEAD_DONE:
        check->parsed += used;
        return judge_head(check);
    default:
        return over(check, name_refusal(check->parser.refusal));
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
        return over(check, PROBE_MALFORMED);
    check->length = 0;
    check->parsed = 0;
    if (!read_more(check, &progress))
        return progress;
    if (check->has_ended)
        return over(check,
                    http1_body_may_end_here(&check->body) ? PROBE_PASSED : PROBE_CUT_SHORT);
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
    check->reads = 0;
    while (steps[check->step](check) == PROGRESS_NEXT)
        continue;
}

/* 0, or why not; a new connection takes it at once. */
static int
send_proxy_header(struct probe_http_check *check)
{
    char header[PROXY_HEADER_WRITTEN_MAX];
    size_t length = proxy_header_write(header, NULL, NULL);

    return stream_write(&check->stream, header, length) == (ssize_t)length ? 0 : EPIPE;
}

static void
end_connect(struct probe_http_check *check)
{
    int error = stream_error(&check->stream);

    if (error == 0 && check->has_proxy_header)
        error = send_proxy_header(check);
    if (error != 0) {
        finish(check, probe_name_error(error));
        return;
    }
    if (!check->is_secure) {
        check->step = STEP_SEND;
        run(check);
        return;
    }
    check->step = STEP_SHAKE_HANDS;
    stream_want_writable(&check->stream, false);
    struct stream_session *session = check->tls;
    check->tls = NULL;
    stream_secure(&check->stream, session);
}

/* The connect has ended, or the rest of the request can go. */
static void
on_writable(void *owner)
{
    struct probe_http_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    if (check->step == STEP_CONNECT)
        end_connect(check);
    else
        run(check);
}

static void
on_ready(void *owner, bool has_failed)
{
    struct probe_http_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    if (has_failed) {
        finish(check, probe_name_handshake(check->stream.session));
        return;
    }
    check->step = STEP_SEND;
    run(check);
}

/* An answer, or a connection that failed or ended; bytes before the request count as well. */
static void
on_readable(void *owner)
{
    struct probe_http_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP_TAG);
    if (check->step == STEP_CONNECT)
        end_connect(check);
    else
        run(check);
}

static const struct stream_callbacks stream_callbacks = {
    .on_readable = on_readable, .on_writable = on_writable, .on_ready = on_ready};

/* A check that cannot begin is reported by its timer: on_done is never called inside start. */
static void
connect_target(struct probe_http_check *check, const struct probe_order *order)
{
    bool cannot_be = check->request.is_truncated || (order->is_secure && order->tls == NULL);
    int fd = cannot_be ? -1 : socket_connect(&order->dial);

    if (fd == -1) {
        check->result.outcome = cannot_be ? PROBE_INTERNAL_ERROR : probe_name_error(errno);
        timer_set(&check->timer, check->loop, 0);
        return;
    }
    timer_set(&check->timer, check->loop, order->timeout_ms);
    if (order->is_secure)
        check->tls = tls_connect(order->tls, fd);
    stream_open(&check->stream, check->loop, fd, &stream_callbacks, check);
    stream_want_writable(&check->stream, true);
}

static void *
start(struct loop *loop, const struct probe_order *order, probe_done *on_done, void *argument)
{
    size_t room = order->limits.response_head_bytes > BUFFER_BYTES_MIN
                      ? order->limits.response_head_bytes
                      : BUFFER_BYTES_MIN;
    struct probe_http_check *check = memory_take(1, sizeof(*check) + room);

    check->room = room;
    check->tag = PROBE_HTTP_TAG;
    check->loop = loop;
    check->on_done = on_done;
    check->argument = argument;
    check->begun_us = clock_us();
    check->codes = order->codes;
    check->limits = order->limits;
    check->is_secure = order->is_secure;
    check->has_proxy_header = order->has_proxy_header;
    check->request = text_over(check->request_bytes, sizeof(check->request_bytes));
    check->stream.fd = -1;
    write_request(&check->request, order);
    http1_parser_start_response(&check->parser, &check->head, &check->limits);
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
