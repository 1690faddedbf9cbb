/* SPDX-License-Identifier: Apache-2.0 */
/* Accepting: several connections a wake-up, within the limits on connections. */
#include "worker/listeners/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/socket.h"
#include "worker/listeners/arrival.h"
#include "worker/listeners/connection_reporter.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/handshake.h"
#include "worker/listeners/security.h"

/* Connections taken in one wake-up: more would keep those already open waiting. */
#define ACCEPTS_MAX 32

struct listener {
    LIST_ENTRY(listener) entry;
    struct worker *worker;
    struct watch watch;
    uint32_t id;
    int fd; /* -1: closed */
    listener_accept *accept;
    unsigned pins;
    struct security *security; /* NULL: plain HTTP */
    struct address address;
};

/* While a limit on connections is reached, or there is no snapshot yet. */
static void
pause_all(struct worker *worker)
{
    struct listener *listener;

    LIST_FOREACH (listener, &worker->listeners, entry)
        watch_pause(&listener->watch);
}

static void
reject(struct worker *worker, const struct newcomer *newcomer)
{
    WORKER_COUNT(worker, REJECTED_CONNECTIONS);
    close(newcomer->fd);
}

static void
on_handshake_end(struct worker *worker, struct listener *listener, struct newcomer *newcomer)
{
    if (newcomer->fd != -1)
        listener->accept(worker, listener, newcomer);
    else if (newcomer->is_limited)
        client_limits_release(worker, &newcomer->client);
    listener_unpin(worker, &listener);
    listener_resume_all(worker);
}

static void
shake_hands(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    listener_pin(listener);
    handshake_open(worker, listener, listener->security, newcomer, on_handshake_end);
}

static void
accept_plain(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    connection_reporter_add(worker, listener, newcomer);
    listener->accept(worker, listener, newcomer);
}

static void
admit(struct worker *worker, struct listener *listener, struct newcomer *newcomer)
{
    newcomer->id = worker->next_connection_id++;
    if (!client_limits_admit(worker, &newcomer->client, &newcomer->is_limited))
        reject(worker, newcomer);
    else if (listener->security != NULL)
        shake_hands(worker, listener, newcomer);
    else
        accept_plain(worker, listener, newcomer);
}

/* Whoever asks is told nothing, and costs nothing any more. */
static void
cut_off(struct worker *worker, const struct newcomer *newcomer)
{
    WORKER_COUNT(worker, SOURCES_REFUSED);
    socket_close_abruptly(newcomer->fd);
}

/* The limits of an address are those of the client that the header names. */
static void
on_arrival_end(struct worker *worker, struct listener *listener, struct newcomer *newcomer)
{
    if (newcomer->fd != -1)
        admit(worker, listener, newcomer);
    listener_unpin(worker, &listener);
    listener_resume_all(worker);
}

static void
await_header(struct worker *worker, struct listener *listener, const struct newcomer *newcomer)
{
    if (!client_limits_have_room(worker)) {
        reject(worker, newcomer);
        return;
    }
    listener_pin(listener);
    arrival_open(worker, listener, newcomer, on_arrival_end);
}

/* The peer is who the socket says it is: a PROXY header cannot open what is closed to the hop
 * that sends it. */
static void
receive(struct listener *listener, const struct snapshot_listener *row,
        struct newcomer *newcomer)
{
    struct worker *worker = listener->worker;
    const struct snapshot *snapshot = worker->view->snapshot;
    const struct address *peer = &newcomer->client;

    if (row->sources.count > 0 && !snapshot_has_source(snapshot, row->sources, peer))
        cut_off(worker, newcomer);
    else if (snapshot_has_source(snapshot, row->proxy_sources, peer))
        await_header(worker, listener, newcomer);
    else
        admit(worker, listener, newcomer);
}

static void
on_connection(int fd, short what, void *argument)
{
    struct listener *listener = argument;
    struct worker *worker = listener->worker;

    (void)what;
    if (worker->view == NULL) {
        /* The first snapshot resumes it. */
        pause_all(worker);
        return;
    }
    uint32_t index = listener_index(listener, worker->view);
    if (index == SNAPSHOT_NO_INDEX) {
        /* Who may connect is not known before the snapshot that has the listener. */
        watch_pause(&listener->watch);
        return;
    }
    const struct snapshot_listener *row = snapshot_listener(worker->view->snapshot, index);
    for (int accepted = 0; accepted < ACCEPTS_MAX; accepted++) {
        struct newcomer newcomer = {0};
        newcomer.fd = socket_accept(fd, &newcomer.client);
        if (newcomer.fd == -1) {
            /* Out of descriptors: wait for clients to leave rather than spin on the queue. */
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pause_all(worker);
            return;
        }
        receive(listener, row, &newcomer);
    }
}

static struct listener *
find(struct worker *worker, uint32_t id)
{
    struct listener *listener;

    LIST_FOREACH (listener, &worker->listeners, entry) {
        if (listener->id == id)
            return listener;
    }
    return NULL;
}

static void
secure(struct worker *worker, struct listener *listener)
{
    uint32_t row = listener_index(listener, worker->view);

    if (row != SNAPSHOT_NO_INDEX)
        security_update(worker, &listener->security, row);
}

void
listener_secure_all(struct worker *worker)
{
    struct listener *listener;

    LIST_FOREACH (listener, &worker->listeners, entry)
        secure(worker, listener);
}

void
listener_open(struct worker *worker, uint32_t id, int fd, listener_accept *accept)
{
    if (find(worker, id) != NULL) {
        close(fd); /* sent again */
        return;
    }
    struct listener *listener = memory_take(1, sizeof(*listener));
    listener->worker = worker;
    listener->id = id;
    listener->fd = fd;
    listener->accept = accept;
    listener->pins = 1;
    if (!socket_local_address(fd, &listener->address))
        log_warning("listener %u has no local address", id);
    LIST_INSERT_HEAD(&worker->listeners, listener, entry);
    if (worker->view != NULL)
        secure(worker, listener);
    watch_open(&listener->watch, worker->loop, fd, WATCH_READ, on_connection, listener);
}

static void
close_listener(struct worker *worker, struct listener *listener)
{
    watch_close(&listener->watch);
    if (listener->fd != -1)
        close(listener->fd);
    listener->fd = -1;
    LIST_REMOVE(listener, entry);
    security_unpin(&listener->security);
    listener_unpin(worker, &listener);
}

void
listener_close(struct worker *worker, uint32_t id)
{
    struct listener *listener = find(worker, id);

    if (listener != NULL)
        close_listener(worker, listener);
}

void
listener_close_all(struct worker *worker)
{
    while (!LIST_EMPTY(&worker->listeners))
        close_listener(worker, LIST_FIRST(&worker->listeners));
}

void
listener_retire_all(struct worker *worker)
{
    struct listener *listener;

    LIST_FOREACH (listener, &worker->listeners, entry) {
        watch_close(&listener->watch);
        close(listener->fd);
        listener->fd = -1;
    }
}

void
listener_resume_all(struct worker *worker)
{
    struct listener *listener;

    LIST_FOREACH (listener, &worker->listeners, entry)
        if (listener->fd != -1 && !watch_is_active(&listener->watch))
            watch_resume(&listener->watch);
}

uint32_t
listener_index(const struct listener *listener, const struct view *view)
{
    for (uint32_t i = 0; i < snapshot_listener_count(view->snapshot); i++)
        if (snapshot_listener(view->snapshot, i)->id == listener->id)
            return i;
    return SNAPSHOT_NO_INDEX;
}

const struct snapshot_balancer *
listener_find_balancer(const struct listener *listener, const struct view *view)
{
    uint32_t row = listener_index(listener, view);
    uint32_t index =
        row == SNAPSHOT_NO_INDEX ? 0 : snapshot_listener(view->snapshot, row)->balancer;

    return snapshot_balancer(view->snapshot, index);
}

uint16_t
listener_port(const struct listener *listener)
{
    return listener->address.port;
}

const struct address *
listener_address(const struct listener *listener)
{
    return &listener->address;
}

void
listener_pin(struct listener *listener)
{
    listener->pins++;
}

void
listener_unpin(struct worker *worker, struct listener **unpinned)
{
    struct listener *listener = *unpinned;

    *unpinned = NULL;
    if (--listener->pins == 0)
        loop_free_later(worker->loop, listener, NULL);
}
