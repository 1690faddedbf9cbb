/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/listeners/handshake.h"

#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/stream.h"
#include "net/tls_context.h"
#include "net/tls_facts.h"
#include "worker/listeners/client_limits.h"
#include "worker/listeners/security.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define TAG 0x5a4ec1a5

struct handshake {
    uint32_t tag;
    TAILQ_ENTRY(handshake) entry;
    struct worker *worker;
    struct listener *listener;
    struct security *security; /* pinned */
    struct newcomer newcomer;
    struct stream stream;
    struct timer timer;
    handshake_end *end;
};

static void on_readable(void *owner);
static void on_ready(void *owner, bool has_failed);

static const struct stream_callbacks callbacks = {.on_readable = on_readable,
                                                  .on_ready = on_ready};

/* Over, one way or the other: the memory goes later. */
static void
finish(struct handshake *handshake)
{
    struct worker *worker = handshake->worker;

    timer_close(&handshake->timer, worker->loop);
    TAILQ_REMOVE(&worker->handshakes.waiting, handshake, entry);
    worker->handshakes.count--;
    handshake->end(worker, handshake->listener, &handshake->newcomer);
    security_unpin(&handshake->security);
    handshake->tag = 0;
    loop_free_later(worker->loop, handshake, NULL);
}

static void
count_failure(const struct handshake *handshake, enum tls_failure failure)
{
    counter_add(&handshake->worker->counters->values[COUNTER_TLS_FAILURE_TIMEOUT + failure], 1);
    log_debug("a TLS handshake failed: %s", tls_failure_text(failure));
}

static void
fail(struct handshake *handshake, enum tls_failure failure)
{
    count_failure(handshake, failure);
    stream_close(&handshake->stream);
    handshake->newcomer.fd = -1;
    finish(handshake);
}

static void
on_time(void *argument)
{
    struct handshake *handshake = argument;

    CHECK_TAG(handshake, TAG);
    fail(handshake, TLS_FAILURE_TIMEOUT);
}

/* Never comes before it is ready, and then it has gone on. */
static void
on_readable(void *owner)
{
    CHECK_TAG((struct handshake *)owner, TAG);
    CHECK_UNREACHABLE();
}

static void
count_success(const struct handshake *handshake)
{
    struct tls_facts facts;

    if (!tls_facts_of(handshake->newcomer.session, &facts))
        return;
    unsigned version = facts.version < 0x0301 ? 0 : (facts.version - 0x0301) & 3;
    enum counter row = COUNTER_TLS_1_0_FULL + 2 * version + (facts.is_resumed ? 1 : 0);
    counter_add(&handshake->worker->counters->values[row], 1);
}

/* It gets an answer that it understands. */
static void
let_go_plain(struct handshake *handshake)
{
    struct newcomer *newcomer = &handshake->newcomer;
    struct stream_session *session;

    count_failure(handshake, TLS_FAILURE_PLAIN_HTTP);
    newcomer->fd = stream_let_go(&handshake->stream, &session);
    newcomer->is_misled = true;
    session->transport->close(session, true);
    finish(handshake);
}

static void
on_ready(void *owner, bool has_failed)
{
    struct handshake *handshake = owner;
    struct newcomer *newcomer = &handshake->newcomer;

    CHECK_TAG(handshake, TAG);
    enum tls_failure failure = tls_failure_of(handshake->stream.session);
    if (has_failed && failure == TLS_FAILURE_PLAIN_HTTP) {
        let_go_plain(handshake);
        return;
    }
    if (has_failed) {
        fail(handshake, failure);
        return;
    }
    newcomer->fd = stream_let_go(&handshake->stream, &newcomer->session);
    count_success(handshake);
    finish(handshake);
}

static void
make_room(struct worker *worker)
{
    if (worker->handshakes.count >= client_limits_handshakes(worker))
        fail(TAILQ_FIRST(&worker->handshakes.waiting), TLS_FAILURE_LIMIT);
}

bool
handshake_open(struct worker *worker, struct listener *listener, struct security *security,
               const struct newcomer *newcomer, handshake_end *end)
{
    struct stream_session *session = security_accept(security, newcomer->fd);

    if (session == NULL)
        return false;
    make_room(worker);
    struct handshake *handshake = memory_take(1, sizeof(*handshake));
    handshake->tag = TAG;
    handshake->worker = worker;
    handshake->listener = listener;
    handshake->security = security_pin(security);
    handshake->newcomer = *newcomer;
    handshake->end = end;
    TAILQ_INSERT_TAIL(&worker->handshakes.waiting, handshake, entry);
    worker->handshakes.count++;
    timer_init(&handshake->timer, on_time, handshake);
    timer_set(&handshake->timer, worker->loop,
              worker->view->settings->timeouts.tls_handshake_ms);
    stream_open(&handshake->stream, worker->loop, newcomer->fd, &callbacks, handshake);
    stream_secure(&handshake->stream, session);
    return true;
}

void
handshake_close_all(struct worker *worker)
{
    struct handshake *handshake;

    while ((handshake = TAILQ_FIRST(&worker->handshakes.waiting)) != NULL)
        fail(handshake, TLS_FAILURE_STOPPED);
}
