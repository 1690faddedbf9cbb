/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an HTTP/2 stream carries an exchange. Its request has been collected before the exchange
 * begins; answers are written as for HTTP/1, read as fields, and framed by nghttp2.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "http/forwarding.h"
#include "http/grpc.h"
#include "http/http2_lines.h"
#include "http/login.h"
#include "net/socket.h"
#include "net/tls/tls_facts.h"
#include "worker/exchange/answer_shape.h"
#include "worker/exchange/exchange.h"
#include "worker/http2/stream.h"
#include "worker/shared/context.h"

/* Of a page's own, and ours. */
#define GRPC_FIELDS_BYTES 256

#define FIRST_FAILURE 400

static struct http2_stream *
stream_of(const struct carrier *carrier)
{
    return (struct http2_stream *)((char *)(uintptr_t)carrier -
                                   offsetof(struct http2_stream, carrier));
}

/* A length of 0 is believed when the end has come: until then bytes may follow. */
static bool
is_doubtful(const struct http2_stream *stream, const struct http_head *head)
{
    const struct http_field *length = http_head_find(head, HTTP_FIELD_CONTENT_LENGTH);
    uint64_t number = 0;

    return !stream->has_end && length != NULL &&
           slice_to_number(length->value, INT64_MAX, &number) && number == 0;
}

static enum carrier_result
read_head(struct carrier *carrier, enum http_refusal *refusal)
{
    struct http2_stream *stream = stream_of(carrier);
    struct http_head *head = &carrier->exchange->request;
    bool has_body = !stream->has_end || stream->received > 0;

    *refusal = http2_head_read(&stream->head, head, has_body);
    carrier->exchange->received_bytes = stream->head.size;
    if (*refusal != HTTP_REFUSAL_NONE)
        return CARRIER_REFUSED;
    return is_doubtful(stream, head) ? CARRIER_WAIT : CARRIER_DONE;
}

/* What may go to a target: of a counted body not its last byte before the stream's end, which
 * shows that the count is right. */
static size_t
sendable(const struct http2_stream *stream)
{
    const struct http_head *head = &stream->carrier.exchange->request;
    size_t length = http2_intake_length(&stream->input);

    if (length > 0 && !stream->has_end && head->framing == HTTP_BODY_LENGTH &&
        stream->received >= head->content_length)
        return length - 1;
    return length;
}

/* So many bytes are gone from here, and the client may send as many more. */
static void
consume(struct http2_stream *stream, size_t length)
{
    struct http2_connection *connection = stream->connection;

    http2_intake_drop(&stream->input, length);
    if (length == 0 || stream->is_closed || connection->is_closing)
        return;
    nghttp2_session_consume_stream(connection->session, stream->id, length);
    http2_connection_schedule(connection);
}

/* All of the request that came has been given. */
static void
end_body(const struct http2_stream *stream, struct carrier_body *body, size_t given)
{
    body->is_last = stream->has_end && given == http2_intake_length(&stream->input);
    if (body->is_last)
        body->trailers = trailers_slice(&stream->trailers);
}

static enum carrier_result
read_held(struct carrier *carrier, struct carrier_body *held)
{
    struct http2_stream *stream = stream_of(carrier);

    stream->held = sendable(stream);
    held->bytes =
        stream->input.bytes == NULL ? NULL : stream->input.bytes + stream->input.start;
    held->length = stream->held;
    carrier->exchange->received_bytes = stream->head.size + stream->held;
    end_body(stream, held, stream->held);
    if (!held->is_last)
        http2_stream_wake(stream);
    return CARRIER_DONE;
}

static size_t
kept_bytes(const struct carrier *carrier)
{
    const struct http2_stream *stream = stream_of(carrier);

    return sizeof(*stream) + stream->input.capacity +
           (stream->head.large == NULL ? 0 : stream->head.capacity);
}

/* As long as no answer has come another target may need all of it once more. What is held then
 * fills the window by half at most: the client is to go on. */
static bool
may_be_held(const struct http2_stream *stream, size_t length)
{
    const struct exchange *exchange = stream->carrier.exchange;

    return exchange->body_is_held && exchange->response_state < RESPONSE_BEGUN &&
           stream->held + length < HTTP2_STREAM_WINDOW / 2;
}

static enum carrier_result
read_body(struct carrier *carrier, struct carrier_body *body)
{
    struct http2_stream *stream = stream_of(carrier);
    size_t length = sendable(stream) - stream->held;

    *body = (struct carrier_body){.bytes = carrier->worker->scratch};
    if (stream->was_reset)
        return CARRIER_FAILED;
    body->is_held = may_be_held(stream, length);
    if (length == 0 && !stream->has_end && (body->is_held || stream->held == 0))
        return CARRIER_WAIT;
    if (!body->is_held) {
        consume(stream, stream->held);
        stream->held = 0;
    }
    if (length > 0)
        memcpy(body->bytes, stream->input.bytes + stream->input.start + stream->held, length);
    body->length = length;
    carrier->exchange->received_bytes += length;
    if (body->is_held)
        stream->held += length;
    else
        consume(stream, length);
    end_body(stream, body, stream->held);
    return CARRIER_DONE;
}

static enum carrier_result
push(struct http2_stream *stream)
{
    struct http2_connection *connection = stream->connection;

    stream->carrier.is_blocked = false;
    if (!http2_output_pump(&connection->output, false)) {
        stream->output.length = 0;
        connection->has_eof = true;
        http2_connection_schedule(connection);
        return CARRIER_FAILED;
    }
    http2_payload_keep(&stream->output);
    stream->output.untold = 0;
    stream->carrier.is_blocked = http2_payload_waits(&stream->output);
    if (stream->carrier.is_blocked)
        exchange_touch(stream->carrier.exchange); /* from now on the client has to move */
    http2_connection_schedule(connection);
    return CARRIER_DONE;
}

static bool
is_lost(const struct http2_stream *stream)
{
    return stream->was_reset || stream->connection->is_closing || stream->connection->has_eof;
}

struct head_to_send {
    char *text; /* as for HTTP/1 */
    size_t length;
    unsigned status;
    bool is_interim;
    bool has_body; /* or trailers, or an end that comes later */
};

static nghttp2_nv
pair(struct slice name, struct slice value)
{
    return (nghttp2_nv){(uint8_t *)(uintptr_t)name.at, (uint8_t *)(uintptr_t)value.at,
                        name.length, value.length, NGHTTP2_NV_FLAG_NONE};
}

/* False: it has too many fields. *head_length is that of the text. */
static bool
submit(struct http2_stream *stream, const struct head_to_send *head, size_t *head_length)
{
    nghttp2_session *session = stream->connection->session;
    const nghttp2_data_provider provider = {.source.ptr = &stream->output,
                                            .read_callback = http2_payload_read};
    nghttp2_nv pairs[HTTP2_LINES_MAX + 1];
    struct http2_lines answer;
    char status[3] = {(char)('0' + head->status / 100), (char)('0' + head->status / 10 % 10),
                      (char)('0' + head->status % 10)};

    if (!http2_lines_read_head(&answer, head->text, head->length))
        return false;
    *head_length = answer.head_length;
    pairs[0] = pair(SLICE_LITERAL(":status"), slice_make(status, sizeof(status)));
    for (size_t i = 0; i < answer.count; i++)
        pairs[i + 1] = pair(answer.fields[i].name, answer.fields[i].value);
    stream->carrier.exchange->sent_bytes += answer.head_length;
    if (head->is_interim)
        nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, stream->id, NULL, pairs,
                               answer.count + 1, NULL);
    else
        nghttp2_submit_response(session, stream->id, pairs, answer.count + 1,
                                head->has_body ? &provider : NULL);
    return true;
}

static enum carrier_result
send_interim(struct carrier *carrier, const struct http_head *head)
{
    static const char words[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct http2_stream *stream = stream_of(carrier);
    struct text out = text_over(carrier->worker->compose, COMPOSE_BYTES);
    size_t length = 0;

    if (is_lost(stream))
        return CARRIER_FAILED;
    if (head == NULL && (stream->has_end || stream->received > 0))
        return CARRIER_DONE;
    if (head == NULL)
        text_add_literal(&out, words);
    else if (!forwarding_write_interim(&out, head))
        return CARRIER_REFUSED;
    const struct head_to_send sent = {out.at, out.length, head == NULL ? 100 : head->status,
                                      true, true};
    if (!submit(stream, &sent, &length))
        return CARRIER_REFUSED;
    http2_connection_schedule(stream->connection);
    return CARRIER_DONE;
}

/* Who logs a connection in must have one of its own: HTTP/1.1 (RFC 9113 7). */
static enum carrier_result
ask_for_http1(struct http2_stream *stream)
{
    http2_stream_reset(stream, NGHTTP2_HTTP_1_1_REQUIRED);
    return CARRIER_FAILED;
}

static bool
write_head(struct http2_stream *stream, const struct carrier_answer *answer, struct text *out)
{
    struct exchange *exchange = stream->carrier.exchange;
    const struct forwarding_answer how = {
        .client_minor_version = 1,
        .keep_alive = true,
        .is_head_request = slice_equal(exchange->request.method, SLICE_LITERAL("HEAD")),
        .shape = answer_shape(exchange->view, stream->carrier.listener),
        .extra_fields = answer->extra_fields,
    };

    return forwarding_write_response(out, answer->head, &how, &exchange->answer_framing);
}

static void
give(struct http2_stream *stream, const struct carrier_body *body)
{
    stream->carrier.exchange->sent_bytes += body->length + body->trailers.length;
    http2_payload_give(&stream->output, slice_make(body->bytes, body->length), body->is_last,
                       body->trailers);
}

static enum carrier_result
send_head(struct http2_stream *stream, const struct carrier_answer *answer,
          const struct carrier_body *body)
{
    struct text out = text_over(stream->carrier.worker->compose, COMPOSE_BYTES);
    size_t length = 0;

    if (login_is_of_connection(answer->head))
        return ask_for_http1(stream);
    if (!write_head(stream, answer, &out))
        return CARRIER_REFUSED;
    const struct head_to_send head = {out.at, out.length, answer->head->status, false,
                                      !body->is_last ||
                                          body->length + body->trailers.length > 0};
    if (!submit(stream, &head, &length))
        return CARRIER_REFUSED;
    stream->has_answer = true;
    stream->output.is_complete = !head.has_body;
    return CARRIER_DONE;
}

static enum carrier_result
send_answer(struct carrier *carrier, const struct carrier_answer *answer,
            const struct carrier_body *body)
{
    struct http2_stream *stream = stream_of(carrier);

    if (is_lost(stream))
        return CARRIER_FAILED;
    if (answer != NULL) {
        enum carrier_result result = send_head(stream, answer, body);
        if (result != CARRIER_DONE)
            return result;
    } else {
        nghttp2_session_resume_data(stream->connection->session, stream->id);
    }
    give(stream, body);
    return push(stream);
}

/* A failure tells a client of gRPC what it is in gRPC's words, and has no page for people. */
static void
speak_grpc(struct forwarding_page *page, struct text *fields)
{
    text_add_slice(fields, page->extra_fields);
    grpc_write_status(fields, page->status);
    page->extra_fields = text_slice(fields);
    page->content_type = SLICE_LITERAL("application/grpc");
    page->body = SLICE_LITERAL("");
}

static enum carrier_result
send_page(struct carrier *carrier, struct forwarding_page *page)
{
    struct http2_stream *stream = stream_of(carrier);
    struct text out = text_over(carrier->worker->compose, COMPOSE_BYTES);
    char words[GRPC_FIELDS_BYTES];
    struct text fields = text_over(words, sizeof(words));
    size_t length = 0;

    if (is_lost(stream))
        return CARRIER_FAILED;
    if (page->status >= FIRST_FAILURE && grpc_is_call(&carrier->exchange->request))
        speak_grpc(page, &fields);
    page->keep_alive = true;
    if (!forwarding_write_page(&out, page))
        log_error("an answer with status %u does not fit", page->status);
    const char *end = memmem(out.at, out.length, "\r\n\r\n", 4);
    bool has_body = end != NULL && end + 4 < out.at + out.length;
    const struct head_to_send head = {out.at, out.length, page->status, false, has_body};
    if (end == NULL || !submit(stream, &head, &length))
        return CARRIER_FAILED;
    stream->has_answer = true;
    stream->output.is_complete = !has_body;
    const struct carrier_body body = {
        .bytes = out.at + length, .length = out.length - length, .is_last = true};
    give(stream, &body);
    return push(stream);
}

static void
pause_reading(struct carrier *carrier, bool is_paused)
{
    if (!is_paused)
        http2_stream_wake(stream_of(carrier));
}

static void
cut(struct carrier *carrier)
{
    http2_stream_reset(stream_of(carrier), NGHTTP2_INTERNAL_ERROR);
}

/* What has come of the request and was not wanted; a little more may come. */
static void
drop_input(struct http2_stream *stream)
{
    consume(stream, http2_intake_length(&stream->input));
    stream->held = 0;
}

/* An answer that is not complete shows as such. */
static void
finish(struct carrier *carrier, bool request_was_read)
{
    struct http2_stream *stream = stream_of(carrier);
    struct http2_connection *connection = stream->connection;

    (void)request_was_read;
    connection->exchanges--;
    carrier->is_blocked = false;
    if (!stream->was_reset && !stream->output.is_complete)
        http2_stream_reset(stream,
                           stream->has_answer ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
    drop_input(stream);
    stream->output.length = 0;
    http2_stream_wake(stream);
}

static bool
local_address(struct carrier *carrier, struct address *address)
{
    const struct address *destination = carrier_destination(carrier);

    if (destination == NULL)
        return socket_local_address(stream_of(carrier)->connection->stream.fd, address);
    *address = *destination;
    return true;
}

static bool
security(struct carrier *carrier, struct tls_facts *facts)
{
    return tls_facts_of(stream_of(carrier)->connection->stream.session, facts);
}

static struct stream *
plain_stream(struct carrier *carrier)
{
    (void)carrier;
    return NULL;
}

static uint64_t
counted(struct carrier *carrier)
{
    (void)carrier;
    return 0;
}

static void
skip(struct carrier *carrier, uint64_t bytes)
{
    (void)carrier;
    (void)bytes;
}

const struct carrier_kind http2_stream_carrier = {
    .read_head = read_head,
    .read_held = read_held,
    .kept_bytes = kept_bytes,
    .read_body = read_body,
    .send_interim = send_interim,
    .send = send_answer,
    .send_page = send_page,
    .pause = pause_reading,
    .cut = cut,
    .finish = finish,
    .local_address = local_address,
    .security = security,
    .stream = plain_stream,
    .counted = counted,
    .skip = skip,
};
