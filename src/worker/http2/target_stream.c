/* SPDX-License-Identifier: Apache-2.0 */
/* A stream's life, and finding a session for it: the pool's half of target_link.h. What goes
 * and comes on it is in target_stream_codec.c. */
#include "worker/exchange/target_manner.h"
#include "worker/http2/target_stream.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "http/request_judge.h"
#include "worker/exchange/exchange_run.h"
#include "worker/http2/target_stream_codec.h"
#include "worker/shared/context.h"

#define TAG 0x7a57e3a1

/* As for HTTP/1: a session idle for longer is looked at before a request that cannot be
 * replayed. */
#define LOOK_BEFORE_USE_MS 20

static struct target_link *
begin(struct target_session *session, struct exchange *exchange)
{
    struct target_stream *stream = object_pool_take(&session->worker->target_stream_pool);

    memset(stream, 0, offsetof(struct target_stream, trailer_count));
    stream->tag = TAG;
    stream->session = session;
    stream->link = (struct target_link){.kind = &target_stream_link,
                                        .worker = session->worker,
                                        .target = session->target,
                                        .exchange = exchange,
                                        .is_reused = session->is_used};
    http2_head_init(&stream->trailer_count);
    TAILQ_INIT(&stream->answers);
    TAILQ_INSERT_TAIL(&session->streams, stream, entry);
    TAILQ_INSERT_HEAD(&session->target->busy, &stream->link, entry);
    session->stream_count++;
    session->users++;
    return &stream->link;
}

static void
release(void *memory)
{
    struct target_stream *stream = memory;

    object_pool_give_back(&stream->link.worker->target_stream_pool, stream);
}

static void
leave_session(struct target_stream *stream)
{
    struct target_session *session = stream->session;

    if (stream->is_ready)
        TAILQ_REMOVE(&session->ready, stream, ready_entry);
    stream->is_ready = false;
    TAILQ_REMOVE(&session->streams, stream, entry);
    if (!stream->is_closed)
        session->stream_count--;
}

static void
free_stream(struct target_stream *stream)
{
    struct target_session *session = stream->session;

    CHECK_TAG(stream, TAG);
    leave_session(stream);
    target_stream_reset(stream);
    stream->tag = 0;
    loop_free_later(stream->link.worker->loop, stream, release);
    target_session_left(session);
}

/* Who waits for a connect is no stream yet. */
void
target_stream_move(struct target_stream *stream, struct target_session *session)
{
    leave_session(stream);
    stream->session->users--;
    stream->session = session;
    TAILQ_INSERT_TAIL(&session->streams, stream, entry);
    session->stream_count++;
    session->users++;
}

void
target_stream_wake(struct target_stream *stream)
{
    if (!stream->is_ready) {
        stream->is_ready = true;
        TAILQ_INSERT_TAIL(&stream->session->ready, stream, ready_entry);
    }
    target_session_schedule(stream->session);
}

void
target_stream_closed(struct target_stream *stream, uint32_t error_code)
{
    struct target_session *session = stream->session;

    if (stream->is_closed)
        return;
    stream->is_closed = true;
    stream->is_unprocessed = error_code == NGHTTP2_REFUSED_STREAM;
    session->stream_count--;
    if (session->session != NULL && stream->id != 0)
        nghttp2_session_set_stream_user_data(session->session, stream->id, NULL);
    target_stream_wake(stream);
}

void
target_stream_taken(struct target_stream *stream, size_t length, bool is_complete)
{
    if (http2_payload_taken(&stream->output, length, is_complete) && stream->link.is_blocked) {
        stream->is_writable = true;
        target_stream_wake(stream);
    }
}

static bool
has_answer(const struct target_stream *stream)
{
    const struct target_answer *first = TAILQ_FIRST(&stream->answers);

    return (first != NULL && first->is_complete) || http2_intake_length(&stream->input) > 0 ||
           stream->has_end || stream->is_closed || stream->is_malformed;
}

void
target_stream_serve(struct target_stream *stream)
{
    struct target_link *link = &stream->link;

    CHECK_TAG(stream, TAG);
    if (link->exchange == NULL) {
        if (stream->is_closed)
            free_stream(stream);
        return;
    }
    if (stream->is_connected) {
        stream->is_connected = false;
        exchange_on_connected(link->exchange);
        return;
    }
    if (stream->id == 0)
        return; /* it waits */
    if (stream->is_writable) {
        stream->is_writable = false;
        link->is_blocked = http2_payload_waits(&stream->output);
        exchange_on_target_writable(link->exchange, false);
    }
    if (link->exchange != NULL && !link->is_paused && has_answer(stream))
        exchange_on_target_readable(link->exchange);
}

/*
 * What must not be sent twice should not meet a connection that its target has left in the
 * meantime. While others use it, its end would have been seen.
 */
static bool
is_good_for(const struct target_session *session, const struct exchange *exchange)
{
    return session->users > 0 || clock_ms() - session->idle_since_ms <= LOOK_BEFORE_USE_MS ||
           request_is_idempotent(&exchange->request) || stream_is_quiet(&session->stream);
}

/* A body would wait behind others that their programs do not read. */
static bool
is_stuffed(const struct target_session *session, const struct exchange *exchange)
{
    return exchange->request_state < REQUEST_READ &&
           nghttp2_session_get_remote_window_size(session->session) <= 0;
}

static struct target_link *
take(struct target_state *target, struct exchange *exchange)
{
    struct target_session *session;
    struct target_manner manner;

    if (!target_manner_of(exchange, &manner))
        return NULL;
    TAILQ_FOREACH (session, &target->sessions, entry) {
        if (session->state != TARGET_SESSION_OPEN || target_session_room(session) == 0 ||
            session->security_key != manner.key ||
            !address_equal(&session->dialled, &target->dial) || is_stuffed(session, exchange) ||
            !is_good_for(session, exchange))
            continue;
        return begin(session, exchange);
    }
    return NULL;
}

/* A connect under way takes others along. */
static struct target_link *
open_new(struct target_state *target, struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    struct target_session *session;
    struct target_manner manner;

    if (!target_manner_of(exchange, &manner)) {
        errno = EPROTO;
        return NULL;
    }
    TAILQ_FOREACH (session, &target->sessions, entry) {
        if (session->state < TARGET_SESSION_OPEN && session->security_key == manner.key &&
            address_equal(&session->dialled, &target->dial) && target_session_room(session) > 0)
            return begin(session, exchange);
    }
    session = target_session_open(worker, target, &manner);
    return session == NULL ? NULL : begin(session, exchange);
}

static int
connect_error(struct target_link *link)
{
    return target_stream_of(link)->session->error;
}

/* For nghttp2 as well: what still comes is nobody's. */
static void
abandon(struct target_stream *stream)
{
    struct target_session *session = stream->session;
    bool is_done = stream->has_end && stream->output.is_complete;

    if (!is_done)
        nghttp2_submit_rst_stream(session->session, NGHTTP2_FLAG_NONE, stream->id,
                                  stream->has_end ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL);
    size_t rest = http2_intake_length(&stream->input);
    if (rest > 0)
        nghttp2_session_consume_stream(session->session, stream->id, rest);
    http2_intake_drop(&stream->input, rest);
}

static void
give_back(struct target_link *link, enum target_link_outcome outcome)
{
    struct target_stream *stream = target_stream_of(link);
    struct target_session *session = stream->session;
    struct target_state *target = link->target;

    (void)outcome;
    CHECK_TAG(stream, TAG);
    TAILQ_REMOVE(&target->busy, link, entry);
    link->exchange = NULL;
    session->users--;
    if (stream->id == 0 || stream->is_closed) {
        free_stream(stream);
    } else {
        abandon(stream);
        target_session_left(session);
    }
    if (target->link_kind != &target_stream_link && session->users == 0)
        session->is_leaving = true;
    if (session->users == 0 && session->state < TARGET_SESSION_OPEN)
        target_session_close(session, TARGET_SESSION_END_NOT_OPENED);
}

static void
pause_reading(struct target_link *link, bool is_paused)
{
    if (!is_paused)
        target_stream_wake(target_stream_of(link));
}

static bool
was_reset(struct target_link *link)
{
    const struct target_session *session = target_stream_of(link)->session;

    return session->state != TARGET_SESSION_CLOSED && stream_was_reset(&session->stream);
}

/* A login that is a connection's cannot be one of a stream: it is nobody's here. */
static bool
resume(struct target_link *link, struct exchange *exchange)
{
    (void)link;
    (void)exchange;
    return false;
}

static void
drop(struct target_link *link)
{
    (void)link;
}

static struct stream *
plain_stream(struct target_link *link)
{
    (void)link;
    return NULL;
}

static uint64_t
counted(struct target_link *link)
{
    (void)link;
    return 0;
}

static void
skip(struct target_link *link, uint64_t bytes)
{
    (void)link;
    (void)bytes;
}

static void
close_unused(struct target_state *target, uint64_t idle_ms, enum target_session_end end)
{
    struct target_session *session, *next;

    for (session = TAILQ_FIRST(&target->sessions); session != NULL; session = next) {
        next = TAILQ_NEXT(session, entry);
        if (session->users == 0 && clock_ms() - session->idle_since_ms >= idle_ms)
            target_session_close(session, end);
    }
}

static void
close_idle(struct target_state *target)
{
    close_unused(target, 0, TARGET_SESSION_END_UNUSED);
}

static void
expire_idle(struct target_state *target)
{
    close_unused(target, target->keep_alive_ms, TARGET_SESSION_END_IDLE);
}

static void
close_pinned(struct target_state *target)
{
    (void)target;
}

const struct target_link_kind target_stream_link = {
    .take = take,
    .resume = resume,
    .drop = drop,
    .open = open_new,
    .connect_error = connect_error,
    .send_request = target_stream_send_request,
    .send_body = target_stream_send_body,
    .read = target_stream_read,
    .forget_head = target_stream_forget_head,
    .pause = pause_reading,
    .was_reset = was_reset,
    .give_back = give_back,
    .stream = plain_stream,
    .counted = counted,
    .skip = skip,
    .close_idle = close_idle,
    .close_pinned = close_pinned,
    .expire_idle = expire_idle,
};
