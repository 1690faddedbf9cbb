/* SPDX-License-Identifier: Apache-2.0 */
/* A hash by fingerprint and a list by use. A book that is replaced leaves them as they are. */
#include "net/tls/tls_identities.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_key_provider.h"
#include "net/tls/tls_own_signer.h"
#include "net/tls/tls_parser.h"

#define uthash_malloc(size) memory_take(1, size)
#define uthash_fatal(message) CHECK_UNREACHABLE()
#include <uthash.h>

struct tls_parsed {
    uint8_t fingerprint[TLS_FINGERPRINT_BYTES];
    unsigned users; /* the collection is one */
    char *name;
    X509 *certificate;
    STACK_OF(X509) * chain;
    EVP_PKEY *key;
    TAILQ_ENTRY(tls_parsed) entry;
    UT_hash_handle hh;
};

struct tls_identities {
    struct tls_parser *parser;
    struct tls_own_signer own;
    const struct tls_signer *signer;
    struct tls_parsed *by_fingerprint;
    TAILQ_HEAD(, tls_parsed) by_use; /* used last: at the end */
    unsigned count, most;
};

struct tls_identities *
tls_identities_new(unsigned most, const struct tls_signer *signer)
{
    struct tls_identities *identities = memory_take(1, sizeof(*identities));

    identities->parser = tls_parser_new();
    tls_own_signer_init(&identities->own, identities->parser);
    identities->signer = signer == NULL ? &identities->own.signer : signer;
    identities->most = most;
    TAILQ_INIT(&identities->by_use);
    return identities;
}

void
tls_parsed_release(struct tls_parsed **released)
{
    struct tls_parsed *parsed = *released;

    *released = NULL;
    if (parsed == NULL || --parsed->users > 0)
        return;
    X509_free(parsed->certificate);
    sk_X509_pop_free(parsed->chain, X509_free);
    EVP_PKEY_free(parsed->key);
    free(parsed->name);
    free(parsed);
}

/* NOLINTBEGIN(readability-function-size, clang-analyzer-*): uthash's macros are long, and the
 * analyzer loses its way in them. */
static void
drop(struct tls_identities *identities, struct tls_parsed *parsed)
{
    HASH_DEL(identities->by_fingerprint, parsed);
    TAILQ_REMOVE(&identities->by_use, parsed, entry);
    identities->count--;
    tls_parsed_release(&parsed);
}

static void
keep(struct tls_identities *identities, struct tls_parsed *parsed)
{
    if (identities->count == identities->most)
        drop(identities, TAILQ_FIRST(&identities->by_use));
    HASH_ADD(hh, identities->by_fingerprint, fingerprint, TLS_FINGERPRINT_BYTES, parsed);
    TAILQ_INSERT_TAIL(&identities->by_use, parsed, entry);
    identities->count++;
}

static struct tls_parsed *
find(const struct tls_identities *identities, const uint8_t *fingerprint)
{
    struct tls_parsed *parsed = NULL;

    HASH_FIND(hh, identities->by_fingerprint, fingerprint, TLS_FINGERPRINT_BYTES, parsed);
    return parsed;
}

/* NOLINTEND(readability-function-size, clang-analyzer-*) */

void
tls_identities_free(struct tls_identities **identities)
{
    struct tls_parsed *parsed, *next;

    for (parsed = TAILQ_FIRST(&(*identities)->by_use); parsed != NULL; parsed = next) {
        next = TAILQ_NEXT(parsed, entry);
        drop(*identities, parsed);
    }
    tls_parser_free(&(*identities)->parser);
    free(*identities);
    *identities = NULL;
}

static struct tls_parsed *
parse(const struct tls_identities *identities, const struct tls_identity *identity)
{
    struct tls_parsed *parsed = memory_take(1, sizeof(*parsed));
    bool is_good = true;

    parsed->users = 1;
    memcpy(parsed->fingerprint, identity->facts->fingerprint, TLS_FINGERPRINT_BYTES);
    parsed->name = identity->name.length == 0
                       ? memory_copy_text("")
                       : memory_copy_bytes(identity->name.at, identity->name.length);
    parsed->certificate = tls_parse_certificate(identity->chain[0]);
    if (parsed->certificate != NULL)
        parsed->key = tls_key_new(identities->signer, identity, parsed->certificate);
    parsed->chain = sk_X509_new_null();
    for (size_t i = 1; i < identity->chain_count; i++) {
        X509 *link = tls_parser_link(identities->parser, identity->chain[i]);
        is_good = is_good && link != NULL && sk_X509_push(parsed->chain, link) > 0;
    }
    if (!is_good || parsed->key == NULL)
        tls_parsed_release(&parsed);
    return parsed;
}

static struct tls_parsed *
use(struct tls_identities *identities, const struct tls_identity *identity)
{
    struct tls_parsed *parsed = find(identities, identity->facts->fingerprint);

    if (parsed == NULL) {
        parsed = parse(identities, identity);
        if (parsed != NULL)
            keep(identities, parsed);
    } else {
        TAILQ_REMOVE(&identities->by_use, parsed, entry);
        TAILQ_INSERT_TAIL(&identities->by_use, parsed, entry);
    }
    return parsed;
}

struct tls_parsed *
tls_identities_apply(struct tls_identities *identities, SSL *ssl,
                     const struct tls_identity *identity)
{
    struct tls_parsed *parsed = use(identities, identity);

    if (parsed == NULL ||
        SSL_use_cert_and_key(ssl, parsed->certificate, parsed->key, parsed->chain, 1) != 1) {
        ERR_clear_error();
        return NULL;
    }
    parsed->users++;
    return parsed;
}

struct slice
tls_parsed_name(const struct tls_parsed *parsed)
{
    return slice_of(parsed->name);
}
