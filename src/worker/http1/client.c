/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client connection's life outside of an exchange. Reading feeds whatever is going on: a
 * head, a body (the relay reads that itself), a tunnel, or nothing, when bytes are kept for the
 * next request.
 */
#include "worker/http1/client.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "http/forwarding.h"
#include "worker/exchange/answer_shape.h"
#include "worker/exchange/exchange_run.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"

#define TAG 0xc11e9472

/*
 * After an answer with which the connection closes, what the client still sends is thrown away:
 * a reset because of unread bytes could destroy the answer on its way (RFC 9112 9.6). The rest
 * of its request may take as long as it takes, and so much more may come; but not after a
 * silence.
 */
#define LINGER_SILENCE_MS 5000
#define LINGER_BYTES (1024 * 1024)
/* Of a connection that an upgrade found idle. */
#define RETIRED_IDLE_MS 10000

static void on_readable(void *owner);
static void on_gone(void *owner, bool has_failed);
static void on_writable(void *owner);

static const struct stream_callbacks callbacks = {
    .on_readable = on_readable, .on_writable = on_writable, .on_gone = on_gone};

static void on_time(void *argument);

struct client *
client_open(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    struct client *client = object_pool_take(&worker->client_pool);

    *client = (struct client){.tag = TAG};
    client->carrier = (struct carrier){.kind = &client_carrier,
                                       .worker = worker,
                                       .listener = listener,
                                       .id = newcomer->id,
                                       .address = newcomer->client,
                                       .opened_s = (uint32_t)(clock_ms() / 1000),
                                       .answer_bytes = SCRATCH_BYTES};
    listener_pin(listener);
    timer_init(&client->timer, on_time, client);
    stream_open(&client->stream, worker->loop, newcomer->fd, &callbacks, client);
    TAILQ_INSERT_TAIL(&worker->clients, client, entry);
    worker->client_count++;
    WORKER_COUNT(worker, CLIENT_CONNECTIONS);
    WORKER_COUNT(worker, CLIENT_CONNECTIONS_ACTIVE);
    timer_set(
        &client->timer, worker->loop,
        listener_balancer(client->carrier.listener, worker->view)->timeouts.client_idle_ms);
    return client;
}

static void refuse_plain(struct client *client);

void
client_accept(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    struct client *client = client_open(worker, listener, newcomer);

    client->is_limited = newcomer->is_limited;
    carrier_note_destination(&client->carrier, &newcomer->destination);
    if (newcomer->session != NULL) {
        client->carrier.is_secure = true;
        stream_adopt(&client->stream, newcomer->session);
    }
    if (newcomer->is_misled)
        refuse_plain(client);
}

static void
release(void *memory)
{
    struct client *client = memory;

    object_pool_give_back(&client->carrier.worker->client_pool, client);
}

/* Also a request that waits for its turn. */
static void
drop_input(struct client *client)
{
    struct worker *worker = client->carrier.worker;

    if (client->input != NULL)
        loop_place_leave(&client->input->place, worker->loop);
    input_give_back(worker, &client->input);
}

static void
close_now(struct client *client)
{
    struct worker *worker = client->carrier.worker;

    CHECK(client->carrier.exchange == NULL);
    carrier_drop_extras(&client->carrier);
    stream_close(&client->stream);
    timer_close(&client->timer, worker->loop);
    drop_input(client);
    TAILQ_REMOVE(&worker->clients, client, entry);
    worker->client_count--;
    WORKER_COUNT_MANY(worker, CLIENT_CONNECTIONS_ACTIVE, -1);
    if (client->is_limited)
        client_limits_release(worker, &client->carrier.address);
    listener_unpin(worker, &client->carrier.listener);
    listener_resume_all(worker);
    client->tag = 0;
    loop_free_later(worker->loop, client, release);
    worker_stop_if_idle(worker);
}

void
client_close(struct client *client)
{
    CHECK_TAG(client, TAG);
    if (client->carrier.exchange != NULL)
        exchange_on_client_end(client->carrier.exchange, true);
    else
        close_now(client);
}

/* More has come than was answered, or is on its way: closing now would reset the connection. */
static bool
is_in_the_middle(const struct client *client, uint64_t unread_bytes)
{
    return unread_bytes > 0 || input_slice(client->input).length > 0 ||
           !stream_is_quiet(&client->stream);
}

/*
 * Sends our end and, where the client is in the middle of something, waits within bounds for
 * its end; one that has said all is simply closed.
 */
static void
linger(struct client *client, uint64_t unread_bytes)
{
    if (!stream_is_open(&client->stream) || client->carrier.has_ended ||
        !is_in_the_middle(client, unread_bytes)) {
        close_now(client);
        return;
    }
    client->is_lingering = true;
    carrier_drop_extras(&client->carrier);
    client->unread_bytes = unread_bytes + LINGER_BYTES;
    drop_input(client);
    stream_finish_writing(&client->stream);
    stream_resume_reading(&client->stream);
    timer_set(&client->timer, client->carrier.worker->loop, LINGER_SILENCE_MS);
}

/* HTTP without TLS where TLS is spoken: its request has been read as something else. */
static void
refuse_plain(struct client *client)
{
    struct worker *worker = client->carrier.worker;
    struct text out = text_over(worker->compose, COMPOSE_BYTES);
    const struct forwarding_page page = {
        .status = 400, .shape = answer_shape(worker->view, client->carrier.listener)};

    forwarding_write_page(&out, &page);
    if (stream_write(&client->stream, out.at, out.length) == (ssize_t)out.length)
        linger(client, 1);
    else
        close_now(client);
}

/* Drops what has been consumed; the buffer goes when nothing is left. */
static void
tidy_input(struct client *client)
{
    struct input *input = client->input;

    if (input == NULL)
        return;
    if (input->start == input->end) {
        input_give_back(client->carrier.worker, &client->input);
        return;
    }
    memmove(input->bytes, input->bytes + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
}

/* From here on the exchange's own timer counts. */
static void
begin_exchange(struct client *client)
{
    timer_stop(&client->timer);
    exchange_begin(&client->carrier);
}

static void
begin_pipelined(void *argument)
{
    struct client *client = argument;

    CHECK_TAG(client, TAG);
    CHECK(client->carrier.exchange == NULL && client->input != NULL);
    begin_exchange(client);
}

void
client_next_or_close(struct client *client, uint64_t unread_bytes)
{
    struct worker *worker = client->carrier.worker;

    if (client->carrier.must_close || !stream_is_open(&client->stream) ||
        worker->is_shutting_down) {
        linger(client, unread_bytes);
        return;
    }
    tidy_input(client);
    /* A full input may hold the whole next request: it may not be worth to listen yet. */
    if (!client_has_read_ahead(client))
        carrier_pause(&client->carrier, false);
    timer_set(
        &client->timer, worker->loop,
        listener_balancer(client->carrier.listener, worker->view)->timeouts.client_idle_ms);
    /* Not now: a long pipeline would keep everybody else waiting until its end. */
    if (client->input != NULL)
        loop_place_take(&client->input->place, worker->loop, begin_pipelined, client);
}

void
client_finish_soon(struct client *client)
{
    client->carrier.must_close = true;
    /* A request that has already come is answered, with Connection: close. */
    if (client->carrier.exchange == NULL && client->input == NULL && !client->is_lingering &&
        stream_is_quiet(&client->stream))
        close_now(client);
}

void
client_retire(struct client *client)
{
    struct worker *worker = client->carrier.worker;
    uint32_t idle_ms =
        listener_balancer(client->carrier.listener, worker->view)->timeouts.client_idle_ms;

    client->carrier.must_close = true;
    if (client->carrier.exchange == NULL && client->input == NULL && !client->is_lingering)
        timer_set(&client->timer, worker->loop,
                  idle_ms < RETIRED_IDLE_MS ? idle_ms : RETIRED_IDLE_MS);
}

void
client_keep_rest(struct client *client, const char *bytes, size_t length)
{
    const char *before = client->input == NULL ? NULL : client->input->bytes;

    input_add(client->carrier.worker, &client->input, bytes, length);
    if (client->carrier.exchange != NULL && before != NULL && before != client->input->bytes)
        http_head_rebase(&client->carrier.exchange->request, before, client->input->bytes);
}

static void
on_time(void *argument)
{
    struct client *client = argument;

    CHECK_TAG(client, TAG);
    CHECK(client->carrier.exchange == NULL);
    close_now(client);
}

/* Bytes that are wanted no more; too many of them end the patience. */
static void
discard(struct client *client)
{
    struct worker *worker = client->carrier.worker;
    ssize_t got = stream_read(&client->stream, worker->scratch, SCRATCH_BYTES);

    if (got == STREAM_WAIT)
        return;
    if (got <= 0 || (uint64_t)got > client->unread_bytes) {
        close_now(client);
        return;
    }
    client->unread_bytes -= (uint64_t)got;
    timer_set(&client->timer, worker->loop, LINGER_SILENCE_MS);
}

/* The present request is complete: what comes now is the next one, or the client's end. */
static void
read_ahead(struct client *client)
{
    struct worker *worker = client->carrier.worker;

    if (client_has_read_ahead(client)) {
        carrier_pause(&client->carrier, true);
        return;
    }
    size_t room = INPUT_SMALL_BYTES - input_slice(client->input).length;
    ssize_t got = stream_read(&client->stream, worker->scratch, room);
    if (got > 0)
        client_keep_rest(client, worker->scratch, (size_t)got);
    else if (got != STREAM_WAIT)
        exchange_on_client_end(client->carrier.exchange, got == STREAM_FAILED);
}

/* Between requests, or in the middle of a head. */
static void
read_head(struct client *client)
{
    struct worker *worker = client->carrier.worker;

    ssize_t got = stream_read(&client->stream, worker->scratch, FIRST_READ_BYTES);
    if (got == STREAM_WAIT)
        return;
    if (got <= 0) {
        client->carrier.has_ended = true;
        client_close(client);
        return;
    }
    client_keep_rest(client, worker->scratch, (size_t)got);
    if (client->carrier.exchange == NULL)
        begin_exchange(client);
    else
        exchange_run(client->carrier.exchange);
}

static void
on_readable(void *owner)
{
    struct client *client = owner;
    struct exchange *exchange = client->carrier.exchange;

    CHECK_TAG(client, TAG);
    if (client->is_lingering)
        discard(client);
    else if (exchange == NULL && client->input != NULL)
        return; /* its next request is here already, and has its place in the line */
    else if (exchange == NULL || exchange_reads_head(exchange))
        read_head(client);
    else if (exchange_reads_body(exchange))
        exchange_on_client_readable(exchange);
    else if (exchange->request_state >= REQUEST_READ)
        read_ahead(client);
    else
        /* A body before its target is connected: it waits in the socket. */
        carrier_pause(&client->carrier, true);
}

/* Less waits in the socket than the body needs, and nothing follows. */
static bool
lacks_body(const struct client *client)
{
    const struct http_head *head = &client->carrier.exchange->request;
    const struct http1_request *request = client->request;

    if (head->framing != HTTP_BODY_LENGTH || request == NULL)
        return false;
    if (request->body_has_begun)
        return stream_waiting(&client->stream) < request->body.remaining;
    return input_slice(client->input).length + stream_waiting(&client->stream) <
           head->content_length;
}

/*
 * The client has gone, or sent its end, while it is not read. What that means is the same as
 * when its end is read, but bytes may wait before it: those of a body that is complete are
 * worth having.
 */
static void
on_gone(void *owner, bool has_failed)
{
    struct client *client = owner;
    struct exchange *exchange = client->carrier.exchange;

    CHECK_TAG(client, TAG);
    if (exchange != NULL && exchange->step == STEP_TUNNEL && !has_failed)
        return;
    client->carrier.has_ended = true;
    if (exchange == NULL && has_failed)
        close_now(client);
    if (exchange == NULL)
        return;
    if (has_failed || exchange->request_state != REQUEST_BODY_COMES || lacks_body(client))
        exchange_on_client_end(exchange, has_failed);
    else
        exchange_touch(exchange);
}

/* While a pipe is in use, the relay waits for room as well. */
static void
on_writable(void *owner)
{
    struct client *client = owner;
    struct exchange *exchange = client->carrier.exchange;

    CHECK_TAG(client, TAG);
    if (exchange == NULL || client->request == NULL) {
        stream_want_writable(&client->stream, false);
        return;
    }
    if (!backlog_flush(&client->request->to_client, &client->stream)) {
        exchange_on_client_end(exchange, true);
        return;
    }
    client->carrier.is_blocked = !backlog_is_empty(&client->request->to_client);
    if (!client->carrier.is_blocked && exchange->response_pipe == NULL)
        stream_want_writable(&client->stream, false);
    exchange_on_client_writable(exchange);
}
