/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/listeners/security.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "ipc/certificate_book.h"
#include "model/ssl_policy.h"
#include "net/tls_context.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define US_PER_SECOND 1000000

struct security {
    unsigned pins; /* its listener's is one */
    uint32_t ssl_policy, alpn_policy;
    bool has_http2;                /* routing.http2.enabled */
    char *name;                    /* the listener's */
    struct tls_context *context;   /* NULL: cannot be had */
    struct certificate_book *book; /* NULL: no certificates yet */
    const struct certificate_listener *certificates;
};

/* What clients may ask for, the preferred one first. */
static const char *
protocols_of(const struct security *security)
{
    static const char *const protocols[] = {
        [ALPN_HTTP1_ONLY] = "http/1.1",
        [ALPN_HTTP2_ONLY] = "h2",
        [ALPN_HTTP2_OPTIONAL] = "http/1.1,h2",
        [ALPN_HTTP2_PREFERRED] = "h2,http/1.1",
        [ALPN_NONE] = "",
    };

    if (!security->has_http2 && security->alpn_policy != ALPN_NONE)
        return protocols[ALPN_HTTP1_ONLY];
    return protocols[security->alpn_policy];
}

static void
fill_identity(const struct certificate_book *book, uint32_t certificate,
              struct tls_identity *identity)
{
    const struct certificate_row *row = &book->certificates[certificate];

    *identity = (struct tls_identity){
        .facts = &row->facts,
        .name = certificate_slice(book, row->path),
        .chain_count = row->chain.count,
        .key = certificate_key(book, row),
    };
    for (uint32_t i = 0; i < row->chain.count; i++)
        identity->chain[i] = certificate_slice(book, book->links[row->chain.first + i].der);
}

static bool
choose(void *argument, const struct tls_hello *hello, struct tls_identity *identity)
{
    const struct security *security = argument;
    const struct certificate_wish wish = {
        .server_name = slice_of(hello->server_name),
        .takes_rsa = hello->takes_rsa,
        .takes_curves = hello->takes_curves,
        .now_s = (int64_t)(clock_wall_us() / US_PER_SECOND),
    };

    if (security->book == NULL)
        return false;
    fill_identity(security->book,
                  certificate_choose(security->book, security->certificates, &wish), identity);
    return true;
}

static struct tls_context *
make_context(const struct worker *worker, struct security *security)
{
    const struct ssl_policy *policy = &ssl_policies[security->ssl_policy];
    const struct tls_options options = {
        .policy = {policy->oldest, policy->newest, policy->suites_13, policy->suites,
                   policy->level, policy->is_hybrid},
        .protocols = protocols_of(security),
        .name = slice_of(security->name),
        .choose = choose,
        .argument = security,
        .identities = worker->tls.identities,
        .tickets = worker->tls.tickets,
    };
    const char *error = NULL;
    struct tls_context *context = tls_context_new(&options, &error);

    if (context == NULL)
        log_error("listener %s accepts nobody with policy %s: %s", security->name, policy->name,
                  error);
    return context;
}

static struct security *
make(const struct worker *worker, const struct snapshot_listener *row)
{
    struct slice name = snapshot_slice(worker->view->snapshot, row->name);
    struct security *security = memory_take(1, sizeof(*security));

    security->pins = 1;
    security->ssl_policy = row->ssl_policy;
    security->alpn_policy = row->alpn_policy;
    security->has_http2 = worker->view->settings->attributes.http2;
    security->name = memory_copy_bytes(name.at, name.length);
    security->context = make_context(worker, security);
    return security;
}

static bool
is_as_wanted(const struct worker *worker, const struct security *security,
             const struct snapshot_listener *row)
{
    return security != NULL && security->ssl_policy == row->ssl_policy &&
           security->alpn_policy == row->alpn_policy &&
           security->has_http2 == worker->view->settings->attributes.http2 &&
           slice_equal(slice_of(security->name),
                       snapshot_slice(worker->view->snapshot, row->name));
}

/* Those before stay where the new book has none of the listener: its snapshot is on its way. */
static void
take_certificates(const struct worker *worker, struct security *security)
{
    struct certificate_book *book = worker->tls.book;

    if (book == NULL || book == security->book)
        return;
    const struct certificate_listener *found =
        certificate_listener_find(book, slice_of(security->name));
    if (found == NULL)
        return;
    certificate_book_release(&security->book);
    security->book = certificate_book_use(book);
    security->certificates = found;
}

void
security_update(struct worker *worker, struct security **security, uint32_t row)
{
    const struct snapshot_listener *listener = snapshot_listener(worker->view->snapshot, row);

    if (listener->protocol != PROTOCOL_HTTPS) {
        security_unpin(security);
        return;
    }
    if (!is_as_wanted(worker, *security, listener)) {
        security_unpin(security);
        *security = make(worker, listener);
    }
    take_certificates(worker, *security);
}

struct stream_session *
security_accept(struct security *security, int fd)
{
    return security->context == NULL ? NULL : tls_accept(security->context, fd);
}

struct security *
security_pin(struct security *security)
{
    security->pins++;
    return security;
}

void
security_unpin(struct security **unpinned)
{
    struct security *security = *unpinned;

    *unpinned = NULL;
    if (security == NULL || --security->pins > 0)
        return;
    if (security->context != NULL)
        tls_context_free(&security->context);
    certificate_book_release(&security->book);
    free(security->name);
    free(security);
}
