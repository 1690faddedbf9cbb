/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, pooling and closing connections to targets. Idle ones stay registered for reading,
 * so that a target's close is seen at once; how long they lived then teaches their target's
 * keep-alive.
 */
#include "worker/http1/target_connection.h"

#include <errno.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "http/request_judge.h"
#include "net/socket.h"
#include "net/proxy_header.h"
#include "worker/exchange/exchange_run.h"
#include "worker/exchange/target_manner.h"
#include "worker/http1/target_codec.h"
#include "worker/shared/context.h"

#define TAG 0x7463e0f1

/* Idle connections kept for each target by this worker. */
#define IDLE_MAX 512

/* A connection is retired this long before the target would close it (or a tenth of it, if
 * less). */
#define KEEP_ALIVE_MARGIN_MS 500

/* Closes after a shorter idle time than this say nothing about the target's timeout. */
#define KEEP_ALIVE_LEARN_MIN_MS 900

static void on_readable(void *owner);
static void on_writable(void *owner);
static void on_ready(void *owner, bool has_failed);

static const struct stream_callbacks callbacks = {
    .on_readable = on_readable, .on_writable = on_writable, .on_ready = on_ready};

/* A connection idle for longer than this is looked at before a request that cannot be replayed.
 */
#define LOOK_BEFORE_USE_MS 20

static struct target_link_list *
list_of(struct target_link *link)
{
    if (link->exchange != NULL)
        return &link->target->busy;
    return link->pinned_to != NULL ? &link->target->pinned : &link->target->idle;
}

/* Out of the list of those that have no exchange. */
static void
leave_list(struct target_link *link)
{
    TAILQ_REMOVE(list_of(link), link, entry);
    if (link->exchange != NULL)
        return;
    if (link->pinned_to != NULL)
        LIST_REMOVE(link, pin_entry);
    else
        link->target->idle_count--;
}

static void
release(void *memory)
{
    struct target_connection *connection = memory;

    object_pool_give_back(&connection->link.worker->connection_pool, connection);
}

static void
close_connection(struct target_connection *connection)
{
    struct worker *worker = connection->link.worker;

    leave_list(&connection->link);
    if (connection->tls != NULL)
        connection->tls->transport->close(connection->tls, true);
    stream_close(&connection->stream);
    connection->tag = 0;
    connection->link.target->connection_count--;
    if (target_state_owns_row(connection->link.target))
        counter_add(&connection->link.target->counters->connections_open, (uint64_t)-1);
    WORKER_COUNT_MANY(worker, TARGET_CONNECTIONS_ACTIVE, -1);
    loop_free_later(worker->loop, connection, release);
}

/* An idle connection ended: when the target did it by its timeout, the timeout is now known. */
static void
learn_keep_alive(struct target_state *target, uint64_t idle_ms)
{
    uint64_t margin = idle_ms / 10 < KEEP_ALIVE_MARGIN_MS ? idle_ms / 10 : KEEP_ALIVE_MARGIN_MS;

    if (idle_ms >= KEEP_ALIVE_LEARN_MIN_MS && idle_ms - margin < target->keep_alive_ms)
        target->keep_alive_ms = (uint32_t)(idle_ms - margin);
}

static void
on_readable(void *owner)
{
    struct target_connection *connection = owner;

    CHECK_TAG(connection, TAG);
    if (connection->link.exchange != NULL) {
        exchange_on_target_readable(connection->link.exchange);
        return;
    }
    /* Bytes or the end on an idle connection: nobody asked for them, so it is not used again.
     * What TLS says to itself (a ticket) is neither. */
    char byte;
    ssize_t got = stream_read(&connection->stream, &byte, 1);
    if (got == STREAM_WAIT)
        return;
    if (got == 0)
        learn_keep_alive(connection->link.target, clock_ms() - connection->idle_since_ms);
    close_connection(connection);
}

static bool
group_has_header(const struct exchange *exchange)
{
    return (exchange->group->group->flags & GROUP_PROXY_HEADER) != 0;
}

/* Before TLS, and before anything else. A new connection takes the few bytes at once. */
static bool
tell_whose_it_is(struct target_connection *connection)
{
    struct carrier *carrier = connection->link.exchange->carrier;
    const struct address *told = carrier_destination(carrier);
    struct address destination = {.family = ADDRESS_NONE};
    char header[PROXY_HEADER_WRITTEN_MAX];

    if (told != NULL)
        destination = *told;
    else if (!carrier->kind->local_address(carrier, &destination))
        destination.family = ADDRESS_NONE;
    size_t length = proxy_header_write(header, &carrier->address, &destination);
    return stream_write(&connection->stream, header, length) == (ssize_t)length;
}

static void
on_ready(void *owner, bool has_failed)
{
    struct target_connection *connection = owner;
    struct worker *worker = connection->link.worker;

    CHECK_TAG(connection, TAG);
    connection->error = has_failed ? EPROTO : 0;
    if (has_failed)
        WORKER_COUNT(worker, TARGET_TLS_ERRORS);
    exchange_on_connected(connection->link.exchange);
}

/* The system has connected it, or has not. */
static void
end_connect(struct target_connection *connection)
{
    connection->error = stream_error(&connection->stream);
    if (connection->error == 0 && connection->has_proxy_header && !tell_whose_it_is(connection))
        connection->error = EPIPE;
    if (connection->error != 0 || connection->tls == NULL) {
        exchange_on_connected(connection->link.exchange);
        return;
    }
    stream_want_writable(&connection->stream, false);
    struct stream_session *tls = connection->tls;
    connection->tls = NULL;
    stream_secure(&connection->stream, tls);
}

static void
on_writable(void *owner)
{
    struct target_connection *connection = owner;
    struct exchange *exchange = connection->link.exchange;

    CHECK_TAG(connection, TAG);
    if (exchange == NULL) {
        stream_want_writable(&connection->stream, false);
        return;
    }
    if (connection->is_connecting) {
        end_connect(connection);
        return;
    }
    bool has_failed = !backlog_flush(&connection->to_target, &connection->stream);
    if (has_failed)
        backlog_clear(&connection->to_target);
    connection->link.is_blocked = !backlog_is_empty(&connection->to_target);
    /* While a pipe is in use, the relay waits for room as well. */
    if (!connection->link.is_blocked && exchange->request_pipe == NULL)
        stream_want_writable(&connection->stream, false);
    exchange_on_target_writable(exchange, has_failed);
}

static bool
is_trusted(const struct target_connection *connection)
{
    return clock_ms() - connection->idle_since_ms < connection->link.target->keep_alive_ms;
}

static void
close_idle(struct target_state *target)
{
    struct target_link *link;

    while ((link = TAILQ_FIRST(&target->idle)) != NULL)
        close_connection(target_connection_of(link));
}

static void
close_pinned(struct target_state *target)
{
    struct target_link *link;

    while ((link = TAILQ_FIRST(&target->pinned)) != NULL)
        close_connection(target_connection_of(link));
}

static void
expire_idle(struct target_state *target)
{
    struct target_link *link;

    while ((link = TAILQ_LAST(&target->idle, target_link_list)) != NULL &&
           !is_trusted(target_connection_of(link)))
        close_connection(target_connection_of(link));
}

/*
 * A request that must not be sent twice should not meet a connection that the target has closed
 * in the meantime: its end is looked for first. The race that remains is the network's own.
 */
static bool
is_good_for(const struct target_connection *connection, const struct exchange *exchange)
{
    return clock_ms() - connection->idle_since_ms <= LOOK_BEFORE_USE_MS ||
           request_is_idempotent(&exchange->request) || stream_is_quiet(&connection->stream);
}

static void
use_again(struct target_link *link, struct exchange *exchange)
{
    leave_list(link);
    link->exchange = exchange;
    link->is_reused = true;
    TAILQ_INSERT_HEAD(&link->target->busy, link, entry);
}

static struct target_link *
take(struct target_state *target, struct exchange *exchange)
{
    struct target_manner manner;
    struct target_link *link;

    if (!target_manner_of(exchange, &manner))
        return NULL;
    while ((link = TAILQ_FIRST(&target->idle)) != NULL) {
        struct target_connection *connection = target_connection_of(link);
        /* The last used one stands first: when it is too old, all are. */
        if (!is_trusted(connection)) {
            close_idle(target);
            return NULL;
        }
        /* A reload may have changed what the group speaks, and whom it trusts. */
        if (connection->security_key != manner.key || group_has_header(exchange) ||
            !is_good_for(connection, exchange)) {
            close_connection(connection);
            continue;
        }
        use_again(link, exchange);
        return link;
    }
    return NULL;
}

static bool
resume(struct target_link *link, struct exchange *exchange)
{
    struct target_connection *connection = target_connection_of(link);
    struct target_manner manner;

    if (!target_manner_of(exchange, &manner) || connection->security_key != manner.key ||
        !is_good_for(connection, exchange)) {
        close_connection(connection);
        return false;
    }
    use_again(link, exchange);
    return true;
}

static void
drop(struct target_link *link)
{
    close_connection(target_connection_of(link));
}

static struct target_link *
open_new(struct target_state *target, struct exchange *exchange)
{
    struct worker *worker = exchange->worker;
    struct target_manner manner;

    if (!target_manner_of(exchange, &manner)) {
        errno = EPROTO;
        return NULL;
    }
    int fd = socket_connect(&target->dial);
    if (fd == -1)
        return NULL;
    struct target_connection *connection = object_pool_take(&worker->connection_pool);
    *connection = (struct target_connection){.tag = TAG,
                                             .is_connecting = true,
                                             .security_key = manner.key,
                                             .tls = target_manner_tls(&manner, target, fd),
                                             .has_proxy_header = group_has_header(exchange)};
    connection->link = (struct target_link){.kind = &target_connection_link,
                                            .worker = worker,
                                            .target = target,
                                            .exchange = exchange};
    if (connection->has_proxy_header)
        connection->link.pinned_to = exchange->carrier;
    stream_open(&connection->stream, worker->loop, fd, &callbacks, connection);
    stream_want_writable(&connection->stream, true);
    TAILQ_INSERT_HEAD(&target->busy, &connection->link, entry);
    target->connection_count++;
    counter_add(&target->counters->connections_open, 1);
    WORKER_COUNT(worker, TARGET_CONNECTIONS);
    WORKER_COUNT(worker, TARGET_CONNECTIONS_ACTIVE);
    return &connection->link;
}

static int
connect_error(struct target_link *link)
{
    struct target_connection *connection = target_connection_of(link);

    if (connection->error != 0)
        return connection->error;
    connection->is_connecting = false;
    stream_want_writable(&connection->stream, false);
    return 0;
}

/* What a pinned one's target sends too late can hurt nobody else. */
static bool
may_be_kept(const struct target_connection *connection)
{
    const struct target_state *target = connection->link.target;

    if (!connection->keeps_alive || target->is_closed || target->views == 0 ||
        target->link_kind != &target_connection_link)
        return false;
    return connection->link.pinned_to != NULL ||
           (!connection->end_is_doubtful && target->idle_count < IDLE_MAX);
}

static void
give_back(struct target_link *link, enum target_link_outcome outcome)
{
    struct target_connection *connection = target_connection_of(link);
    bool is_kept = outcome == LINK_REUSABLE && may_be_kept(connection);

    CHECK_TAG(connection, TAG);
    target_codec_reset(connection);
    if (!is_kept) {
        close_connection(connection);
        return;
    }
    TAILQ_REMOVE(&link->target->busy, link, entry);
    link->exchange = NULL;
    connection->idle_since_ms = clock_ms();
    stream_want_writable(&connection->stream, false);
    target_link_pause(link, false);
    TAILQ_INSERT_HEAD(list_of(link), link, entry);
    if (link->pinned_to == NULL)
        link->target->idle_count++;
    else
        carrier_pin(link->pinned_to, link);
}

static void
pause_reading(struct target_link *link, bool is_paused)
{
    struct stream *stream = &target_connection_of(link)->stream;

    if (is_paused)
        stream_pause_reading(stream);
    else
        stream_resume_reading(stream);
}

static bool
was_reset(struct target_link *link)
{
    return stream_was_reset(&target_connection_of(link)->stream);
}

static struct stream *
plain_stream(struct target_link *link)
{
    struct stream *stream = &target_connection_of(link)->stream;

    return stream_can_splice(stream) ? stream : NULL;
}

const struct target_link_kind target_connection_link = {
    .take = take,
    .resume = resume,
    .drop = drop,
    .open = open_new,
    .connect_error = connect_error,
    .send_request = target_codec_send_request,
    .send_body = target_codec_send_body,
    .read = target_codec_read,
    .forget_head = target_codec_forget_head,
    .pause = pause_reading,
    .was_reset = was_reset,
    .give_back = give_back,
    .stream = plain_stream,
    .counted = target_codec_counted,
    .skip = target_codec_skip,
    .close_idle = close_idle,
    .close_pinned = close_pinned,
    .expire_idle = expire_idle,
};
