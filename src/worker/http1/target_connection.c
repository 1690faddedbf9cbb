/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, pooling and closing connections to targets. Idle ones stay registered for reading,
 * so that a target's close is seen at once; how long they lived then teaches their target's
 * keep-alive.
 */
#include "worker/http1/target_connection.h"

#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "net/socket.h"
#include "worker/shared/context.h"
#include "worker/exchange/exchange.h"

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

static const struct stream_callbacks callbacks = {.on_readable = on_readable,
                                                  .on_writable = on_writable};

static struct target_connection_list *
list_of(struct target_connection *connection)
{
    return connection->exchange == NULL ? &connection->target->idle : &connection->target->busy;
}

static void
release(void *memory)
{
    struct target_connection *connection = memory;

    object_pool_give_back(&connection->worker->connection_pool, connection);
}

static void
close_connection(struct target_connection *connection)
{
    struct worker *worker = connection->worker;

    TAILQ_REMOVE(list_of(connection), connection, entry);
    connection->target->idle_count -= connection->exchange == NULL ? 1 : 0;
    stream_close(&connection->stream);
    connection->tag = 0;
    connection->target->connection_count--;
    if (target_state_owns_row(connection->target))
        counter_add(&connection->target->counters->connections_open, (uint64_t)-1);
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
    if (connection->exchange != NULL) {
        exchange_on_target_readable(connection->exchange);
        return;
    }
    /* Bytes or the end on an idle connection: nobody asked for them, so it is not used again.
     */
    char byte;
    if (stream_read(&connection->stream, &byte, 1) == 0)
        learn_keep_alive(connection->target, clock_ms() - connection->idle_since_ms);
    close_connection(connection);
}

static void
on_writable(void *owner)
{
    struct target_connection *connection = owner;

    CHECK_TAG(connection, TAG);
    if (connection->exchange != NULL)
        exchange_on_target_writable(connection->exchange);
    else
        stream_want_writable(&connection->stream, false);
}

static bool
is_trusted(const struct target_connection *connection)
{
    return clock_ms() - connection->idle_since_ms < connection->target->keep_alive_ms;
}

struct target_connection *
target_connection_take_idle(struct worker *worker, struct target_state *target,
                            struct exchange *exchange)
{
    struct target_connection *connection = TAILQ_FIRST(&target->idle);

    if (connection == NULL)
        return NULL;
    /* The last used one stands first: when it is too old, all are. */
    if (!is_trusted(connection)) {
        target_connection_close_idle(worker, target);
        return NULL;
    }
    TAILQ_REMOVE(&target->idle, connection, entry);
    target->idle_count--;
    connection->exchange = exchange;
    connection->is_reused = true;
    TAILQ_INSERT_HEAD(&target->busy, connection, entry);
    return connection;
}

struct target_connection *
target_connection_open(struct worker *worker, struct target_state *target,
                       struct exchange *exchange)
{
    int fd = socket_connect(&target->address);

    if (fd == -1)
        return NULL;
    struct target_connection *connection = object_pool_take(&worker->connection_pool);
    *connection = (struct target_connection){.tag = TAG,
                                             .worker = worker,
                                             .target = target,
                                             .exchange = exchange,
                                             .is_connecting = true};
    stream_open(&connection->stream, worker->loop, fd, &callbacks, connection);
    stream_want_writable(&connection->stream, true);
    TAILQ_INSERT_HEAD(&target->busy, connection, entry);
    target->connection_count++;
    counter_add(&target->counters->connections_open, 1);
    WORKER_COUNT(worker, TARGET_CONNECTIONS);
    WORKER_COUNT(worker, TARGET_CONNECTIONS_ACTIVE);
    return connection;
}

void
target_connection_give_back(struct target_connection **returned,
                            enum target_connection_outcome outcome)
{
    struct target_connection *connection = *returned;

    *returned = NULL;
    if (connection == NULL)
        return;
    CHECK_TAG(connection, TAG);
    struct target_state *target = connection->target;
    connection->exchanges++;
    if (outcome != CONNECTION_REUSABLE || target->is_closed || target->views == 0 ||
        target->idle_count >= IDLE_MAX) {
        close_connection(connection);
        return;
    }
    TAILQ_REMOVE(&target->busy, connection, entry);
    connection->exchange = NULL;
    connection->idle_since_ms = clock_ms();
    stream_want_writable(&connection->stream, false);
    stream_resume_reading(&connection->stream);
    TAILQ_INSERT_HEAD(&target->idle, connection, entry);
    target->idle_count++;
}

void
target_connection_close_idle(struct worker *worker, struct target_state *target)
{
    struct target_connection *connection;

    (void)worker;
    while ((connection = TAILQ_FIRST(&target->idle)) != NULL)
        close_connection(connection);
}

void
target_connection_expire_idle(struct worker *worker, struct target_state *target)
{
    struct target_connection *connection;

    (void)worker;
    while ((connection = TAILQ_LAST(&target->idle, target_connection_list)) != NULL &&
           !is_trusted(connection))
        close_connection(connection);
}
