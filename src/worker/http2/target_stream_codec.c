/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests are written as for HTTP/1, read as fields, and framed by nghttp2; answers become the
 * parsed head that HTTP/1 gives, for the same judge.
 */
#include "worker/http2/target_stream_codec.h"

#include <string.h>

#include "http/forwarding.h"
#include "http/grpc.h"
#include "http/http2_lines.h"
#include "http/response_judge.h"
#include "worker/exchange/exchange.h"
#include "worker/shared/context.h"

/* :method, :scheme, :authority, :path and te. */
#define ADDED_FIELDS 5

struct target_answer *
target_stream_begin_answer(struct target_stream *stream)
{
    if (stream->answer_count == TARGET_ANSWERS_MAX)
        return NULL;
    struct target_answer *answer = object_pool_take(&stream->link.worker->target_answer_pool);
    answer->is_complete = answer->is_interim = false;
    http2_head_init(&answer->fields);
    TAILQ_INSERT_TAIL(&stream->answers, answer, entry);
    stream->answer_count++;
    return answer;
}

static void
drop_answer(struct target_stream *stream, struct target_answer *answer)
{
    http2_head_free(&answer->fields);
    object_pool_give_back(&stream->link.worker->target_answer_pool, answer);
}

/* The head that the exchange has read. */
void
target_stream_forget_head(struct target_link *link)
{
    struct target_stream *stream = target_stream_of(link);

    if (stream->read == NULL)
        return;
    drop_answer(stream, stream->read);
    stream->read = NULL;
}

void
target_stream_reset(struct target_stream *stream)
{
    struct target_answer *answer;

    target_stream_forget_head(&stream->link);
    while ((answer = TAILQ_FIRST(&stream->answers)) != NULL) {
        TAILQ_REMOVE(&stream->answers, answer, entry);
        drop_answer(stream, answer);
    }
    http2_intake_drop(&stream->input, http2_intake_length(&stream->input));
    http2_payload_free(&stream->output);
    trailers_free(&stream->trailers);
    http2_head_free(&stream->trailer_count);
}

static nghttp2_nv
pair(struct slice name, struct slice value)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name.at, (uint8_t *)(uintptr_t)value.at,
                        name.length, value.length, NGHTTP2_NV_FLAG_NONE};
}

/* Without te some servers of gRPC take nobody for a client (its PROTOCOL-HTTP2.md). */
static bool
wants_trailers(const struct http_head *request)
{
    return http_head_find(request, HTTP_FIELD_TE) != NULL || grpc_is_call(request);
}

static size_t
fill_pairs(const struct target_stream *stream, const struct http_head *request,
           const struct http2_lines *lines, nghttp2_nv *pairs)
{
    static const struct slice schemes[] = {{"http", 4}, {"https", 5}};
    struct slice method, path;
    size_t count = 0;

    http2_lines_split_request(lines, &method, &path);
    pairs[count++] = pair(SLICE_LITERAL(":method"), method);
    pairs[count++] =
        pair(SLICE_LITERAL(":scheme"), schemes[stream->session->security_key != 0]);
    if (lines->host.length > 0)
        pairs[count++] = pair(SLICE_LITERAL(":authority"), lines->host);
    pairs[count++] = pair(SLICE_LITERAL(":path"), path);
    for (size_t i = 0; i < lines->count; i++)
        pairs[count++] = pair(lines->fields[i].name, lines->fields[i].value);
    if (wants_trailers(request))
        pairs[count++] = pair(SLICE_LITERAL("te"), SLICE_LITERAL("trailers"));
    return count;
}

/* False: the session takes no more streams, and nothing was sent. */
static bool
submit(struct target_stream *stream, const struct target_link_request *request,
       const struct http2_lines *lines)
{
    struct target_session *session = stream->session;
    const nghttp2_data_provider provider = target_frames_provider(&stream->output);
    bool has_body =
        !request->is_last || request->body.length > 0 || request->trailers.length > 0;
    nghttp2_nv pairs[HTTP2_LINES_MAX + ADDED_FIELDS];

    if (session->state != TARGET_SESSION_OPEN || session->is_leaving || session->has_failed)
        return false;
    size_t count = fill_pairs(stream, request->head, lines, pairs);
    int32_t id = nghttp2_submit_request(session->session, NULL, pairs, count,
                                        has_body ? &provider : NULL, stream);
    if (id < 0) {
        session->is_leaving = true; /* its numbers are used up (RFC 9113 5.1.1) */
        return false;
    }
    stream->id = id;
    session->is_used = true;
    stream->output.is_complete = false;
    WORKER_COUNT(session->worker, HTTP2_TARGET_REQUESTS);
    return true;
}

/* Frames are gathered; they leave in the session's turn, or when they are many. */
static bool
push(struct target_stream *stream)
{
    struct target_session *session = stream->session;

    if (!http2_output_pump(&session->output, false)) {
        session->has_failed = true;
        target_session_schedule(session);
        return false;
    }
    http2_payload_keep(&stream->output);
    stream->output.untold = 0;
    stream->link.is_blocked = http2_payload_waits(&stream->output);
    target_session_schedule(session);
    return true;
}

enum target_link_result
target_stream_send_request(struct target_link *link, struct target_link_request *request,
                           enum http_refusal *refusal)
{
    struct target_stream *stream = target_stream_of(link);
    struct text out = text_over(link->worker->compose, COMPOSE_BYTES);
    struct http2_lines lines;

    *refusal = forwarding_write_request(&out, request->head, request->origin, request->trace);
    if (*refusal != HTTP_REFUSAL_NONE)
        return LINK_REFUSED;
    if (!http2_lines_read_head(&lines, out.at, out.length)) {
        *refusal = HTTP_REFUSAL_TOO_MANY_FIELDS;
        return LINK_REFUSED;
    }
    if (!submit(stream, request, &lines))
        return LINK_UNPROCESSED;
    request->written = out.length + request->body.length;
    http2_payload_give(&stream->output, request->body, request->is_last, request->trailers);
    return push(stream) ? LINK_READ : LINK_FAILED;
}

bool
target_stream_send_body(struct target_link *link, const struct carrier_body *body)
{
    struct target_stream *stream = target_stream_of(link);

    if (stream->is_closed)
        return false;
    http2_payload_give(&stream->output, slice_make(body->bytes, body->length), body->is_last,
                       body->trailers);
    nghttp2_session_resume_data(stream->session->session, stream->id);
    return push(stream);
}

/* Nothing more of the answer is here. */
static enum target_link_result
wait_or_end(const struct target_stream *stream)
{
    const struct target_answer *begun = TAILQ_FIRST(&stream->answers);

    if (begun != NULL && begun->fields.refusal != HTTP_REFUSAL_NONE &&
        begun->fields.refusal != HTTP_REFUSAL_MALFORMED)
        return LINK_TOO_LARGE;
    if (stream->is_malformed)
        return LINK_REFUSED;
    if (!stream->is_closed)
        return LINK_WAIT;
    if (stream->is_unprocessed)
        return LINK_UNPROCESSED;
    if (stream->session->end >= TARGET_SESSION_END_PROTOCOL &&
        stream->session->end < TARGET_SESSION_END_COUNT)
        return LINK_REFUSED;
    return LINK_ENDED;
}

static void
consume(struct target_stream *stream, size_t length)
{
    http2_intake_drop(&stream->input, length);
    if (length == 0 || stream->is_closed)
        return;
    nghttp2_session_consume_stream(stream->session->session, stream->id, length);
    target_session_schedule(stream->session);
}

/* As much of the body as is here and the client takes at once. */
static void
read_body(struct target_stream *stream, struct target_link_answer *answer)
{
    struct target_link *link = &stream->link;
    size_t length = http2_intake_length(&stream->input);
    size_t most = link->exchange->carrier->answer_bytes;

    if (most < SCRATCH_BYTES && length > most)
        length = most;
    answer->bytes = link->worker->scratch;
    answer->length = length;
    if (length > 0)
        memcpy(answer->bytes, stream->input.bytes + stream->input.start, length);
    consume(stream, length);
    answer->is_clean = true;
    if (http2_intake_length(&stream->input) > 0) {
        target_stream_wake(stream);
        return;
    }
    answer->is_last = stream->has_end;
    stream->has_given_end = stream->has_end;
    if (answer->is_last)
        answer->trailers = trailers_slice(&stream->trailers);
}

static bool
is_head_request(const struct exchange *exchange)
{
    return slice_equal(exchange->request.method, SLICE_LITERAL("HEAD"));
}

static enum target_link_result
read_head(struct target_stream *stream, struct target_link_answer *answer)
{
    const struct exchange *exchange = stream->link.exchange;
    struct target_answer *read = TAILQ_FIRST(&stream->answers);

    TAILQ_REMOVE(&stream->answers, read, entry);
    stream->answer_count--;
    stream->read = read;
    enum http_refusal refusal =
        http2_head_read_answer(&read->fields, &read->head, !is_head_request(exchange));
    if (read->fields.refusal != HTTP_REFUSAL_NONE &&
        read->fields.refusal != HTTP_REFUSAL_MALFORMED)
        return LINK_TOO_LARGE;
    if (refusal == HTTP_REFUSAL_NONE)
        refusal = response_judge(&read->head, &exchange->request);
    if (refusal != HTTP_REFUSAL_NONE)
        return LINK_REFUSED;
    answer->head = &read->head;
    if (!read->is_interim) {
        stream->has_given_head = true;
        read_body(stream, answer);
    } else {
        answer->has_more = !TAILQ_EMPTY(&stream->answers);
    }
    return LINK_READ;
}

enum target_link_result
target_stream_read(struct target_link *link, struct target_link_answer *answer)
{
    struct target_stream *stream = target_stream_of(link);
    const struct target_answer *first = TAILQ_FIRST(&stream->answers);

    target_stream_forget_head(link);
    if (first != NULL && first->is_complete)
        return read_head(stream, answer);
    if (stream->is_malformed || !stream->has_given_head || stream->has_given_end ||
        (http2_intake_length(&stream->input) == 0 && !stream->has_end))
        return wait_or_end(stream);
    read_body(stream, answer);
    return LINK_READ;
}
