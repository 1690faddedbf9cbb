/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's life: reading, its turns, its timer, and the ways to its end. Whatever comes
 * (bytes, room to write, an exchange that has something to send) leads to take_turn, and
 * nothing but take_turn closes it.
 */
#include "worker/http2/connection.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/tls/tls_facts.h"
#include "worker/exchange/exchange_run.h"
#include "worker/http2/stream.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/listener.h"
#include "worker/listeners/newcomer.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define TAG 0x42f2c0de

/* One record of TLS. */
#define READ_BYTES 16384

/* Of an answer's body, so much is read from a target at once. */
#define ANSWER_BYTES 65536

/* Rounds of a turn: what is ready then waits for others. */
#define ROUNDS_MAX 8

/* The client's answer to the first step of a goodbye (RFC 9113 6.8: a round trip). */
#define NOTICE_MS 1000

/* As for HTTP/1: a reset because of unread bytes could destroy what is on its way. */
#define LINGER_MS 1000

static void on_readable(void *owner);
static void on_writable(void *owner);
static void on_time(void *argument);

static const struct stream_callbacks stream_callbacks = {.on_readable = on_readable,
                                                         .on_writable = on_writable};

static void
fill_model(struct http2_connection *connection, struct worker *worker,
           struct listener *listener, const struct newcomer *newcomer)
{
    connection->model = (struct carrier){.kind = &http2_stream_carrier,
                                         .worker = worker,
                                         .listener = listener,
                                         .id = newcomer->id,
                                         .address = newcomer->client,
                                         .opened_s = (uint32_t)(clock_ms() / 1000),
                                         .is_secure = newcomer->session != NULL,
                                         .is_http2 = true,
                                         .answer_bytes = ANSWER_BYTES};
    carrier_note_destination(&connection->model, &newcomer->destination);
}

void
http2_accept(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    struct http2_connection *connection = memory_take(1, sizeof(*connection));

    connection->tag = TAG;
    connection->end = HTTP2_END_COUNT;
    connection->is_limited = newcomer->is_limited;
    connection->scan.rest = HTTP2_PREFACE_BYTES;
    connection->resets.since_ms = connection->idle_frames.since_ms = clock_ms();
    fill_model(connection, worker, listener, newcomer);
    TAILQ_INIT(&connection->streams);
    TAILQ_INIT(&connection->ready);
    listener_pin(listener);
    timer_init(&connection->timer, on_time, connection);
    stream_open(&connection->stream, worker->loop, newcomer->fd, &stream_callbacks, connection);
    if (newcomer->session != NULL)
        stream_adopt(&connection->stream, newcomer->session);
    http2_frames_open(connection);
    connection->output = (struct http2_output){.stream = &connection->stream,
                                               .session = connection->session,
                                               .pool = &worker->http2_output_pool};
    TAILQ_INSERT_TAIL(&worker->http2_connections, connection, entry);
    worker->client_count++;
    WORKER_COUNT(worker, CLIENT_CONNECTIONS);
    WORKER_COUNT(worker, CLIENT_CONNECTIONS_ACTIVE);
    WORKER_COUNT(worker, HTTP2_CONNECTIONS);
    WORKER_COUNT(worker, HTTP2_CONNECTIONS_ACTIVE);
    http2_connection_schedule(connection);
}

static void
count_end(struct http2_connection *connection)
{
    struct worker *worker = connection->model.worker;
    enum http2_end end =
        connection->end == HTTP2_END_COUNT ? HTTP2_END_CLOSED : connection->end;

    counter_add(&worker->counters->values[COUNTER_HTTP2_END_CLOSED + end], 1);
    WORKER_COUNT_MANY(worker, CLIENT_CONNECTIONS_ACTIVE, -1);
    WORKER_COUNT_MANY(worker, HTTP2_CONNECTIONS_ACTIVE, -1);
}

/* Its exchanges end as when a client goes. */
static void
drop_streams(struct http2_connection *connection)
{
    struct http2_stream *stream;

    connection->is_closing = true;
    while ((stream = TAILQ_FIRST(&connection->streams)) != NULL) {
        if (stream->carrier.exchange != NULL)
            exchange_on_client_end(stream->carrier.exchange, true);
        http2_stream_free(stream);
    }
}

static void
close_now(struct http2_connection *connection)
{
    struct worker *worker = connection->model.worker;

    CHECK_TAG(connection, TAG);
    drop_streams(connection);
    nghttp2_session_del(connection->session);
    connection->session = NULL;
    http2_output_drop(&connection->output);
    carrier_drop_extras(&connection->model);
    stream_close(&connection->stream);
    timer_close(&connection->timer, worker->loop);
    loop_place_leave(&connection->place, worker->loop);
    TAILQ_REMOVE(&worker->http2_connections, connection, entry);
    worker->client_count--;
    count_end(connection);
    if (connection->is_limited)
        client_limits_release(worker, &connection->model.address);
    listener_unpin(worker, &connection->model.listener);
    listener_resume_all(worker);
    connection->tag = 0;
    loop_free_later(worker->loop, connection, NULL);
    worker_stop_if_idle(worker);
}

void
http2_connection_condemn(struct http2_connection *connection, enum http2_end end,
                         uint32_t error_code)
{
    if (connection->end == HTTP2_END_COUNT || connection->is_leaving)
        connection->end = end;
    connection->is_leaving = true;
    connection->has_left = true;
    connection->is_condemned = true;
    nghttp2_session_terminate_session(connection->session, error_code);
    http2_connection_schedule(connection);
}

static void
set_timer(struct http2_connection *connection, enum http2_wait wait, uint64_t ms)
{
    connection->wait = wait;
    timer_set(&connection->timer, connection->model.worker->loop, ms);
}

static void
stop_timer(struct http2_connection *connection)
{
    connection->wait = HTTP2_WAIT_NOTHING;
    timer_stop(&connection->timer);
}

void
http2_connection_leave(struct http2_connection *connection, enum http2_end end)
{
    if (connection->is_leaving || connection->is_closing)
        return;
    connection->is_leaving = true;
    connection->end = end;
    nghttp2_submit_shutdown_notice(connection->session);
    set_timer(connection, HTTP2_WAIT_NOTICE, NOTICE_MS);
    http2_connection_schedule(connection);
}

void
http2_connection_noticed(struct http2_connection *connection)
{
    if (!connection->is_leaving || connection->has_left)
        return;
    connection->has_left = true;
    stop_timer(connection);
    nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(connection->session),
                          NGHTTP2_NO_ERROR, NULL, 0);
    http2_connection_schedule(connection);
}

/* Everything is said; who has not heard it yet gets the time to. */
static void
linger(struct http2_connection *connection)
{
    drop_streams(connection);
    if (connection->has_eof || stream_is_quiet(&connection->stream)) {
        close_now(connection);
        return;
    }
    stream_finish_writing(&connection->stream);
    stream_resume_reading(&connection->stream);
    set_timer(connection, HTTP2_WAIT_END, LINGER_MS);
}

static void
update_timer(struct http2_connection *connection)
{
    const struct config_timeouts *timeouts =
        &listener_balancer(connection->model.listener, connection->model.worker->view)
             ->timeouts;

    if (connection->wait == HTTP2_WAIT_NOTICE)
        return;
    if (connection->reads_head && connection->wait != HTTP2_WAIT_HEAD)
        set_timer(connection, HTTP2_WAIT_HEAD, timeouts->client_head_ms);
    else if (connection->reads_head)
        return;
    else if (connection->exchanges == 0 && connection->wait != HTTP2_WAIT_REQUEST)
        set_timer(connection, HTTP2_WAIT_REQUEST, timeouts->client_idle_ms);
    else if (connection->exchanges > 0 && connection->wait != HTTP2_WAIT_NOTHING)
        stop_timer(connection);
}

/* What was ready when it began; more comes in the next round. */
static void
serve_ready(struct http2_connection *connection)
{
    struct http2_stream *last = TAILQ_LAST(&connection->ready, http2_stream_list);
    struct http2_stream *stream = NULL;

    while (stream != last && (stream = TAILQ_FIRST(&connection->ready)) != NULL) {
        TAILQ_REMOVE(&connection->ready, stream, ready_entry);
        stream->is_ready = false;
        http2_stream_serve(stream);
    }
}

static bool
is_over(const struct http2_connection *connection)
{
    return !nghttp2_session_want_read(connection->session) &&
           !nghttp2_session_want_write(connection->session) && connection->output.bytes == NULL;
}

static void take_turn(struct http2_connection *connection);

static void
on_place(void *argument)
{
    take_turn(argument);
}

/* Exchanges and the socket in turns; a socket that is full ends it. */
static bool
serve(struct http2_connection *connection)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        serve_ready(connection);
        if (!http2_output_pump(&connection->output, true))
            return false;
        if (TAILQ_EMPTY(&connection->ready))
            return true;
    }
    loop_place_take(&connection->place, connection->model.worker->loop, on_place, connection);
    return true;
}

static void
take_turn(struct http2_connection *connection)
{
    CHECK_TAG(connection, TAG);
    if (connection->is_closing)
        return;
    connection->is_scheduled = true; /* what is woken now is served now */
    bool goes_on = connection->is_condemned ? http2_output_pump(&connection->output, true)
                                            : serve(connection);
    connection->is_scheduled = false;
    if (!goes_on || connection->has_eof)
        close_now(connection);
    else if (connection->is_condemned || is_over(connection))
        linger(connection);
    else
        update_timer(connection);
}

static void
on_turn_end(void *argument)
{
    struct http2_connection *connection = argument;

    if (connection->tag != TAG) /* its memory goes right behind this call */
        return;
    connection->is_scheduled = false;
    take_turn(connection);
}

void
http2_connection_schedule(struct http2_connection *connection)
{
    if (connection->is_scheduled || connection->is_closing)
        return;
    connection->is_scheduled = true;
    loop_call_later(connection->model.worker->loop, on_turn_end, connection);
}

/* The end that nghttp2's verdict on its bytes stands for. */
static void
note_error(struct http2_connection *connection, ssize_t error)
{
    bool is_flood = error == NGHTTP2_ERR_FLOODED || error == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;

    if (connection->end == HTTP2_END_COUNT)
        connection->end = is_flood ? HTTP2_END_FLOOD : HTTP2_END_PROTOCOL;
}

static void
discard(struct http2_connection *connection)
{
    struct worker *worker = connection->model.worker;
    ssize_t got = stream_read(&connection->stream, worker->scratch, SCRATCH_BYTES);

    if (got == 0 || got == STREAM_FAILED)
        close_now(connection);
}

static void
on_readable(void *owner)
{
    struct http2_connection *connection = owner;
    struct worker *worker = connection->model.worker;

    CHECK_TAG(connection, TAG);
    if (connection->is_closing) {
        discard(connection);
        return;
    }
    ssize_t got = stream_read(&connection->stream, worker->scratch, READ_BYTES);
    if (got == STREAM_WAIT)
        return;
    if (got <= 0) {
        connection->has_eof = true;
        close_now(connection);
        return;
    }
    bool was_scheduled = connection->is_scheduled;
    connection->is_scheduled = true;
    ssize_t used = http2_frames_receive(connection, worker->scratch, (size_t)got);
    connection->is_scheduled = was_scheduled;
    if (used < 0) {
        note_error(connection, used);
        close_now(connection);
        return;
    }
    take_turn(connection);
}

static void
on_writable(void *owner)
{
    struct http2_connection *connection = owner;

    CHECK_TAG(connection, TAG);
    if (connection->is_closing)
        stream_want_writable(&connection->stream, false);
    else
        take_turn(connection);
}

static void
on_time(void *argument)
{
    struct http2_connection *connection = argument;
    enum http2_wait wait = connection->wait;

    CHECK_TAG(connection, TAG);
    connection->wait = HTTP2_WAIT_NOTHING;
    switch (wait) {
    case HTTP2_WAIT_NOTICE:
        http2_connection_noticed(connection);
        break;
    case HTTP2_WAIT_HEAD:
        http2_connection_condemn(connection, HTTP2_END_HEAD_TIMEOUT, NGHTTP2_ENHANCE_YOUR_CALM);
        break;
    case HTTP2_WAIT_REQUEST:
        if (!connection->is_leaving)
            connection->end = HTTP2_END_IDLE;
        nghttp2_session_terminate_session(connection->session, NGHTTP2_NO_ERROR);
        http2_output_pump(&connection->output, true);
        close_now(connection);
        break;
    case HTTP2_WAIT_END:
        close_now(connection);
        break;
    case HTTP2_WAIT_NOTHING:
        break;
    }
}

void
http2_leave_all(struct worker *worker)
{
    struct http2_connection *connection;

    TAILQ_FOREACH (connection, &worker->http2_connections, entry)
        http2_connection_leave(connection, HTTP2_END_STOPPED);
}

void
http2_shut_down_all(struct worker *worker)
{
    struct http2_connection *connection;
    struct http2_stream *stream, *next;

    TAILQ_FOREACH (connection, &worker->http2_connections, entry) {
        for (stream = TAILQ_FIRST(&connection->streams); stream != NULL; stream = next) {
            next = TAILQ_NEXT(stream, entry);
            if (stream->carrier.exchange != NULL)
                exchange_on_shutdown(stream->carrier.exchange);
        }
        http2_output_pump(&connection->output, true);
    }
}

void
http2_close_all(struct worker *worker)
{
    struct http2_connection *connection;

    while ((connection = TAILQ_FIRST(&worker->http2_connections)) != NULL)
        close_now(connection);
}
