/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker's start, its messages from control, and its stop. Everything that happens to a
 * request begins in client.c.
 */
#include "worker/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/title.h"
#include "ipc/child_entry.h"
#include "ipc/snapshot_open.h"
#include "ipc/target_security.h"
#include "net/tls/tls_facts.h"
#include "worker/balancing/anomaly.h"
#include "worker/exchange/exchange_run.h"
#include "worker/exchange/waiting.h"
#include "worker/http1/client.h"
#include "worker/http2/connection.h"
#include "worker/listeners/arrival.h"
#include "worker/listeners/certificates.h"
#include "worker/listeners/handshake.h"
#include "worker/listeners/listener.h"
#include "worker/listeners/newcomer.h"
#include "worker/shared/context.h"
#include "worker/shared/record_channel.h"
#include "worker/targets/target_table.h"
#include "worker/targets/view.h"

#define SECOND_MS 1000

static void on_message(void *owner, const struct message *message);
static void on_channel_end(void *owner, const char *reason);
static void on_shortage(void *owner, enum message_type type);

static const struct channel_callbacks channel_callbacks = {on_message, on_channel_end,
                                                           on_shortage};

static void
report_failures(struct worker *worker, struct target_state *target)
{
    if (target->connect_failures + target->resets + target->errors_5xx > 0) {
        const struct message_target_failures message = {
            .target_id = target->id,
            .connect_failures = target->connect_failures,
            .resets = target->resets,
            .errors_5xx = target->errors_5xx,
            .requests = target->requests,
        };
        channel_send(worker->channel, MESSAGE_target_failures, &message, -1);
    }
    target->connect_failures = 0;
    target->resets = 0;
    target->errors_5xx = 0;
    target->requests = 0;
}

static void
on_second(void *argument)
{
    struct worker *worker = argument;
    struct target_state *target, *next;

    HASH_ITER (hh, worker->targets->targets, target, next) {
        target->link_kind->expire_idle(target);
        if (!worker->is_retired) /* nobody would hear it */
            report_failures(worker, target);
    }
    anomaly_update(worker);
    if (worker->counters != NULL)
        counter_add(&worker->counters->heartbeat, 1);
    channel_reserve(worker->channel);
    /* Descriptors may have become free otherwise than by a client that left. */
    if (worker->view != NULL)
        listener_resume_all(worker);
    worker_stop_if_idle(worker);
    timer_set(&worker->second_timer, worker->loop, SECOND_MS);
}

static void
on_shutdown_time(void *argument)
{
    struct worker *worker = argument;
    struct client *client, *next;

    log_notice("%u connections were still open when the time to stop was over",
               worker->client_count);
    for (client = TAILQ_FIRST(&worker->clients); client != NULL; client = next) {
        next = TAILQ_NEXT(client, entry);
        if (client->carrier.exchange != NULL)
            exchange_on_shutdown(client->carrier.exchange);
    }
    http2_shut_down_all(worker);
    loop_stop(worker->loop);
}

static void
begin_shutdown(struct worker *worker, uint32_t timeout_ms)
{
    struct client *client, *next;

    worker->is_shutting_down = true;
    worker->is_retired = false;
    listener_close_all(worker);
    arrival_close_all(worker);
    handshake_close_all(worker);
    for (client = TAILQ_FIRST(&worker->clients); client != NULL; client = next) {
        next = TAILQ_NEXT(client, entry);
        client_finish_soon(client);
    }
    http2_leave_all(worker);
    timer_set(&worker->shutdown_timer, worker->loop, timeout_ms);
    worker_stop_if_idle(worker);
}

/* Others accept from now on; what is carried, and who is about to be heard, goes on to its own
 * end. */
static void
retire(struct worker *worker)
{
    struct client *client;

    worker->is_shutting_down = worker->is_retired = true;
    title_set("fairlead: worker, finishing");
    listener_retire_all(worker);
    TAILQ_FOREACH (client, &worker->clients, entry)
        client_retire(client);
    http2_leave_all(worker);
    worker_stop_if_idle(worker);
}

/* Control is another version now, whose own workers serve: a signal, for its messages may be
 * others. */
static void
on_retire(int number, short what, void *argument)
{
    struct worker *worker = argument;

    (void)number;
    (void)what;
    if (worker->view == NULL)
        loop_stop(worker->loop);
    else if (!worker->is_shutting_down)
        retire(worker);
}

/* From somebody else than control, which has a message for it: finish in the same way. */
static void
on_terminate(int number, short what, void *argument)
{
    struct worker *worker = argument;

    (void)number;
    (void)what;
    if (worker->view == NULL)
        loop_stop(worker->loop);
    else if (!worker->is_shutting_down || worker->is_retired)
        begin_shutdown(worker, worker->view->settings->shutdown_timeout_ms);
}

static void
take_base(struct worker *worker, const struct message *message)
{
    const char *error = NULL;
    struct snapshot_base *base = snapshot_base_open(message->fd, &error);

    close(message->fd);
    if (base == NULL)
        log_error("the base of new snapshots cannot be used: %s", error);
    CHECK(base != NULL);
    snapshot_base_close(&worker->base);
    worker->base = base;
}

/* Towards clients and targets. */
static void
secure_all(struct worker *worker, const struct snapshot *snapshot)
{
    listener_secure_all(worker);
    target_security_update(worker->tls.targets, snapshot, worker->tls.book);
}

static void
take_snapshot(struct worker *worker, const struct message *message)
{
    const char *error = NULL;

    if (worker->base == NULL) {
        close(message->fd);
        on_shortage(worker, MESSAGE_snapshot);
        return;
    }
    struct snapshot *snapshot = snapshot_open(message->fd, worker->base, &error);
    close(message->fd);
    if (snapshot == NULL) {
        log_error("snapshot %llu cannot be used: %s",
                  (unsigned long long)message->as.snapshot.generation, error);
        CHECK(snapshot != NULL);
    }
    struct view *older = worker->view;
    worker->view = view_new(worker, snapshot);
    if (older == NULL || !snapshot_has_same_base(older->snapshot, snapshot)) {
        secure_all(worker, snapshot);
        listener_resume_all(worker);
    }
    const struct message_applied applied = {.generation = snapshot_generation(snapshot)};
    channel_send(worker->channel, MESSAGE_applied, &applied, -1);
    if (older != NULL)
        view_unpin(worker, &older);
    waiting_release(worker);
}

static void
map_counters(struct worker *worker, const struct message *message)
{
    uint32_t slot = message->as.counters.slot;
    struct counters *counters =
        counters_map(message->fd, message->as.counters.is_writable != 0);

    close(message->fd);
    CHECK(counters != NULL && slot < COUNTERS_SLOTS);
    if (worker->others[slot] != NULL && worker->others[slot] != worker->counters)
        counters_unmap(&worker->others[slot]);
    worker->others[slot] = counters;
    if (message->as.counters.is_writable != 0)
        worker->counters = counters;
}

/* What a snapshot is built on must not be taken for another: none is used until it comes. */
static void
on_shortage(void *owner, enum message_type type)
{
    struct worker *worker = owner;

    if (type == MESSAGE_snapshot_base)
        snapshot_base_close(&worker->base);
    channel_ask_again(worker->channel, type);
}

/* The deregistration delay is over, or another task owns the address now. */
static void
close_target(struct worker *worker, uint64_t id, bool is_evicted)
{
    struct target_state *target = target_table_find(worker->targets, id);
    struct target_link *link;

    if (target == NULL)
        return;
    target->is_closed = true;
    /* Each one's exchange ends, which may free the target when it was the last. */
    target->in_flight++;
    while ((link = TAILQ_FIRST(&target->busy)) != NULL)
        exchange_on_target_closed(link->exchange, is_evicted);
    target->link_kind->close_idle(target);
    target->link_kind->close_pinned(target);
    counter_add(&target->counters->in_flight, 1);
    target_state_end(worker, &target);
}

/* Who offers nothing by ALPN where HTTP/2 is all there is, has to speak it nevertheless. */
static bool
speaks_http2(const struct worker *worker, const struct listener *listener,
             const struct newcomer *newcomer)
{
    struct tls_facts facts;

    if (newcomer->session == NULL || !tls_facts_of(newcomer->session, &facts))
        return false;
    uint32_t row = listener_index(listener, worker->view);
    return facts.is_http2 ||
           (row != SNAPSHOT_NO_INDEX &&
            snapshot_listener(worker->view->snapshot, row)->alpn_policy == ALPN_HTTP2_ONLY);
}

static void
accept_client(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    if (speaks_http2(worker, listener, newcomer))
        http2_accept(worker, listener, newcomer);
    else
        client_accept(worker, listener, newcomer);
}

static void
on_message(void *owner, const struct message *message)
{
    struct worker *worker = owner;

    switch (message->type) {
    case MESSAGE_counters:
        map_counters(worker, message);
        break;
    case MESSAGE_certificates:
        certificates_take(worker, message->as.certificates.number, message->fd);
        break;
    case MESSAGE_private_keys:
        certificates_take_keys(worker, message->as.private_keys.number, message->fd);
        break;
    case MESSAGE_ticket_keys:
        certificates_take_tickets(worker, message->fd);
        break;
    case MESSAGE_snapshot_base:
        take_base(worker, message);
        break;
    case MESSAGE_snapshot:
        take_snapshot(worker, message);
        break;
    case MESSAGE_listener_open:
        listener_open(worker, message->as.listener_open.listener_id, message->fd,
                      accept_client);
        break;
    case MESSAGE_listener_close:
        listener_close(worker, message->as.listener_close.listener_id);
        break;
    case MESSAGE_access_channel:
        record_channel_use(message->as.access_channel.is_of_failures != 0 ? worker->failures
                                                                          : worker->access,
                           message->fd);
        break;
    case MESSAGE_target_close:
        close_target(worker, message->as.target_close.target_id,
                     message->as.target_close.is_evicted != 0);
        break;
    case MESSAGE_shutdown:
        begin_shutdown(worker, message->as.shutdown.timeout_ms);
        break;
    default:
        log_error("a worker does not expect the message %s", message_text(message->type));
        break;
    }
}

/* Control has died: serve the last snapshot on, until the system or a new control ends us. */
static void
on_channel_end(void *owner, const char *reason)
{
    struct worker *worker = owner;

    if (worker->is_retired)
        return;
    if (worker->is_shutting_down) {
        loop_stop(worker->loop);
        return;
    }
    log_warning("control is gone (%s): serving on with the last snapshot", reason);
}

int
worker_run(void)
{
    struct message_hello hello;

    log_set_role("worker");
    struct loop *loop = loop_new();
    struct worker *worker = worker_new(loop);
    timer_init(&worker->second_timer, on_second, worker);
    timer_init(&worker->shutdown_timer, on_shutdown_time, worker);
    struct channel *channel = channel_open(CHANNEL_FD, &channel_callbacks, worker);
    worker->channel = channel;
    watch_signal(&worker->terminate, loop, SIGTERM, on_terminate, worker);
    watch_signal(&worker->retire, loop, SIGUSR2, on_retire, worker);
    if (!child_enter(channel, SANDBOX_WORKER, "a worker", &hello))
        return 1;
    worker->slot = hello.slot;
    worker->worker_count = hello.worker_count;
    worker->is_tracing = log_would_write(LOG_LEVEL_DEBUG);
    /* Connection ids of different workers, and of a worker and its successor, do not meet. */
    worker->next_connection_id = ((uint64_t)worker->slot << 56) | (clock_wall_us() << 8 >> 8);
    channel_start(channel, loop);
    channel_reserve(channel);
    timer_set(&worker->second_timer, loop, SECOND_MS);
    loop_run(loop);
    worker_free(&worker);
    return 0;
}
