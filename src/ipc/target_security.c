/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/target_security.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/memory.h"
#include "model/config.h"
#include "model/ssl_policy.h"

/* Who verifies by the same authorities, which are known by their file. */
struct verifier {
    LIST_ENTRY(verifier) entry;
    char *ca;
    uint64_t hash; /* of what the file said */
    bool is_wanted;
    struct tls_client *client;
};

struct target_security {
    uint32_t policy;           /* that all were made with */
    struct tls_client *client; /* who does not verify; NULL: OpenSSL cannot */
    LIST_HEAD(, verifier) verifiers;
};

struct target_security *
target_security_new(void)
{
    struct target_security *security = memory_take(1, sizeof(*security));

    security->policy = SNAPSHOT_NO_INDEX;
    LIST_INIT(&security->verifiers);
    return security;
}

static void
free_verifier(struct verifier *verifier)
{
    tls_client_free(&verifier->client);
    free(verifier->ca);
    free(verifier);
}

static void
drop_all(struct target_security *security)
{
    struct verifier *verifier, *next;

    for (verifier = LIST_FIRST(&security->verifiers); verifier != NULL; verifier = next) {
        next = LIST_NEXT(verifier, entry);
        free_verifier(verifier);
    }
    LIST_INIT(&security->verifiers);
    tls_client_free(&security->client);
}

void
target_security_free(struct target_security **security)
{
    if (*security == NULL)
        return;
    drop_all(*security);
    free(*security);
    *security = NULL;
}

static uint32_t
wanted_policy(const struct snapshot *snapshot)
{
    struct ssl_policy_traits traits = {0};

    for (uint32_t i = 0; i < snapshot_listener_count(snapshot); i++) {
        const struct snapshot_listener *listener = snapshot_listener(snapshot, i);
        if (listener->protocol == PROTOCOL_HTTPS)
            ssl_policy_note(&traits, listener->ssl_policy);
    }
    return ssl_policy_for_targets(&traits);
}

static struct tls_client *
make_client(const struct target_security *security, const struct tls_trusted *trusted)
{
    const struct ssl_policy *row = &ssl_policies[security->policy];
    const char *error = NULL;
    struct tls_client *client =
        tls_client_new(&(struct tls_policy){row->oldest, row->newest, row->suites_13,
                                            row->suites, row->level, row->is_hybrid},
                       trusted, &error);

    if (client == NULL)
        log_error("no HTTPS to targets with policy %s: %s", row->name, error);
    return client;
}

static struct verifier *
find(const struct target_security *security, struct slice ca)
{
    struct verifier *verifier;

    LIST_FOREACH (verifier, &security->verifiers, entry)
        if (slice_equal(slice_of(verifier->ca), ca))
            return verifier;
    return NULL;
}

static void
remake(const struct target_security *security, struct verifier *verifier,
       const struct certificate_book *book, const struct certificate_trust *trust)
{
    struct slice *anchors = certificate_trust_anchors(book, trust);
    const struct tls_trusted trusted = {.anchors = anchors,
                                        .anchor_count = trust->anchors.count};
    struct tls_client *client = make_client(security, &trusted);

    free(anchors);
    if (client == NULL)
        return;
    tls_client_free(&verifier->client);
    verifier->client = client;
    verifier->hash = trust->hash;
}

/* Those before stay where the book has them not: what brings them is on its way. */
static void
want(struct target_security *security, struct slice ca, const struct certificate_book *book)
{
    const struct certificate_trust *trust =
        book == NULL ? NULL : certificate_trust_find(book, ca);
    struct verifier *verifier = find(security, ca);

    if (verifier == NULL) {
        verifier = memory_take(1, sizeof(*verifier));
        verifier->ca = memory_copy_bytes(ca.at, ca.length);
        LIST_INSERT_HEAD(&security->verifiers, verifier, entry);
    }
    verifier->is_wanted = true;
    if (trust != NULL && (verifier->client == NULL || verifier->hash != trust->hash))
        remake(security, verifier, book, trust);
}

void
target_security_update(struct target_security *security, const struct snapshot *snapshot,
                       const struct certificate_book *book)
{
    uint32_t wanted = wanted_policy(snapshot);
    struct verifier *verifier, *next;

    if (wanted != security->policy) {
        drop_all(security);
        security->policy = wanted;
        security->client = make_client(security, NULL);
    }
    LIST_FOREACH (verifier, &security->verifiers, entry)
        verifier->is_wanted = false;
    for (uint32_t i = 0; i < snapshot_group_count(snapshot); i++) {
        const struct snapshot_group *group = snapshot_group(snapshot, i);
        if ((group->flags & GROUP_VERIFIES) != 0)
            want(security, snapshot_slice(snapshot, group->ca), book);
    }
    for (verifier = LIST_FIRST(&security->verifiers); verifier != NULL; verifier = next) {
        next = LIST_NEXT(verifier, entry);
        if (verifier->is_wanted)
            continue;
        LIST_REMOVE(verifier, entry);
        free_verifier(verifier);
    }
}

bool
target_security_of(const struct target_security *security, const struct snapshot *snapshot,
                   const struct snapshot_group *group, struct tls_target *target)
{
    const struct verifier *verifier = NULL;

    *target = (struct tls_target){
        .client = security->client,
        .server_name = snapshot_slice(snapshot, group->server_name),
    };
    if ((group->flags & GROUP_VERIFIES) != 0) {
        verifier = find(security, snapshot_slice(snapshot, group->ca));
        target->client = verifier == NULL ? NULL : verifier->client;
    }
    if (target->client == NULL)
        return false;
    target->key = slice_hash(tls_client_number(target->client), target->server_name);
    return true;
}
