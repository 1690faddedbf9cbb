/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's life: connecting, its turns, and the ways to its end. Whatever comes leads to
 * take_turn; what ends it otherwise (target_session_close) finds no exchange in it.
 */
#include "worker/exchange/target_manner.h"
#include "worker/http2/target_session.h"

#include <errno.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/socket.h"
#include "net/tls/tls_client.h"
#include "net/tls/tls_facts.h"
#include "worker/exchange/exchange_run.h"
#include "worker/http2/target_stream.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define TAG 0x7a53e550

/* Four records of TLS: answers come faster than they leave. */
#define READ_BYTES 65536

/* Rounds of a turn: what is ready then waits for others. */
#define ROUNDS_MAX 8

static void on_readable(void *owner);
static void on_writable(void *owner);
static void on_ready(void *owner, bool has_failed);

static const struct stream_callbacks callbacks = {
    .on_readable = on_readable, .on_writable = on_writable, .on_ready = on_ready};

struct target_session *
target_session_open(struct worker *worker, struct target_state *target,
                    struct target_manner *manner)
{
    int fd = socket_connect(&target->dial);

    if (fd == -1)
        return NULL;
    struct target_session *session = memory_take(1, sizeof(*session));
    *session = (struct target_session){.tag = TAG,
                                       .end = TARGET_SESSION_END_COUNT,
                                       .worker = worker,
                                       .target = target,
                                       .dialled = target->dial,
                                       .security_key = manner->key,
                                       .tls = target_manner_tls(manner, target, fd)};
    TAILQ_INIT(&session->streams);
    TAILQ_INIT(&session->ready);
    stream_open(&session->stream, worker->loop, fd, &callbacks, session);
    stream_want_writable(&session->stream, true);
    TAILQ_INSERT_TAIL(&target->sessions, session, entry);
    target->connection_count++;
    counter_add(&target->counters->connections_open, 1);
    WORKER_COUNT(worker, TARGET_CONNECTIONS);
    WORKER_COUNT(worker, TARGET_CONNECTIONS_ACTIVE);
    WORKER_COUNT(worker, HTTP2_TARGET_CONNECTIONS);
    WORKER_COUNT(worker, HTTP2_TARGET_CONNECTIONS_ACTIVE);
    return session;
}

static unsigned
limit(uint32_t told)
{
    return told < TARGET_SESSION_STREAMS_MAX ? told : TARGET_SESSION_STREAMS_MAX;
}

/* As it says itself, or the last one of this target did. */
static unsigned
most_streams(const struct target_session *session)
{
    if (session->state == TARGET_SESSION_OPEN)
        return limit(nghttp2_session_get_remote_settings(
            session->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
    return session->target->streams_told != 0 ? session->target->streams_told
                                              : TARGET_SESSION_STREAMS_MAX;
}

unsigned
target_session_room(const struct target_session *session)
{
    if (session->is_leaving || session->has_failed || session->state == TARGET_SESSION_CLOSED)
        return 0;
    unsigned most = most_streams(session);
    return most > session->stream_count ? most - session->stream_count : 0;
}

static void
count_end(struct target_session *session)
{
    struct worker *worker = session->worker;
    enum target_session_end end =
        session->end == TARGET_SESSION_END_COUNT ? TARGET_SESSION_END_CLOSED : session->end;

    if (session->error != 0)
        end = TARGET_SESSION_END_NOT_OPENED;
    counter_add(&worker->counters->values[COUNTER_HTTP2_TARGET_END_CLOSED + end], 1);
    WORKER_COUNT_MANY(worker, TARGET_CONNECTIONS_ACTIVE, -1);
    WORKER_COUNT_MANY(worker, HTTP2_TARGET_CONNECTIONS_ACTIVE, -1);
}

/* The socket's end. What it carried is told so; the memory goes with the last of it. */
static void
close_now(struct target_session *session)
{
    struct target_state *target = session->target;
    struct target_stream *stream, *next;

    CHECK_TAG(session, TAG);
    if (session->state == TARGET_SESSION_CLOSED)
        return;
    session->state = TARGET_SESSION_CLOSED;
    TAILQ_REMOVE(&target->sessions, session, entry);
    nghttp2_session_del(session->session);
    session->session = NULL;
    http2_output_drop(&session->output);
    if (session->tls != NULL)
        session->tls->transport->close(session->tls, true);
    session->tls = NULL;
    stream_close(&session->stream);
    target->connection_count--;
    if (target_state_owns_row(target))
        counter_add(&target->counters->connections_open, (uint64_t)-1);
    count_end(session);
    for (stream = TAILQ_FIRST(&session->streams); stream != NULL; stream = next) {
        next = TAILQ_NEXT(stream, entry);
        target_stream_closed(stream, NGHTTP2_INTERNAL_ERROR);
    }
    target_session_schedule(session);
}

void
target_session_close(struct target_session *session, enum target_session_end end)
{
    CHECK(session->users == 0);
    session->end = end;
    if (session->session != NULL) {
        nghttp2_session_terminate_session(session->session, NGHTTP2_NO_ERROR);
        http2_output_pump(&session->output, true);
    }
    close_now(session);
}

void
target_session_condemn(struct target_session *session, enum target_session_end end,
                       uint32_t error_code)
{
    session->end = end;
    session->is_leaving = true;
    session->is_condemned = true;
    nghttp2_session_terminate_session(session->session, error_code);
    target_session_schedule(session);
}

/* Each exchange that waits finds the error, and leaves. */
static void
fail_to_open(struct target_session *session, int error)
{
    struct target_stream *stream;

    session->error = error;
    close_now(session);
    while ((stream = TAILQ_FIRST(&session->streams)) != NULL) {
        exchange_on_connected(stream->link.exchange);
        CHECK(TAILQ_FIRST(&session->streams) != stream);
    }
}

static void
greet(struct target_session *session)
{
    struct worker *worker = session->worker;

    session->state = TARGET_SESSION_GREETS;
    session->limits = worker->view->settings->limits;
    session->limits.head_bytes = session->limits.response_head_bytes;
    session->limits.field_bytes = session->limits.response_head_bytes;
    session->idle_frames.since_ms = clock_ms();
    stream_want_writable(&session->stream, false);
    target_frames_open(session);
    session->output = (struct http2_output){.stream = &session->stream,
                                            .session = session->session,
                                            .pool = &worker->http2_output_pool};
    target_session_schedule(session);
}

/* The system has connected it, or has not. */
static void
end_connect(struct target_session *session)
{
    int error = stream_error(&session->stream);

    if (error != 0) {
        fail_to_open(session, error);
        return;
    }
    if (session->tls == NULL) {
        greet(session);
        return;
    }
    struct stream_session *tls = session->tls;
    session->tls = NULL;
    tls_offer_http2(tls);
    stream_want_writable(&session->stream, false);
    stream_secure(&session->stream, tls);
}

static void
on_ready(void *owner, bool has_failed)
{
    struct target_session *session = owner;
    struct tls_facts facts;

    CHECK_TAG(session, TAG);
    if (has_failed)
        WORKER_COUNT(session->worker, TARGET_TLS_ERRORS);
    if (has_failed || !tls_facts_of(session->stream.session, &facts) || !facts.is_http2)
        fail_to_open(session, EPROTO);
    else
        greet(session);
}

/* Another one to the same target, that is being opened; NULL: none can be. */
static struct target_session *
session_with_room(const struct target_session *session, const struct target_stream *stream,
                  struct target_session *other)
{
    struct target_manner manner;

    if (other != NULL && target_session_room(other) > 0)
        return other;
    if (stream->link.exchange == NULL || !target_manner_of(stream->link.exchange, &manner))
        return NULL;
    return target_session_open(session->worker, session->target, &manner);
}

/*
 * The target's SETTINGS have come: who waits begins, or as many as there is room for; the
 * others go to a session of their own.
 */
static void
admit_waiting(struct target_session *session)
{
    struct target_stream *stream, *next;
    struct target_session *other = NULL;
    unsigned most = limit(nghttp2_session_get_remote_settings(
        session->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
    unsigned admitted = 0;

    session->target->streams_told = most;
    session->state = TARGET_SESSION_OPEN;
    for (stream = TAILQ_FIRST(&session->streams); stream != NULL; stream = next) {
        next = TAILQ_NEXT(stream, entry);
        if (admitted >= most && most > 0 &&
            (other = session_with_room(session, stream, other)) != NULL) {
            target_stream_move(stream, other);
            continue;
        }
        admitted++;
        stream->is_connected = true;
        target_stream_wake(stream);
    }
    if (most > 0)
        return;
    session->error = EBUSY;
    session->is_leaving = true;
}

/* What was ready when it began; more comes in the next round. */
static void
serve_ready(struct target_session *session)
{
    struct target_stream *last = TAILQ_LAST(&session->ready, target_stream_list);
    struct target_stream *stream = NULL;

    while (stream != last && (stream = TAILQ_FIRST(&session->ready)) != NULL) {
        TAILQ_REMOVE(&session->ready, stream, ready_entry);
        stream->is_ready = false;
        target_stream_serve(stream);
    }
}

static void take_turn(struct target_session *session);

static void
on_place(void *argument)
{
    take_turn(argument);
}

static bool
is_over(const struct target_session *session)
{
    if (session->state == TARGET_SESSION_CLOSED)
        return false;
    if (session->has_failed || session->is_condemned)
        return true;
    return session->users == 0 && session->is_leaving;
}

static void
end(struct target_session *session)
{
    if (session->state == TARGET_SESSION_OPEN)
        close_now(session);
    else
        fail_to_open(session, EPROTO);
}

/* nghttp2 has ended it by itself: the target has broken a rule, and knows by now. */
static void
look_at_end(struct target_session *session)
{
    if (session->has_failed || session->is_leaving ||
        nghttp2_session_want_read(session->session) != 0)
        return;
    session->end = TARGET_SESSION_END_PROTOCOL;
    session->has_failed = true;
}

static void
write_out(struct target_session *session)
{
    if (session->session == NULL || session->has_failed)
        return;
    session->has_failed = !http2_output_pump(&session->output, true);
    look_at_end(session);
}

/* Exchanges and the socket in turns. */
static void
serve(struct target_session *session)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        serve_ready(session);
        write_out(session);
        if (TAILQ_EMPTY(&session->ready))
            return;
    }
    loop_place_take(&session->place, session->worker->loop, on_place, session);
}

static void
free_when_over(struct target_session *session)
{
    if (session->state != TARGET_SESSION_CLOSED || session->is_scheduled ||
        !TAILQ_EMPTY(&session->streams))
        return;
    loop_place_leave(&session->place, session->worker->loop);
    session->tag = 0;
    loop_free_later(session->worker->loop, session, NULL);
}

static void
take_turn(struct target_session *session)
{
    CHECK_TAG(session, TAG);
    session->has_turn = true;
    if (session->state == TARGET_SESSION_GREETS && session->has_settings)
        admit_waiting(session);
    serve(session);
    if (is_over(session))
        end(session);
    session->has_turn = false;
    if (session->state == TARGET_SESSION_CLOSED && !TAILQ_EMPTY(&session->ready))
        target_session_schedule(session);
    free_when_over(session);
}

static void
on_turn_end(void *argument)
{
    struct target_session *session = argument;

    CHECK_TAG(session, TAG);
    session->is_scheduled = false;
    take_turn(session);
}

void
target_session_schedule(struct target_session *session)
{
    if (session->is_scheduled || session->has_turn)
        return;
    session->is_scheduled = true;
    loop_call_later(session->worker->loop, on_turn_end, session);
}

void
target_session_left(struct target_session *session)
{
    if (session->users == 0)
        session->idle_since_ms = clock_ms();
    target_session_schedule(session);
}

/* The end that nghttp2's verdict on its bytes stands for. */
static void
note_error(struct target_session *session, ssize_t error)
{
    bool is_flood = error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;

    if (session->end == TARGET_SESSION_END_COUNT)
        session->end = is_flood ? TARGET_SESSION_END_FLOOD : TARGET_SESSION_END_PROTOCOL;
    session->has_failed = true;
}

static void
read_once(struct target_session *session)
{
    struct worker *worker = session->worker;
    ssize_t got = stream_read(&session->stream, worker->scratch, READ_BYTES);

    if (got == STREAM_WAIT)
        return;
    if (got <= 0) {
        session->has_failed = true;
        return;
    }
    ssize_t used = target_frames_receive(session, worker->scratch, (size_t)got);
    if (used < 0)
        note_error(session, used);
}

static void
on_readable(void *owner)
{
    struct target_session *session = owner;

    CHECK_TAG(session, TAG);
    if (session->state == TARGET_SESSION_CONNECTS) {
        end_connect(session);
        return;
    }
    session->has_turn = true; /* which takes what comes now */
    read_once(session);
    take_turn(session);
}

static void
on_writable(void *owner)
{
    struct target_session *session = owner;

    CHECK_TAG(session, TAG);
    if (session->state == TARGET_SESSION_CONNECTS)
        end_connect(session);
    else
        take_turn(session);
}
