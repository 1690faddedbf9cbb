/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A health check in HTTP/2, on a connection of its own: a GET as of probe_http.c, or a unary
 * call of gRPC whose status comes in trailers, or in a head that is all there is. nghttp2's
 * callbacks note what came; judge_answer says what it is when the stream has ended.
 */
#include "observer/probe.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/http2_head.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/tls/tls_client.h"
#include "net/tls/tls_facts.h"

#define PROBE_HTTP2_TAG 0x70726f32u

enum {
    READ_BYTES = 16384,
    READS_A_TURN = 16,
    TEXT_BYTES = 1536, /* a path is at most 1024 bytes, a host 255 */
    GRPC_CODE_MAX = 99,
};

enum step { STEP_CONNECT, STEP_SHAKE_HANDS, STEP_ANSWER };

/* Owned by itself from start to its one result; its memory goes at the end of that turn. */
struct probe_http2_check {
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
    struct http_codes codes;
    struct config_limits limits;
    bool is_grpc;
    nghttp2_session *session;
    const uint8_t *rest; /* of a frame, not written yet */
    size_t rest_length;
    struct http2_head fields; /* counted only */
    unsigned status;          /* the last head's */
    unsigned grpc_status;
    bool has_grpc_status;
    bool has_bytes;    /* something came */
    bool is_answered;  /* a frame of the answer came */
    bool is_greeted;   /* the target's SETTINGS came */
    bool is_over;      /* the stream is closed */
    bool is_malformed; /* by a fault */
    struct slice path, host;
    char text[TEXT_BYTES];
};

static void
close_check(struct probe_http2_check *check)
{
    check->tag = 0;
    nghttp2_session_del(check->session);
    check->session = NULL;
    http2_head_free(&check->fields);
    if (check->tls != NULL)
        check->tls->transport->close(check->tls, true);
    stream_close(&check->stream);
    timer_close(&check->timer, check->loop);
    loop_free_later(check->loop, check, NULL);
}

static void
finish(struct probe_http2_check *check, enum probe_outcome outcome)
{
    check->result.outcome = outcome;
    check->result.latency_us = clock_us() - check->begun_us;
    close_check(check);
    check->on_done(check->argument, &check->result);
}

static void
on_time(void *argument)
{
    struct probe_http2_check *check = argument;

    CHECK_TAG(check, PROBE_HTTP2_TAG);
    if (check->result.outcome != PROBE_NONE)
        finish(check, check->result.outcome);
    else if (check->step == STEP_CONNECT)
        finish(check, PROBE_NOT_CONNECTED);
    else if (check->step == STEP_SHAKE_HANDS)
        finish(check, PROBE_NO_HANDSHAKE);
    else
        finish(check, check->is_answered ? PROBE_UNFINISHED : PROBE_TIMED_OUT);
}

/* The connection is gone. */
static enum probe_outcome
name_loss(const struct probe_http2_check *check)
{
    if (check->has_bytes && !check->is_greeted)
        return PROBE_NOT_HTTP2;
    return check->is_answered ? PROBE_CUT_SHORT : PROBE_CLOSED;
}

static enum probe_outcome
judge_answer(struct probe_http2_check *check)
{
    if (check->fields.refusal != HTTP_REFUSAL_NONE)
        return PROBE_TOO_LARGE;
    if (check->is_malformed)
        return check->is_answered ? PROBE_MALFORMED : PROBE_CLOSED;
    check->result.http_code = check->status;
    if (check->is_grpc && check->status != 200)
        return PROBE_WRONG_CODE;
    if (check->is_grpc && !check->has_grpc_status)
        return PROBE_NO_GRPC_STATUS;
    if (check->is_grpc)
        check->result.http_code = check->grpc_status;
    return http_codes_contain(&check->codes, check->result.http_code) ? PROBE_PASSED
                                                                      : PROBE_WRONG_CODE;
}

static void
note_number(struct slice value, uint64_t most, unsigned *number, bool *is_there)
{
    uint64_t found = 0;

    *is_there = slice_to_number(value, most, &found);
    *number = (unsigned)found;
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
static int
on_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
         size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
         void *argument)
{
    struct probe_http2_check *check = argument;
    struct slice field = slice_make((const char *)name, name_length);
    struct slice content = slice_make((const char *)value, value_length);
    bool is_number = true;

    (void)session;
    (void)frame;
    (void)flags;
    check->is_answered = true;
    http2_head_count(&check->fields, &check->limits, field, content);
    if (check->fields.refusal != HTTP_REFUSAL_NONE)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (slice_equal(field, SLICE_LITERAL(":status")))
        note_number(content, 999, &check->status, &is_number);
    else if (slice_equal(field, SLICE_LITERAL("grpc-status")))
        note_number(content, GRPC_CODE_MAX, &check->grpc_status, &check->has_grpc_status);
    return 0;
}

static ssize_t
on_message(nghttp2_session *session, int32_t id, uint8_t *bytes, size_t length, uint32_t *flags,
           nghttp2_data_source *source, void *argument)
{
    enum { EMPTY_MESSAGE_BYTES = 5 }; /* not compressed, and 0 bytes long */

    (void)session;
    (void)id;
    (void)source;
    (void)argument;
    CHECK(length >= EMPTY_MESSAGE_BYTES);
    memset(bytes, 0, EMPTY_MESSAGE_BYTES);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return EMPTY_MESSAGE_BYTES;
}

/* NOLINTEND(readability-function-size) */

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct probe_http2_check *check = argument;

    (void)session;
    check->is_greeted |= frame->hd.type == NGHTTP2_SETTINGS;
    return 0;
}

static int
on_closed(nghttp2_session *session, int32_t id, uint32_t error_code, void *argument)
{
    struct probe_http2_check *check = argument;

    (void)session;
    (void)id;
    check->is_over = true;
    check->is_malformed = error_code != NGHTTP2_NO_ERROR;
    return 0;
}

static nghttp2_session_callbacks *
callbacks(void)
{
    static nghttp2_session_callbacks *all;

    if (all != NULL)
        return all;
    CHECK(nghttp2_session_callbacks_new(&all) == 0);
    nghttp2_session_callbacks_set_on_header_callback(all, on_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(all, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(all, on_closed);
    return all;
}

/* False: the connection has failed. */
static bool
write_out(struct probe_http2_check *check)
{
    for (;;) {
        if (check->rest_length == 0) {
            ssize_t length = nghttp2_session_mem_send(check->session, &check->rest);
            if (length < 0)
                return false;
            if (length == 0)
                break;
            check->rest_length = (size_t)length;
        }
        ssize_t sent = stream_write(&check->stream, check->rest, check->rest_length);
        if (sent == STREAM_FAILED)
            return false;
        if (sent <= 0)
            break;
        check->rest += sent;
        check->rest_length -= (size_t)sent;
    }
    stream_want_writable(&check->stream, check->rest_length > 0);
    return true;
}

static nghttp2_nv
pair(struct slice name, struct slice value)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name.at, (uint8_t *)(uintptr_t)value.at,
                        name.length, value.length, NGHTTP2_NV_FLAG_NONE};
}

static void
submit_request(struct probe_http2_check *check)
{
    const nghttp2_nv pairs[] = {
        pair(SLICE_LITERAL(":method"),
             check->is_grpc ? SLICE_LITERAL("POST") : SLICE_LITERAL("GET")),
        pair(SLICE_LITERAL(":scheme"),
             check->is_secure ? SLICE_LITERAL("https") : SLICE_LITERAL("http")),
        pair(SLICE_LITERAL(":authority"), check->host),
        pair(SLICE_LITERAL(":path"), check->path),
        pair(SLICE_LITERAL("user-agent"), SLICE_LITERAL("fairlead-HealthChecker/1.0")),
        pair(SLICE_LITERAL("te"), SLICE_LITERAL("trailers")),
        pair(SLICE_LITERAL("content-type"), SLICE_LITERAL("application/grpc")),
    };
    const size_t of_grpc = 2, count = sizeof(pairs) / sizeof(pairs[0]);
    const nghttp2_data_provider message = {.read_callback = on_message};

    nghttp2_submit_request(check->session, NULL, pairs,
                           check->is_grpc ? count : count - of_grpc,
                           check->is_grpc ? &message : NULL, NULL);
}

static void
begin(struct probe_http2_check *check)
{
    const nghttp2_settings_entry entries[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};

    check->step = STEP_ANSWER;
    CHECK(nghttp2_session_client_new(&check->session, callbacks(), check) == 0);
    CHECK(nghttp2_submit_settings(check->session, NGHTTP2_FLAG_NONE, entries, 1) == 0);
    submit_request(check);
    if (!write_out(check))
        finish(check, PROBE_CLOSED);
}

/* False: it is over. */
static bool
read_once(struct probe_http2_check *check, bool *waits)
{
    char bytes[READ_BYTES];
    ssize_t got = stream_read(&check->stream, bytes, sizeof(bytes));

    *waits = got == STREAM_WAIT;
    if (*waits)
        return true;
    if (got <= 0) {
        finish(check, name_loss(check));
        return false;
    }
    check->has_bytes = true;
    /* nghttp2 wants no more where it has said goodbye because of a fault. */
    if (nghttp2_session_mem_recv(check->session, (const uint8_t *)bytes, (size_t)got) < 0 ||
        !write_out(check) ||
        (!check->is_over && nghttp2_session_want_read(check->session) == 0)) {
        finish(check, check->is_greeted ? PROBE_MALFORMED : PROBE_NOT_HTTP2);
        return false;
    }
    if (!check->is_over)
        return true;
    finish(check, judge_answer(check));
    return false;
}

static void
run(struct probe_http2_check *check)
{
    bool waits = false;

    for (unsigned reads = 0; reads < READS_A_TURN && !waits; reads++)
        if (!read_once(check, &waits))
            return;
}

static void
end_connect(struct probe_http2_check *check)
{
    int error = stream_error(&check->stream);

    if (error != 0) {
        finish(check, probe_name_error(error));
        return;
    }
    if (!check->is_secure) {
        begin(check);
        return;
    }
    check->step = STEP_SHAKE_HANDS;
    stream_want_writable(&check->stream, false);
    struct stream_session *session = check->tls;
    check->tls = NULL;
    tls_offer_http2(session);
    stream_secure(&check->stream, session);
}

static void
on_writable(void *owner)
{
    struct probe_http2_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP2_TAG);
    if (check->step == STEP_CONNECT)
        end_connect(check);
    else if (!write_out(check))
        finish(check, name_loss(check));
}

static void
on_ready(void *owner, bool has_failed)
{
    struct probe_http2_check *check = owner;
    struct tls_facts facts;

    CHECK_TAG(check, PROBE_HTTP2_TAG);
    if (has_failed)
        finish(check, probe_name_handshake(check->stream.session));
    else if (!tls_facts_of(check->stream.session, &facts) || !facts.is_http2)
        finish(check, PROBE_NOT_HTTP2);
    else
        begin(check);
}

static void
on_readable(void *owner)
{
    struct probe_http2_check *check = owner;

    CHECK_TAG(check, PROBE_HTTP2_TAG);
    if (check->step == STEP_CONNECT)
        end_connect(check);
    else
        run(check);
}

static const struct stream_callbacks stream_callbacks = {
    .on_readable = on_readable, .on_writable = on_writable, .on_ready = on_ready};

/* A check that cannot begin is reported by its timer: on_done is never called inside start. */
static void
connect_target(struct probe_http2_check *check, const struct probe_order *order)
{
    bool cannot_be = order->is_secure && order->tls == NULL;
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

static void
keep_texts(struct probe_http2_check *check, const struct probe_order *order)
{
    struct text text = text_over(check->text, sizeof(check->text));

    text_add_slice(&text, order->path);
    check->path = text_slice(&text);
    probe_write_host(&text, order);
    check->host =
        slice_make(check->path.at + check->path.length, text.length - check->path.length);
}

static void *
start(struct loop *loop, const struct probe_order *order, probe_done *on_done, void *argument)
{
    struct probe_http2_check *check = memory_take(1, sizeof(*check));

    check->tag = PROBE_HTTP2_TAG;
    check->loop = loop;
    check->on_done = on_done;
    check->argument = argument;
    check->begun_us = clock_us();
    check->codes = order->codes;
    check->is_grpc = order->is_grpc;
    check->limits = order->limits;
    check->limits.head_bytes = order->limits.response_head_bytes;
    check->limits.field_bytes = order->limits.response_head_bytes;
    check->is_secure = order->is_secure;
    check->stream.fd = -1;
    http2_head_init(&check->fields);
    keep_texts(check, order);
    timer_init(&check->timer, on_time, check);
    connect_target(check, order);
    return check;
}

static void
cancel(void *probe)
{
    CHECK_TAG((struct probe_http2_check *)probe, PROBE_HTTP2_TAG);
    close_check(probe);
}

const struct probe_kind probe_http2 = {start, cancel};
