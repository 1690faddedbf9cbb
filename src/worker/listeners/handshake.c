/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step of a handshake takes a place in the loop's line: it costs a hundred times what a
 * request does, and a crowd of newcomers must not keep those waiting who are in already.
 */
#include "worker/listeners/handshake.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/stream.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/connection_reporter.h"
#include "worker/listeners/listener.h"
#include "worker/listeners/security.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define TAG 0x5a4ec1a5
#define OLDEST_VERSION 0x0301
#define VERSIONS 4
/* Who was refused may be sending already: closed at once, the connection would be reset, and
 * the alert lost that says why. */
#define LINGER_MS 1000
#define LINGER_BYTES 65536

struct handshake {
    uint32_t tag;
    TAILQ_ENTRY(handshake) entry;
    struct worker *worker;
    struct listener *listener;
    struct security *security; /* pinned */
    struct newcomer newcomer;  /* its session comes with its first bytes */
    struct watch readable, writable;
    struct loop_place place;
    struct timer timer;
    handshake_end *end;
    bool is_lingering;
    unsigned discarded_bytes;
};

static void on_event(int fd, short what, void *argument);

/* Over, one way or the other: the memory goes later. */
static void
finish(struct handshake *handshake)
{
    struct worker *worker = handshake->worker;

    watch_close(&handshake->readable);
    watch_close(&handshake->writable);
    loop_place_leave(&handshake->place, worker->loop);
    timer_close(&handshake->timer, worker->loop);
    TAILQ_REMOVE(&worker->handshakes.waiting, handshake, entry);
    worker->handshakes.count--;
    handshake->end(worker, handshake->listener, &handshake->newcomer);
    security_unpin(&handshake->security);
    handshake->tag = 0;
    loop_free_later(worker->loop, handshake, NULL);
}

static void
note_failure(const struct handshake *handshake, enum tls_failure failure)
{
    counter_add(&handshake->worker->counters->values[COUNTER_TLS_FAILURE_TIMEOUT + failure], 1);
    connection_reporter_add_failure(handshake->worker, handshake->listener,
                                    &handshake->newcomer, failure);
    if (failure == TLS_FAILURE_CLIENT_CERTIFICATE)
        log_debug("a TLS handshake failed: the client's certificate was not taken: %s",
                  tls_verdict_text(tls_verdict_of(handshake->newcomer.session)));
    else
        log_debug("a TLS handshake failed: %s", tls_failure_text(failure));
}

static void
drop_session(struct handshake *handshake)
{
    struct stream_session *session = handshake->newcomer.session;

    if (session != NULL)
        session->transport->close(session, true);
    handshake->newcomer.session = NULL;
}

static void
close_now(struct handshake *handshake)
{
    drop_session(handshake);
    watch_close(&handshake->readable);
    watch_close(&handshake->writable);
    close(handshake->newcomer.fd);
    handshake->newcomer.fd = -1;
    finish(handshake);
}

static void
fail(struct handshake *handshake, enum tls_failure failure)
{
    note_failure(handshake, failure);
    close_now(handshake);
}

/* One that lingers has failed already. */
static void
give_up(struct handshake *handshake, enum tls_failure failure)
{
    if (handshake->is_lingering)
        close_now(handshake);
    else
        fail(handshake, failure);
}

static void
on_time(void *argument)
{
    struct handshake *handshake = argument;

    CHECK_TAG(handshake, TAG);
    give_up(handshake, TLS_FAILURE_TIMEOUT);
}

static void
note_success(const struct handshake *handshake)
{
    struct tls_facts facts;

    if (!tls_facts_of(handshake->newcomer.session, &facts))
        return;
    unsigned version = (facts.version - OLDEST_VERSION) % VERSIONS;
    enum counter row = COUNTER_TLS_1_0_FULL + 2 * version + (facts.is_resumed ? 1 : 0);
    counter_add(&handshake->worker->counters->values[row], 1);
    connection_reporter_add(handshake->worker, handshake->listener, &handshake->newcomer);
}

static void
discard(struct handshake *handshake)
{
    char bytes[4096];
    ssize_t got = recv(handshake->newcomer.fd, bytes, sizeof(bytes), 0);

    if (got > 0)
        handshake->discarded_bytes += (unsigned)got;
    if (got == 0 || (got == -1 && errno != EAGAIN && errno != EINTR) ||
        handshake->discarded_bytes > LINGER_BYTES)
        close_now(handshake);
}

static void
linger(struct handshake *handshake)
{
    handshake->is_lingering = true;
    drop_session(handshake);
    shutdown(handshake->newcomer.fd, SHUT_WR);
    timer_set(&handshake->timer, handshake->worker->loop, LINGER_MS);
    discard(handshake);
}

static void
end_failed(struct handshake *handshake)
{
    enum tls_failure failure = tls_failure_of(handshake->newcomer.session);

    note_failure(handshake, failure);
    if (failure == TLS_FAILURE_PLAIN_HTTP) {
        /* It gets an answer that it understands. */
        drop_session(handshake);
        handshake->newcomer.is_misled = true;
        finish(handshake);
    } else if (failure == TLS_FAILURE_CLOSED || failure == TLS_FAILURE_ALERT) {
        close_now(handshake);
    } else {
        linger(handshake);
    }
}

static void
wait_to_write(struct handshake *handshake)
{
    if (!watch_is_active(&handshake->writable))
        watch_open(&handshake->writable, handshake->worker->loop, handshake->newcomer.fd,
                   WATCH_WRITE, on_event, handshake);
}

/* A check that only connects. */
static bool
has_left(const struct handshake *handshake)
{
    char byte;

    return recv(handshake->newcomer.fd, &byte, 1, MSG_PEEK) == 0;
}

/* Strangers who say nothing cost no more than this: a session is made for who does. */
static bool
has_session(struct handshake *handshake)
{
    struct newcomer *newcomer = &handshake->newcomer;

    if (newcomer->session == NULL)
        newcomer->session = security_accept(handshake->security, newcomer->fd);
    return newcomer->session != NULL;
}

static void
go_on(void *argument)
{
    struct handshake *handshake = argument;

    CHECK_TAG(handshake, TAG);
    watch_close(&handshake->writable);
    if (handshake->is_lingering) {
        discard(handshake);
        return;
    }
    if (handshake->newcomer.session == NULL && has_left(handshake)) {
        close_now(handshake);
        return;
    }
    if (!has_session(handshake)) {
        fail(handshake, TLS_FAILURE_CERTIFICATE);
        return;
    }
    struct stream_session *session = handshake->newcomer.session;
    int result = session->transport->handshake(session);
    if (result == STREAM_WAIT_TO_WRITE) {
        wait_to_write(handshake);
    } else if (result == 0) {
        note_success(handshake);
        finish(handshake);
    } else if (result != STREAM_WAIT) {
        end_failed(handshake);
    }
}

/* It comes again in each turn until its place in the line does, which is no harm. */
static void
on_event(int fd, short what, void *argument)
{
    struct handshake *handshake = argument;

    (void)fd;
    (void)what;
    CHECK_TAG(handshake, TAG);
    loop_place_take(&handshake->place, handshake->worker->loop, go_on, handshake);
}

static void
make_room(struct worker *worker)
{
    if (worker->handshakes.count >= client_limits_handshakes(worker))
        give_up(TAILQ_FIRST(&worker->handshakes.waiting), TLS_FAILURE_LIMIT);
}

void
handshake_open(struct worker *worker, struct listener *listener, struct security *security,
               const struct newcomer *newcomer, handshake_end *end)
{
    struct handshake *handshake = memory_take(1, sizeof(*handshake));

    make_room(worker);
    handshake->tag = TAG;
    handshake->worker = worker;
    handshake->listener = listener;
    handshake->security = security_pin(security);
    handshake->newcomer = *newcomer;
    handshake->newcomer.handshake_begun_us = clock_us();
    handshake->end = end;
    TAILQ_INSERT_TAIL(&worker->handshakes.waiting, handshake, entry);
    worker->handshakes.count++;
    timer_init(&handshake->timer, on_time, handshake);
    timer_set(&handshake->timer, worker->loop,
              listener_balancer(listener, worker->view)->timeouts.tls_handshake_ms);
    watch_open(&handshake->readable, worker->loop, newcomer->fd, WATCH_READ, on_event,
               handshake);
}

void
handshake_close_all(struct worker *worker)
{
    struct handshake *handshake;

    while ((handshake = TAILQ_FIRST(&worker->handshakes.waiting)) != NULL)
        give_up(handshake, TLS_FAILURE_STOPPED);
}
