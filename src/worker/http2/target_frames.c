/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nghttp2's callbacks for sessions with targets: they note what has come and bound what a
 * hostile target can do, as frames.c does for clients. They run no exchange.
 */
#include "base/check.h"
#include "base/clock.h"
#include "worker/http2/target_stream.h"
#include "worker/shared/context.h"

/* Streams have windows of their own: one that is slow takes little of this. */
#define SESSION_WINDOW (HTTP2_STREAM_WINDOW * 16)

static struct target_stream *
stream_by_id(nghttp2_session *session, int32_t id)
{
    return nghttp2_session_get_stream_user_data(session, id);
}

/* Every frame costs; what it brings pays for it. */
static void
spend_idle_frame(struct target_session *session)
{
    const struct config_limits *limits = &session->limits;

    if (!guard_spend(&session->idle_frames, limits->http2_idle_frames_burst,
                     limits->http2_idle_frames_per_second, clock_ms()))
        target_session_condemn(session, TARGET_SESSION_END_IDLE_FRAMES,
                               NGHTTP2_ENHANCE_YOUR_CALM);
}

ssize_t
target_frames_receive(struct target_session *session, const char *bytes, size_t length)
{
    const uint8_t *at = (const uint8_t *)bytes;
    struct http2_frame_head frame;
    bool has_head = false;
    ssize_t result = 0;

    while (length > 0 && result >= 0 && !session->is_condemned) {
        size_t taken = http2_scan_next(&session->scan, at, length, &frame, &has_head);
        if (has_head)
            spend_idle_frame(session);
        if (session->is_condemned)
            break;
        result = nghttp2_session_mem_recv(session->session, at, taken);
        at += taken;
        length -= taken;
    }
    return result;
}

/* Whose exchange has given it back only has to end. */
static bool
is_wanted(const struct target_stream *stream)
{
    return stream != NULL && stream->link.exchange != NULL && !stream->is_malformed;
}

static void
refuse(nghttp2_session *session, struct target_stream *stream)
{
    stream->is_malformed = true;
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_PROTOCOL_ERROR);
    target_stream_wake(stream);
}

static int
on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, frame->hd.stream_id);

    guard_earn(&owner->idle_frames, GUARD_UNIT);
    if (is_wanted(stream) && !stream->has_final_head &&
        target_stream_begin_answer(stream) == NULL)
        refuse(session, stream);
    return 0;
}

static struct target_answer *
last_answer(struct target_stream *stream)
{
    return TAILQ_LAST(&stream->answers, target_answer_list);
}

static int
add_trailer(nghttp2_session *session, struct target_stream *stream,
            const struct config_limits *limits, struct slice name, struct slice value)
{
    http2_head_count(&stream->trailer_count, limits, name, value);
    if (stream->trailer_count.refusal != HTTP_REFUSAL_NONE ||
        !trailers_add(&stream->trailers, name, value))
        refuse(session, stream);
    return 0;
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
static int
on_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
         size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
         void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, frame->hd.stream_id);
    struct slice field = slice_make((const char *)name, name_length);
    struct slice content = slice_make((const char *)value, value_length);

    (void)flags;
    if (!is_wanted(stream))
        return 0;
    if (stream->has_final_head)
        return add_trailer(session, stream, &owner->limits, field, content);
    struct target_answer *answer = last_answer(stream);
    if (slice_equal(field, SLICE_LITERAL(":status")))
        answer->is_interim = content.length > 0 && content.at[0] == '1';
    http2_head_add(&answer->fields, &owner->limits, field, content);
    /* nghttp2 resets the stream then, and looks at no value of the rest. */
    return http2_head_is_bomb(&answer->fields, &owner->limits)
               ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE
               : 0;
}

/* It is not left out in silence: the answer is refused. */
static int
on_bad_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
             size_t name_length, const uint8_t *value, size_t value_length, uint8_t flags,
             void *argument)
{
    struct target_stream *stream = stream_by_id(session, frame->hd.stream_id);

    (void)name;
    (void)name_length;
    (void)value;
    (void)value_length;
    (void)flags;
    (void)argument;
    if (is_wanted(stream))
        refuse(session, stream);
    return 0;
}

/* NOLINTEND(readability-function-size) */

static void
end_head(struct target_stream *stream)
{
    if (!stream->has_final_head) {
        struct target_answer *answer = last_answer(stream);
        answer->is_complete = true;
        stream->has_final_head = !answer->is_interim;
    }
    target_stream_wake(stream);
}

static void
note_end(struct target_stream *stream, const nghttp2_frame *frame)
{
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
        return;
    stream->has_end = true;
    target_stream_wake(stream);
}

/* Windows have grown: who stood back for the others may try again. */
static void
resume_deferred(struct target_session *session)
{
    struct target_stream *stream;

    if (!session->has_deferred)
        return;
    session->has_deferred = false;
    TAILQ_FOREACH (stream, &session->streams, entry) {
        if (stream->is_deferred && !stream->is_closed)
            nghttp2_session_resume_data(session->session, stream->id);
        stream->is_deferred = false;
    }
}

static void
note_goaway(struct target_session *session)
{
    session->is_leaving = true;
    if (session->end == TARGET_SESSION_END_COUNT)
        session->end = TARGET_SESSION_END_GOAWAY;
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream =
        frame->hd.stream_id == 0 ? NULL : stream_by_id(session, frame->hd.stream_id);

    switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
        if (is_wanted(stream))
            end_head(stream);
        if (is_wanted(stream))
            note_end(stream, frame);
        break;
    case NGHTTP2_DATA:
        if (is_wanted(stream))
            note_end(stream, frame);
        break;
    case NGHTTP2_SETTINGS:
        owner->has_settings = true;
        break;
    case NGHTTP2_WINDOW_UPDATE:
        resume_deferred(owner);
        break;
    case NGHTTP2_GOAWAY:
        note_goaway(owner);
        break;
    default:
        break;
    }
    return 0;
}

/* A fault of the stream's; nghttp2 resets it. */
static int
on_bad_frame(nghttp2_session *session, const nghttp2_frame *frame, int error, void *argument)
{
    struct target_stream *stream =
        frame->hd.stream_id == 0 ? NULL : stream_by_id(session, frame->hd.stream_id);

    (void)error;
    (void)argument;
    if (stream != NULL)
        stream->is_malformed = true;
    return 0;
}

/* NOLINTBEGIN(readability-function-size): nghttp2's parameters. */
static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes,
        size_t length, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, id);

    (void)flags;
    if (length > 0)
        guard_earn(&owner->idle_frames, GUARD_UNIT);
    nghttp2_session_consume_connection(session, length);
    if (is_wanted(stream)) {
        http2_intake_add(&stream->input, bytes, length);
        target_stream_wake(stream);
    } else {
        nghttp2_session_consume_stream(session, id, length);
    }
    return 0;
}

/* NOLINTEND(readability-function-size) */

/* A request's bytes explain frames that come in return. */
static int
on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = NULL;

    if (frame->hd.type == NGHTTP2_DATA)
        guard_earn(&owner->idle_frames, 2 * GUARD_UNIT);
    if (frame->hd.type != NGHTTP2_HEADERS)
        return 0;
    guard_earn(&owner->idle_frames, 2 * GUARD_UNIT);
    stream = stream_by_id(session, frame->hd.stream_id);
    if (stream != NULL && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
        target_stream_taken(stream, 0, true);
    return 0;
}

static int
on_closed(nghttp2_session *session, int32_t id, uint32_t error_code, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, id);

    if (stream != NULL)
        target_stream_closed(stream, error_code);
    resume_deferred(owner);
    return 0;
}

/*
 * Many targets give a connection no larger window than a stream. So that one whose program does
 * not read keeps no other waiting, a stream takes no more of it than it leaves to them.
 */
static bool
takes_too_much(nghttp2_session *session, int32_t id)
{
    int32_t initial = (int32_t)nghttp2_session_get_remote_settings(
        session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE);
    int32_t outstanding = initial - nghttp2_session_get_stream_remote_window_size(session, id);

    return outstanding > nghttp2_session_get_remote_window_size(session);
}

/* NOLINTBEGIN(readability-*): nghttp2's parameters. */
static ssize_t
on_read(nghttp2_session *session, int32_t id, uint8_t *bytes, size_t length, uint32_t *flags,
        nghttp2_data_source *source, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, id);

    if (stream != NULL && owner->stream_count > 1 && stream->output.length > 0 &&
        takes_too_much(session, id)) {
        stream->is_deferred = true;
        owner->has_deferred = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    return http2_payload_read(session, id, bytes, length, flags, source, argument);
}

/* Head of the frame and payload, from where the stream has it. */
static int
on_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t length,
             nghttp2_data_source *source, void *argument)
{
    struct target_session *owner = argument;
    struct target_stream *stream = stream_by_id(session, frame->hd.stream_id);

    int verdict = http2_payload_send(source->ptr, &owner->output, head, length);
    if (verdict == 0 && stream != NULL)
        target_stream_taken(stream, length, (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    return verdict;
}

/* NOLINTEND(readability-*) */

nghttp2_data_provider
target_frames_provider(struct http2_payload *payload)
{
    return (nghttp2_data_provider){.source.ptr = payload, .read_callback = on_read};
}

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

void
target_frames_open(struct target_session *session)
{
    const nghttp2_settings_entry entries[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, session->limits.head_bytes},
    };
    nghttp2_option *options = NULL;

    CHECK(nghttp2_option_new(&options) == 0);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_option_set_max_continuations(options, session->limits.http2_continuations);
    CHECK(nghttp2_session_client_new2(&session->session, callbacks(), session, options) == 0);
    nghttp2_option_del(options);
    CHECK(nghttp2_submit_settings(session->session, NGHTTP2_FLAG_NONE, entries,
                                  sizeof(entries) / sizeof(entries[0])) == 0);
    CHECK(nghttp2_session_set_local_window_size(session->session, NGHTTP2_FLAG_NONE, 0,
                                                SESSION_WINDOW) == 0);
}
