/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an HTTP/1 client connection carries an exchange: its request is parsed where it was read,
 * bodies are decoded and framed in place, and what the socket does not take waits in a backlog.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/forwarding.h"
#include "net/socket.h"
#include "net/tls/tls_facts.h"
#include "worker/exchange/answer_shape.h"
#include "worker/exchange/exchange.h"
#include "worker/http1/client.h"
#include "worker/http1/framing.h"
#include "worker/shared/context.h"

/* Nobody knows how much is left of a body in chunks: more is not waited for. */
#define CHUNKS_UNREAD_MAX ((uint64_t)1 << 30)

struct client *
client_of(struct carrier *carrier)
{
    return (struct client *)((char *)carrier - offsetof(struct client, carrier));
}

static void
begin_request(struct client *client)
{
    struct exchange *exchange = client->carrier.exchange;
    struct http1_request *request = object_pool_take(&client->carrier.worker->request_pool);

    request->head_fed = 0;
    request->body_has_begun = false;
    request->is_tunnel = false;
    request->to_client = (struct backlog){0};
    http1_parser_start_request(&request->parser, &exchange->request,
                               &exchange->view->settings->limits);
    client->request = request;
}

static enum carrier_result
read_head(struct carrier *carrier, enum http_refusal *refusal)
{
    struct client *client = client_of(carrier);
    struct input *input = client->input;
    size_t used = 0;

    if (client->request == NULL)
        begin_request(client);
    struct http1_request *request = client->request;
    const char *fresh = input->bytes + input->start + request->head_fed;
    size_t fresh_length = input->end - input->start - request->head_fed;
    enum http1_result result = http1_parser_feed(&request->parser, fresh, fresh_length, &used);
    request->head_fed += used;
    carrier->exchange->received_bytes = request->head_fed;
    if (result == HTTP1_MORE) {
        carrier_pause(carrier, false);
        return CARRIER_WAIT;
    }
    if (result == HTTP1_REFUSED) {
        *refusal = request->parser.refusal;
        return CARRIER_REFUSED;
    }
    input->start += request->head_fed;
    return CARRIER_DONE;
}

/* Decodes what of the body stands behind the head, in place and once. */
static bool
begin_body(struct client *client)
{
    struct exchange *exchange = client->carrier.exchange;
    struct http1_request *request = client->request;
    struct input *input = client->input;
    size_t used = 0;

    http1_body_start(&request->body, exchange->request.framing,
                     exchange->request.content_length);
    enum http1_body_result result =
        framing_gather(&request->body, input->bytes + input->start, input->end - input->start,
                       &request->held_length, &used);
    request->body_has_begun = true;
    request->held_start = input->start;
    input->start += used;
    exchange->received_bytes += used;
    return result != HTTP1_BODY_MALFORMED;
}

static enum carrier_result
read_held(struct carrier *carrier, struct carrier_body *held)
{
    struct client *client = client_of(carrier);
    const struct http1_request *request = client->request;

    if (!request->body_has_begun && !begin_body(client))
        return CARRIER_REFUSED;
    held->bytes = client->input->bytes + request->held_start;
    held->length = request->held_length;
    held->is_last = http1_body_is_done(&request->body);
    return CARRIER_DONE;
}

static size_t
kept_bytes(const struct carrier *carrier)
{
    const struct client *client =
        (const struct client *)((const char *)carrier - offsetof(struct client, carrier));

    return client->input == NULL ? 0 : client->input->capacity;
}

/* What the client sent right behind its request, before it saw the 101, comes first. */
static bool
take_input(struct client *client, struct carrier_body *body)
{
    struct slice rest = input_slice(client->input);

    if (rest.length == 0)
        return false;
    body->bytes = client->input->bytes + client->input->start;
    body->length = rest.length;
    client->input->start = client->input->end;
    client->carrier.exchange->received_bytes += rest.length;
    return true;
}

/* A pipelined request may begin behind the body. */
static enum carrier_result
decode(struct client *client, struct carrier_body *body)
{
    struct http1_body *decoder = &client->request->body;
    size_t length = body->length, used = 0;

    if (framing_gather(decoder, body->bytes, length, &body->length, &used) ==
        HTTP1_BODY_MALFORMED)
        return CARRIER_REFUSED;
    body->is_last = http1_body_is_done(decoder);
    if (used < length) {
        client->carrier.exchange->received_bytes -= length - used;
        client_keep_rest(client, body->bytes + used, length - used);
    }
    return CARRIER_DONE;
}

/*
 * What of a body may be read at once. Not much more than is left of it, since what stands
 * behind it has to be kept: of chunks the present one's rest is known, and others are hoped
 * for.
 */
static size_t
most_to_read(const struct http1_request *request)
{
    size_t beyond =
        request->body.framing == HTTP_BODY_LENGTH ? INPUT_SMALL_BYTES : FIRST_READ_BYTES;

    if (request->is_tunnel || request->body.remaining >= SCRATCH_BYTES - beyond)
        return SCRATCH_BYTES;
    return (size_t)request->body.remaining + beyond;
}

static enum carrier_result
read_body(struct carrier *carrier, struct carrier_body *body)
{
    struct client *client = client_of(carrier);
    bool is_tunnel = client->request->is_tunnel;

    *body = (struct carrier_body){.bytes = carrier->worker->scratch};
    if (is_tunnel && take_input(client, body))
        return CARRIER_DONE;
    ssize_t got = stream_read(&client->stream, body->bytes, most_to_read(client->request));
    if (got == STREAM_WAIT)
        return CARRIER_WAIT;
    if (got <= 0)
        return got == 0 ? CARRIER_ENDED : CARRIER_FAILED;
    carrier->exchange->received_bytes += (uint64_t)got;
    body->length = (size_t)got;
    return is_tunnel ? CARRIER_DONE : decode(client, body);
}

static enum carrier_result
write_out(struct client *client, const char *bytes, size_t length)
{
    struct backlog *backlog = &client->request->to_client;

    client->carrier.exchange->sent_bytes += length;
    if (!backlog_write(backlog, &client->stream, bytes, length)) {
        /* Nobody is there: what it sent behind this request is not answered either. */
        client->carrier.has_ended = true;
        client->carrier.must_close = true;
        return CARRIER_FAILED;
    }
    client->carrier.is_blocked = !backlog_is_empty(backlog);
    if (client->carrier.is_blocked)
        stream_want_writable(&client->stream, true);
    return CARRIER_DONE;
}

static enum carrier_result
send_interim(struct carrier *carrier, const struct http_head *head)
{
    static const char words[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct client *client = client_of(carrier);
    struct text out = text_over(carrier->worker->compose, COMPOSE_BYTES);

    if (head == NULL)
        return input_slice(client->input).length > 0
                   ? CARRIER_DONE
                   : write_out(client, words, sizeof(words) - 1);
    if (!forwarding_write_interim(&out, head))
        return CARRIER_REFUSED;
    return write_out(client, out.at, out.length);
}

/* The rest of a request that is answered early stays unread: the connection cannot go on. */
static bool
may_stay(const struct client *client)
{
    const struct exchange *exchange = client->carrier.exchange;

    return !client->carrier.must_close && exchange->request_state >= REQUEST_READ &&
           exchange->request.keep_alive && !client->carrier.worker->is_shutting_down;
}

static bool
write_head(struct client *client, const struct carrier_answer *answer, struct text *out)
{
    struct exchange *exchange = client->carrier.exchange;
    const struct config_attributes *attributes = &exchange->balancer->attributes;
    const struct http_head *head = answer->head;
    uint8_t minor_version = exchange->request.minor_version;
    bool needs_close = head->framing != HTTP_BODY_NONE && head->framing != HTTP_BODY_LENGTH &&
                       minor_version == 0;
    struct forwarding_answer how = {
        .client_minor_version = minor_version,
        .keep_alive = !needs_close && may_stay(client) &&
                      clock_ms() - client->carrier.opened_s * (uint64_t)1000 <
                          attributes->client_keep_alive_ms,
        .is_head_request = slice_equal(exchange->request.method, SLICE_LITERAL("HEAD")),
        .shape = answer_shape(exchange->view, client->carrier.listener),
        .extra_fields = answer->extra_fields,
    };

    if (head->status == 101) {
        client->request->is_tunnel = true;
        exchange->answer_framing = HTTP_BODY_UNTIL_CLOSE;
        return forwarding_write_interim(out, head);
    }
    if (!how.keep_alive)
        client->carrier.must_close = true;
    return forwarding_write_response(out, head, &how, &exchange->answer_framing);
}

/* The new head is put right in front of the body bytes, where these were read. */
static enum carrier_result
send_with_head(struct client *client, const struct carrier_answer *answer,
               const struct carrier_body *body)
{
    struct text out = text_over(client->carrier.worker->compose, COMPOSE_BYTES);
    char *bytes = body->bytes;

    if (!write_head(client, answer, &out))
        return CARRIER_REFUSED;
    size_t length = framing_frame(&bytes, body->length,
                                  client->carrier.exchange->answer_framing, body->is_last);
    if (out.length <= SCRATCH_HEADROOM - HTTP1_CHUNK_HEAD_MAX) {
        bytes -= out.length;
        memcpy(bytes, out.at, out.length);
        return write_out(client, bytes, length + out.length);
    }
    enum carrier_result result = write_out(client, out.at, out.length);
    return result == CARRIER_DONE ? write_out(client, bytes, length) : result;
}

static enum carrier_result
send_answer(struct carrier *carrier, const struct carrier_answer *answer,
            const struct carrier_body *body)
{
    struct client *client = client_of(carrier);
    char *bytes = body->bytes;

    if (answer != NULL)
        return send_with_head(client, answer, body);
    if (client->request->is_tunnel && body->is_last)
        stream_finish_writing(&client->stream);
    size_t length =
        framing_frame(&bytes, body->length, carrier->exchange->answer_framing, body->is_last);
    return write_out(client, bytes, length);
}

static enum carrier_result
send_page(struct carrier *carrier, struct forwarding_page *page)
{
    struct client *client = client_of(carrier);
    struct text out = text_over(carrier->worker->compose, COMPOSE_BYTES);

    page->keep_alive = may_stay(client);
    if (!page->keep_alive)
        carrier->must_close = true;
    if (!forwarding_write_page(&out, page))
        log_error("an answer with status %u does not fit", page->status);
    return write_out(client, out.at, out.length);
}

static void
pause_reading(struct carrier *carrier, bool is_paused)
{
    struct client *client = client_of(carrier);

    if (is_paused)
        stream_pause_reading(&client->stream);
    else
        stream_resume_reading(&client->stream);
}

static void
cut(struct carrier *carrier)
{
    stream_abort(&client_of(carrier)->stream);
}

/* What of a request has not come, at most; of a head that was refused nothing is known. */
static uint64_t
unread_bytes(const struct http1_request *request)
{
    const struct http_head *head = request->parser.head;

    if (head->framing == HTTP_BODY_CHUNKED)
        return CHUNKS_UNREAD_MAX;
    if (head->framing != HTTP_BODY_LENGTH)
        return 1;
    return request->body_has_begun ? request->body.remaining : head->content_length;
}

static void
finish(struct carrier *carrier, bool request_was_read)
{
    struct client *client = client_of(carrier);

    uint64_t unread = request_was_read ? 0 : unread_bytes(client->request);

    backlog_clear(&client->request->to_client);
    object_pool_give_back(&carrier->worker->request_pool, client->request);
    client->request = NULL;
    carrier->is_blocked = false;
    client_next_or_close(client, unread);
}

static bool
local_address(struct carrier *carrier, struct address *address)
{
    const struct address *destination = carrier_destination(carrier);

    if (destination == NULL)
        return socket_local_address(client_of(carrier)->stream.fd, address);
    *address = *destination;
    return true;
}

static bool
security(struct carrier *carrier, struct tls_facts *facts)
{
    return tls_facts_of(client_of(carrier)->stream.session, facts);
}

static struct stream *
stream(struct carrier *carrier)
{
    struct stream *own = &client_of(carrier)->stream;

    return stream_can_splice(own) ? own : NULL;
}

static uint64_t
counted(struct carrier *carrier)
{
    const struct http1_body *body = &client_of(carrier)->request->body;

    return body->framing == HTTP_BODY_LENGTH ? body->remaining : 0;
}

static void
skip(struct carrier *carrier, uint64_t bytes)
{
    http1_body_skip(&client_of(carrier)->request->body, bytes);
}

const struct carrier_kind client_carrier = {
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
    .stream = stream,
    .counted = counted,
    .skip = skip,
};
