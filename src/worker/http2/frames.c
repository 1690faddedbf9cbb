/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nghttp2's callbacks: they note what has come, count what may be an attack, and hand out what
 * is to be sent. They run no exchange. nghttp2 checks frames, HPACK, windows, pseudo-fields and
 * counted bodies (RFC 9113 5 to 8); what it lets through is the limits' or http2_head.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "worker/http2/stream.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

/* Streams weigh the same, and take turns (RFC 9218): who was there first keeps nobody waiting.
 */
static const nghttp2_extpri in_turns = {.urgency = NGHTTP2_EXTPRI_DEFAULT_URGENCY, .inc = 1};

static const struct config_limits *
limits_of(const struct http2_connection *connection)
{
    return &connection->model.worker->view->settings->limits;
}

static void
spend_idle_frame(struct http2_connection *connection)
{
    const struct config_limits *limits = limits_of(connection);

    if (!guard_spend(&connection->idle_frames, limits->http2_idle_frames_burst,
                     limits->http2_idle_frames_per_second, clock_ms()))
        http2_connection_condemn(connection, HTTP2_END_IDLE_FRAMES, NGHTTP2_ENHANCE_YOUR_CALM);
}

static void
spend_reset(struct http2_connection *connection)
{
    const struct config_limits *limits = limits_of(connection);

    if (!guard_spend(&connection->resets, limits->http2_resets_burst,
                     limits->http2_resets_per_second, clock_ms()))
        http2_connection_condemn(connection, HTTP2_END_RESETS, NGHTTP2_ENHANCE_YOUR_CALM);
}

static struct http2_stream *
stream_by_id(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

static bool
was_reset_lately(const struct http2_connection *connection, int32_t id)
{
    for (size_t i = 0; i < HTTP2_RESETS_KEPT; i++)
        if (connection->reset_ids[i] == id)
            return true;
    return false;
}

/* nghttp2 passes over what comes for a stream that is over; RFC 9113 5.1 does not. */
static bool
is_for_closed_stream(const struct http2_connection *connection,
                     const struct http2_frame_head *frame)
{
    if (frame->type != NGHTTP2_DATA && frame->type != NGHTTP2_HEADERS)
        return false;
    return frame->stream % 2 == 1 && frame->stream <= connection->last_id &&
           nghttp2_session_get_stream_local_close(connection->session, frame->stream) == -1 &&
           !connection->has_left && !was_reset_lately(connection, frame->stream);
}

/* It is ignored but for this (RFC 9113 6.3). */
static bool
is_misplaced_priority(const struct http2_frame_head *frame)
{
    return frame->type == NGHTTP2_PRIORITY && frame->stream == 0;
}

/* Every frame costs; what it brings pays for it. */
static void
look_at(struct http2_connection *connection, const struct http2_frame_head *frame)
{
    spend_idle_frame(connection);
    if (is_misplaced_priority(frame))
        http2_connection_condemn(connection, HTTP2_END_PROTOCOL, NGHTTP2_PROTOCOL_ERROR);
    else if (is_for_closed_stream(connection, frame))
        http2_connection_condemn(connection, HTTP2_END_PROTOCOL, NGHTTP2_STREAM_CLOSED);
}

ssize_t
http2_frames_receive(struct http2_connection *connection, const char *bytes, size_t length)
{
    const uint8_t *at = (const uint8_t *)bytes;
    struct http2_frame_head frame;
    bool has_head = false;
    ssize_t result = 0;

    while (length > 0 && result >= 0 && !connection->is_condemned) {
        size_t taken = http2_scan_next(&connection->scan, at, length, &frame, &has_head);
        if (has_head)
            look_at(connection, &frame);
        if (connection->is_condemned)
            break;
        result = nghttp2_session_mem_recv(connection->session, at, taken);
        at += taken;
        length -= taken;
    }
    return result;
}

static int
on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct http2_connection *connection = argument;

    connection->reads_head = true;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    guard_earn(&connection->idle_frames, GUARD_UNIT);
    connection->last_id = frame->hd.stream_id;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id,
                                         http2_stream_open(connection, frame->hd.stream_id));
    nghttp2_session_change_extpri_stream_priority(session, frame->hd.stream_id, &in_turns, 1);
    return 0;
}

static void
refuse_trailer(struct http2_stream *stream)
{
    stream->head.refusal = HTTP_REFUSAL_MALFORMED;
    http2_stream_reset(stream, NGHTTP2_PROTOCOL_ERROR);
}

/* Trailers become no fields of the head; endless or malformed ones end the stream. */
static void
add_trailer(struct http2_stream *stream, const struct config_limits *limits, struct slice name,
            struct slice value)
{
    bool was_refused = stream->head.refusal != HTTP_REFUSAL_NONE;

    http2_head_count(&stream->head, limits, name, value);
    if (was_refused)
        return;
    if (stream->head.refusal != HTTP_REFUSAL_NONE)
        http2_stream_reset(stream, NGHTTP2_ENHANCE_YOUR_CALM);
    else if (!trailers_add(&stream->trailers, name, value))
        refuse_trailer(stream);
}

/* nghttp2 resets the stream, and looks at no value of the rest: that is what costs. */
static int
defuse(struct http2_connection *connection)
{
    connection->reads_head = false;
    WORKER_COUNT(connection->model.worker, HTTP2_RESETS_FOR_FAULTS);
    spend_reset(connection);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
static int
on_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
         size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
         void *argument)
{
    struct http2_connection *connection = argument;
    struct http2_stream *stream = stream_by_id(session, frame->hd.stream_id);

    struct slice field = slice_make((const char *)name, name_length);
    struct slice content = slice_make((const char *)value, value_length);

    (void)flags;
    if (stream != NULL && stream->has_head)
        add_trailer(stream, limits_of(connection), field, content);
    else if (stream != NULL)
        http2_head_add(&stream->head, limits_of(connection), field, content);
    return stream != NULL && http2_head_is_bomb(&stream->head, limits_of(connection))
               ? defuse(connection)
               : 0;
}

/* NOLINTEND(readability-function-size) */

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
/* It is not left out in silence: the request is refused. */
static int
on_bad_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
             size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
             void *argument)
{
    struct http2_stream *stream = stream_by_id(session, frame->hd.stream_id);

    if (stream != NULL && !stream->has_head && stream->head.refusal == HTTP_REFUSAL_NONE)
        stream->head.refusal = HTTP_REFUSAL_MALFORMED;
    return on_field(session, frame, name, name_length, value, value_length, flags, argument);
}

/* NOLINTEND(readability-function-size) */

static void
end_head(struct http2_connection *connection, const nghttp2_frame *frame)
{
    struct http2_stream *stream = stream_by_id(connection->session, frame->hd.stream_id);

    connection->reads_head = false;
    if (stream == NULL)
        return;
    stream->has_head = true;
    http2_stream_wake(stream);
}

static void
note_end(struct http2_connection *connection, const nghttp2_frame *frame)
{
    struct http2_stream *stream = stream_by_id(connection->session, frame->hd.stream_id);

    if (stream == NULL || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
        return;
    stream->has_end = true;
    http2_stream_wake(stream);
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct http2_connection *connection = argument;

    (void)session;
    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        end_head(connection, frame);
        note_end(connection, frame);
        break;
    case NGHTTP2_DATA:
        note_end(connection, frame);
        break;
    case NGHTTP2_RST_STREAM:
        WORKER_COUNT(connection->model.worker, HTTP2_RESETS_BY_CLIENT);
        spend_reset(connection);
        break;
    case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0)
            http2_connection_noticed(connection);
        break;
    default:
        break;
    }
    return 0;
}

/* A fault within the head: no callback tells of its end any more. */
static int
on_bad_frame(nghttp2_session *session, const nghttp2_frame *frame, int error, void *argument)
{
    struct http2_connection *connection = argument;

    (void)session;
    (void)error;
    if (frame->hd.type == NGHTTP2_HEADERS)
        connection->reads_head = false;
    return 0;
}

/* Its answer was complete before the request was (RFC 9113 8.1). */
static void
refuse_more(struct http2_stream *stream, size_t length)
{
    stream->unwanted += length;
    if (stream->unwanted > HTTP2_UNWANTED_BYTES && !stream->was_reset)
        http2_stream_reset(stream, NGHTTP2_NO_ERROR);
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
        size_t length, void *argument)
{
    struct http2_connection *connection = argument;
    struct http2_stream *stream = stream_by_id(session, id);

    (void)flags;
    if (length > 0)
        guard_earn(&connection->idle_frames, GUARD_UNIT);
    nghttp2_session_consume_connection(session, length);
    if (stream != NULL && !stream->was_reset &&
        (stream->carrier.exchange != NULL || !stream->has_begun)) {
        http2_stream_receive(stream, bytes, length);
        http2_stream_wake(stream);
    } else {
        nghttp2_session_consume_stream(session, id, length);
        if (stream != NULL)
            refuse_more(stream, length);
    }
    return 0;
}

/* NOLINTEND(readability-function-size) */

/* What a client's fault makes us send; our own reasons are others. That it is refused what it
 * opens before it knows the limit is none. */
static bool
is_for_fault(uint32_t error_code)
{
    switch (error_code) {
    case NGHTTP2_PROTOCOL_ERROR:
    case NGHTTP2_FLOW_CONTROL_ERROR:
    case NGHTTP2_STREAM_CLOSED:
    case NGHTTP2_FRAME_SIZE_ERROR:
    case NGHTTP2_ENHANCE_YOUR_CALM:
        return true;
    default:
        return false;
    }
}

/* Behind the first step of a goodbye: that the client answers this shows that it knows. */
static void
note_goaway(struct http2_connection *connection, const nghttp2_goaway *frame)
{
    static const uint8_t nothing[8];

    if (frame->error_code != NGHTTP2_NO_ERROR && connection->end == HTTP2_END_COUNT)
        connection->end = HTTP2_END_PROTOCOL;
    if (frame->last_stream_id == INT32_MAX)
        nghttp2_submit_ping(connection->session, NGHTTP2_FLAG_NONE, nothing);
}

/* Behind a body, trailers are its end. */
static void
note_trailers(nghttp2_session *session, const nghttp2_frame *frame)
{
    struct http2_stream *stream = stream_by_id(session, frame->hd.stream_id);

    if (stream != NULL && stream->output.tail.at != NULL &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
        http2_stream_taken(stream, 0, true);
}

/* An answer's bytes explain frames that come in return: windows and the like. */
static int
on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct http2_connection *connection = argument;

    if (frame->hd.type == NGHTTP2_DATA) {
        guard_earn(&connection->idle_frames, 2 * GUARD_UNIT);
    } else if (frame->hd.type == NGHTTP2_HEADERS) {
        note_trailers(session, frame);
    } else if (frame->hd.type == NGHTTP2_RST_STREAM &&
               is_for_fault(frame->rst_stream.error_code)) {
        WORKER_COUNT(connection->model.worker, HTTP2_RESETS_FOR_FAULTS);
        spend_reset(connection);
    } else if (frame->hd.type == NGHTTP2_GOAWAY) {
        note_goaway(connection, &frame->goaway);
    }
    return 0;
}

static int
on_closed(nghttp2_session *session, int32_t id, uint32_t error_code, void *argument)
{
    struct http2_stream *stream = stream_by_id(session, id);

    (void)argument;
    if (stream == NULL)
        return 0;
    stream->is_closed = true;
    stream->was_reset |= error_code != NGHTTP2_NO_ERROR || !stream->output.is_complete;
    nghttp2_session_set_stream_user_data(session, id, NULL);
    http2_stream_wake(stream);
    return 0;
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
/* Head of the frame and payload, from where the stream has it. */
static int
on_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t length,
             nghttp2_data_source *source, void *argument)
{
    struct http2_connection *connection = argument;
    struct http2_stream *stream = stream_by_id(session, frame->hd.stream_id);

    int verdict = http2_payload_send(source->ptr, &connection->output, head, length);
    if (verdict == 0 && stream != NULL)
        http2_stream_taken(stream, length, (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    return verdict;
}

/* NOLINTEND(readability-function-size) */

static nghttp2_session_callbacks *
callbacks(void)
{
    static nghttp2_session_callbacks *all;

    if (all != NULL)
        return all;
    CHECK(nghttp2_session_callbacks_new(&all) == 0);
    nghttp2_session_callbacks_set_on_begin_headers_callback(all, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(all, on_field);
    nghttp2_session_callbacks_set_on_invalid_header_callback(all, on_bad_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(all, on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(all, on_bad_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, on_data);
    nghttp2_session_callbacks_set_on_frame_send_callback(all, on_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(all, on_closed);
    nghttp2_session_callbacks_set_send_data_callback(all, on_send_data);
    return all;
}

static nghttp2_option *
make_options(const struct config_limits *limits)
{
    nghttp2_option *options = NULL;

    CHECK(nghttp2_option_new(&options) == 0);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_option_set_max_continuations(options, limits->http2_continuations);
    /* Ours is told of, and counts more: theirs only must not come first. */
    nghttp2_option_set_stream_reset_rate_limit(
        options, (uint64_t)limits->http2_resets_burst + 1, limits->http2_resets_per_second);
    return options;
}

static void
submit_settings(struct http2_connection *connection)
{
    const struct config_limits *limits = limits_of(connection);
    const nghttp2_settings_entry entries[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits->http2_concurrent_streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits->head_bytes},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    int32_t window = HTTP2_STREAM_WINDOW * 16;

    CHECK(nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, entries,
                                  sizeof(entries) / sizeof(entries[0])) == 0);
    /* Streams have windows of their own: one that is slow takes little of this. */
    CHECK(nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0,
                                                window) == 0);
}

nghttp2_session *
http2_frames_open(struct http2_connection *connection)
{
    nghttp2_option *options = make_options(limits_of(connection));

    CHECK(nghttp2_session_server_new2(&connection->session, callbacks(), connection, options) ==
          0);
    nghttp2_option_del(options);
    submit_settings(connection);
    return connection->session;
}
