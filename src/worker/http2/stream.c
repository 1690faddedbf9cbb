/* SPDX-License-Identifier: Apache-2.0 */
/* A stream's life, and what of its events its exchange is told when. */
#include "worker/http2/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "worker/exchange/exchange_run.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define TAG 0x5e2d41aa

struct http2_stream *
http2_stream_open(struct http2_connection *connection, int32_t id)
{
    struct worker *worker = connection->model.worker;
    struct http2_stream *stream = object_pool_take(&worker->http2_stream_pool);

    memset(stream, 0, offsetof(struct http2_stream, head));
    stream->tag = TAG;
    stream->id = id;
    stream->connection = connection;
    stream->carrier = connection->model;
    stream->carrier.exchanges = connection->model.exchanges++;
    if (connection->model.extras != NULL) {
        stream->carrier.extras = NULL;
        carrier_note_destination(&stream->carrier, &connection->model.extras->destination);
    }
    http2_head_init(&stream->head);
    TAILQ_INSERT_TAIL(&connection->streams, stream, entry);
    return stream;
}

static void
release(void *memory)
{
    struct http2_stream *stream = memory;

    object_pool_give_back(&stream->carrier.worker->http2_stream_pool, stream);
}

void
http2_stream_free(struct http2_stream *stream)
{
    struct http2_connection *connection = stream->connection;

    CHECK_TAG(stream, TAG);
    CHECK(stream->carrier.exchange == NULL);
    if (!stream->is_closed)
        nghttp2_session_set_stream_user_data(connection->session, stream->id, NULL);
    if (stream->is_ready)
        TAILQ_REMOVE(&connection->ready, stream, ready_entry);
    TAILQ_REMOVE(&connection->streams, stream, entry);
    carrier_drop_extras(&stream->carrier);
    http2_intake_drop(&stream->input, http2_intake_length(&stream->input));
    trailers_free(&stream->trailers);
    http2_payload_free(&stream->output);
    http2_head_free(&stream->head);
    stream->tag = 0;
    loop_free_later(stream->carrier.worker->loop, stream, release);
}

void
http2_stream_wake(struct http2_stream *stream)
{
    if (!stream->is_ready) {
        stream->is_ready = true;
        TAILQ_INSERT_TAIL(&stream->connection->ready, stream, ready_entry);
    }
    http2_connection_schedule(stream->connection);
}

void
http2_stream_receive(struct http2_stream *stream, const uint8_t *bytes, size_t length)
{
    stream->received += length;
    http2_intake_add(&stream->input, bytes, length);
}

void
http2_stream_taken(struct http2_stream *stream, size_t length, bool is_complete)
{
    if (http2_payload_taken(&stream->output, length, is_complete) &&
        stream->carrier.is_blocked) {
        stream->is_writable = true;
        http2_stream_wake(stream);
    }
}

void
http2_stream_reset(struct http2_stream *stream, uint32_t error_code)
{
    struct http2_connection *connection = stream->connection;

    stream->was_reset = true;
    if (stream->is_closed || connection->is_closing)
        return;
    connection->reset_ids[connection->reset_count++ % HTTP2_RESETS_KEPT] = stream->id;
    nghttp2_submit_rst_stream(connection->session, NGHTTP2_FLAG_NONE, stream->id, error_code);
    http2_connection_schedule(connection);
}

/* Its listener may be gone, or the connection have lived long enough: then it is the last. */
static void
look_at_connection(struct http2_connection *connection)
{
    const struct worker *worker = connection->model.worker;
    const struct snapshot_settings *settings = worker->view->settings;
    uint64_t age_ms = clock_ms() - connection->model.opened_s * (uint64_t)1000;

    if (listener_index(connection->model.listener, worker->view) == SNAPSHOT_NO_INDEX)
        http2_connection_leave(connection, HTTP2_END_STOPPED);
    else if (age_ms >= listener_balancer(connection->model.listener, worker->view)
                           ->attributes.client_keep_alive_ms)
        http2_connection_leave(connection, HTTP2_END_AGE);
    else if (connection->model.exchanges >= settings->limits.http2_requests)
        http2_connection_leave(connection, HTTP2_END_REQUESTS);
}

static void
begin(struct http2_stream *stream)
{
    struct worker *worker = stream->carrier.worker;

    WORKER_COUNT(worker, HTTP2_REQUESTS);
    look_at_connection(stream->connection);
    stream->has_begun = true;
    stream->connection->exchanges++;
    stream->carrier.stall_ms = listener_balancer(stream->carrier.listener, worker->view)
                                   ->timeouts.http2_stream_stall_ms;
    exchange_begin(&stream->carrier);
}

/* More of the request than the exchange has seen, or more of it held than the client's window
 * can spare. */
static bool
has_body(const struct http2_stream *stream)
{
    const struct exchange *exchange = stream->carrier.exchange;

    return exchange != NULL && exchange->request_state < REQUEST_READ &&
           (http2_intake_length(&stream->input) > stream->held ||
            stream->held >= HTTP2_STREAM_WINDOW / 2 || stream->has_end);
}

static void
tell_of_body(struct http2_stream *stream)
{
    struct exchange *exchange = stream->carrier.exchange;

    if (exchange_reads_head(exchange))
        exchange_run(exchange);
    else if (!exchange_reads_body(exchange))
        carrier_pause(&stream->carrier, true); /* until there is a target for it */
    else if (!stream->carrier.is_paused)
        exchange_on_client_readable(exchange);
}

static void
tell_of_end(struct http2_stream *stream)
{
    struct exchange *exchange = stream->carrier.exchange;

    if (exchange == NULL)
        http2_stream_free(stream);
    else if (stream->was_reset)
        exchange_on_client_end(exchange, true);
}

void
http2_stream_serve(struct http2_stream *stream)
{
    CHECK_TAG(stream, TAG);
    if (stream->is_closed && (stream->was_reset || stream->carrier.exchange == NULL)) {
        tell_of_end(stream);
        return;
    }
    if (!stream->has_begun) {
        if (stream->has_head)
            begin(stream);
        return;
    }
    if (stream->is_writable && stream->carrier.exchange != NULL) {
        stream->is_writable = false;
        stream->carrier.is_blocked = http2_payload_waits(&stream->output);
        exchange_on_client_writable(stream->carrier.exchange);
    }
    if (has_body(stream))
        tell_of_body(stream);
}
