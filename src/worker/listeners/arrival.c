/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has come is looked at where it lies, and only the header is taken out of the socket: the
 * client that follows reads its first request there.
 */
#include "worker/listeners/arrival.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/proxy_header.h"
#include "worker/listeners/listener.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

/* Refusals are told once in this time, with how many there were. */
#define TELL_EVERY_MS 10000

struct arrival {
    TAILQ_ENTRY(arrival) entry;
    struct worker *worker;
    struct listener *listener;
    struct newcomer newcomer;
    struct proxy_header header;
    struct watch watch;
    struct timer timer;
    arrival_end *end;
};

/* Over, one way or the other: the memory goes later. */
static void
finish(struct arrival *arrival)
{
    struct worker *worker = arrival->worker;

    watch_close(&arrival->watch);
    timer_close(&arrival->timer, worker->loop);
    TAILQ_REMOVE(&worker->arrivals.waiting, arrival, entry);
    worker->arrivals.count--;
    arrival->end(worker, arrival->listener, &arrival->newcomer);
    loop_free_later(worker->loop, arrival, NULL);
}

static void
close_now(struct arrival *arrival)
{
    close(arrival->newcomer.fd);
    arrival->newcomer.fd = -1;
    finish(arrival);
}

static void
tell(struct arrival *arrival, const char *reason)
{
    struct worker *worker = arrival->worker;
    char hop[ADDRESS_TEXT_SIZE];

    worker->arrivals.untold++;
    if (worker->arrivals.told_ms != 0 && clock_ms() - worker->arrivals.told_ms < TELL_EVERY_MS)
        return;
    address_format(&arrival->newcomer.client, hop);
    log_warning("a connection from %s was closed: %s, though proxy_protocol_sources names its "
                "address (%u such since the last line)",
                hop, reason, worker->arrivals.untold);
    worker->arrivals.untold = 0;
    worker->arrivals.told_ms = clock_ms();
}

static void
refuse(struct arrival *arrival, const char *reason)
{
    WORKER_COUNT(arrival->worker, PROXY_HEADERS_REFUSED);
    tell(arrival, reason);
    close_now(arrival);
}

static void
on_time(void *argument)
{
    refuse(argument, "its PROXY header did not come in time");
}

static void
take_route(struct arrival *arrival)
{
    if (arrival->header.is_told) {
        arrival->newcomer.client = arrival->header.source;
        arrival->newcomer.destination = arrival->header.destination;
    }
    finish(arrival);
}

static void
on_readable(int fd, short what, void *argument)
{
    struct arrival *arrival = argument;
    char *bytes = arrival->worker->scratch;
    size_t used = 0;

    (void)what;
    ssize_t got = recv(fd, bytes, PROXY_HEADER_V2_MAX, MSG_PEEK);
    if (got == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        /* A check that only connects says nothing. */
        if (arrival->header.taken == 0)
            close_now(arrival);
        else
            refuse(arrival, "it ended within its PROXY header");
        return;
    }
    enum proxy_result result = proxy_header_feed(&arrival->header, bytes, (size_t)got, &used);
    if (result == PROXY_MALFORMED)
        refuse(arrival, "it does not begin with a PROXY header");
    else if (recv(fd, bytes, used, 0) != (ssize_t)used)
        close_now(arrival);
    else if (result == PROXY_DONE)
        take_route(arrival);
}

void
arrival_open(struct worker *worker, struct listener *listener, const struct newcomer *newcomer,
             arrival_end *end)
{
    struct arrival *arrival = memory_take(1, sizeof(*arrival));

    arrival->worker = worker;
    arrival->listener = listener;
    arrival->newcomer = *newcomer;
    arrival->end = end;
    TAILQ_INSERT_TAIL(&worker->arrivals.waiting, arrival, entry);
    worker->arrivals.count++;
    timer_init(&arrival->timer, on_time, arrival);
    timer_set(&arrival->timer, worker->loop,
              listener_balancer(listener, worker->view)->timeouts.client_head_ms);
    watch_open(&arrival->watch, worker->loop, newcomer->fd, WATCH_READ, on_readable, arrival);
}

void
arrival_close_all(struct worker *worker)
{
    struct arrival *arrival;

    while ((arrival = TAILQ_FIRST(&worker->arrivals.waiting)) != NULL)
        close_now(arrival);
}
