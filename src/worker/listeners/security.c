/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/listeners/security.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "ipc/certificate_book.h"
#include "model/ssl_policy.h"
#include "net/tls/tls_context.h"
#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define US_PER_SECOND 1000000

struct security {
    unsigned pins; /* its listener's is one */
    uint32_t ssl_policy, alpn_policy;
    uint32_t mutual_mode, ignore_client_expiry, advertises_ca_names;
    bool has_http2;                /* routing.http2.enabled */
    char *name, *trust_store;      /* the listener's */
    struct tls_context *context;   /* NULL: cannot be had */
    struct certificate_book *book; /* NULL: no certificates yet */
    const struct certificate_listener *certificates;
    struct certificate_book *trust_book; /* that the context's trust is of; NULL: none yet */
    uint64_t trust_hash;
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

static struct tls_mutual
mutual_of(const struct security *security)
{
    static const enum tls_asking askings[] = {
        [MUTUAL_OFF] = TLS_ASKS_NOTHING,
        [MUTUAL_PASSTHROUGH] = TLS_ASKS_FOR_ANY,
        [MUTUAL_VERIFY] = TLS_ASKS_FOR_VERIFIED,
    };

    return (struct tls_mutual){
        .asking = askings[security->mutual_mode],
        .ignores_expiry = security->ignore_client_expiry != 0,
        .tells_names = security->advertises_ca_names != 0,
    };
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
        .mutual = mutual_of(security),
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
    security->has_http2 =
        snapshot_balancer(worker->view->snapshot, row->balancer)->attributes.http2;
    security->mutual_mode = row->mutual_mode;
    security->ignore_client_expiry = row->ignore_client_expiry;
    security->advertises_ca_names = row->advertises_ca_names;
    struct slice trust_store = snapshot_slice(worker->view->snapshot, row->trust_store);
    security->trust_store = memory_copy_bytes(trust_store.at, trust_store.length);
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
           security->has_http2 ==
               snapshot_balancer(worker->view->snapshot, row->balancer)->attributes.http2 &&
           security->mutual_mode == row->mutual_mode &&
           security->ignore_client_expiry == row->ignore_client_expiry &&
           security->advertises_ca_names == row->advertises_ca_names &&
           slice_equal(slice_of(security->trust_store),
                       snapshot_slice(worker->view->snapshot, row->trust_store)) &&
           slice_equal(slice_of(security->name),
                       snapshot_slice(worker->view->snapshot, row->name));
}

static bool
give_trust(const struct security *security, const struct certificate_book *book,
           const struct certificate_trust *trust)
{
    struct slice *anchors = certificate_trust_anchors(book, trust);
    struct tls_trusted trusted = {
        .anchors = anchors,
        .anchor_count = trust->anchors.count,
        .revoked_count = trust->revoked.count,
    };

    if (trust->revoked.count > 0)
        trusted.revoked = &book->revocations[trust->revoked.first].revocation;
    bool is_taken = tls_context_trust(security->context, &trusted);
    free(anchors);
    return is_taken;
}

/* The store before stays where the new book has it not, or as it is. */
static void
take_trust(const struct worker *worker, struct security *security)
{
    struct certificate_book *book = worker->tls.book;

    if (book == NULL || book == security->trust_book || security->context == NULL ||
        security->mutual_mode != MUTUAL_VERIFY)
        return;
    const struct certificate_trust *found =
        certificate_trust_find(book, slice_of(security->trust_store));
    if (found == NULL || (security->trust_book != NULL && found->hash == security->trust_hash))
        return;
    if (!give_trust(security, book, found)) {
        log_error("listener %s: an authority of trust store %s cannot be read: it trusts as "
                  "before",
                  security->name, security->trust_store);
        return;
    }
    certificate_book_release(&security->trust_book);
    security->trust_book = certificate_book_use(book);
    security->trust_hash = found->hash;
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
    take_trust(worker, *security);
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
    certificate_book_release(&security->trust_book);
    free(security->trust_store);
    free(security->name);
    free(security);
}
