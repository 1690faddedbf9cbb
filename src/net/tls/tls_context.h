/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS towards clients: all that the connections of one listener share (the only place where a
 * listener's SSL_CTX is made), and what a handshake asks its owner. A connection is a transport
 * under a stream (net/stream.h).
 */
#ifndef FAIRLEAD_NET_TLS_CONTEXT_H
#define FAIRLEAD_NET_TLS_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/stream.h"
#include "net/tls/tls_hello.h"
#include "net/tls/tls_pair.h"

struct tls_context;
struct tls_identities;
struct tls_revocation;
struct tls_signer;
struct tls_tickets;

/* Certificates that are parsed, at most so many; contexts share them. Of whom their signatures
 * are asked (tls_sign.h); NULL: of this process, by the keys of struct tls_identity. */
struct tls_identities *tls_identities_new(unsigned most, const struct tls_signer *signer);
void tls_identities_free(struct tls_identities **identities);

/* Versions as on the wire, suites in OpenSSL's names. */
struct tls_policy {
    uint16_t oldest, newest;
    const char *suites_13, *suites; /* "": none */
    unsigned level;                 /* OpenSSL's security level */
    bool is_hybrid;                 /* key exchange with ML-KEM as well, where OpenSSL has it */
};

/* The certificate that a client is to get; the slices live until the call returns. */
struct tls_identity {
    const struct tls_certificate_facts *facts;
    struct slice name; /* for logs */
    struct slice chain[TLS_CHAIN_MOST];
    size_t chain_count;
    struct slice key; /* DER */
};

/* False: there is none. */
typedef bool tls_choose(void *argument, const struct tls_hello *hello,
                        struct tls_identity *identity);

/* What clients are asked for. No session of theirs is resumed, as at the ALB. */
enum tls_asking { TLS_ASKS_NOTHING, TLS_ASKS_FOR_ANY, TLS_ASKS_FOR_VERIFIED };

struct tls_mutual {
    enum tls_asking asking;
    bool ignores_expiry; /* of the client's own certificate */
    bool tells_names;    /* of the authorities that are trusted */
};

/* All of it outlives the context but the texts, which are copied. */
struct tls_options {
    struct tls_policy policy;
    const char *protocols; /* of ALPN, "h2,http/1.1" in the order of preference; "": none */
    struct slice name;     /* sessions of one context are never resumed in another */
    tls_choose *choose;
    void *argument;
    struct tls_identities *identities;
    struct tls_tickets *tickets; /* NULL: no resumption */
    struct tls_mutual mutual;
};

/* NULL with a reason (static text). */
struct tls_context *tls_context_new(const struct tls_options *options, const char **error);

/* Who vouches for clients, and what they have revoked (sorted): see net/tls/tls_trust.h. */
struct tls_trusted {
    const struct slice *anchors; /* DER */
    size_t anchor_count;
    const struct tls_revocation *revoked;
    size_t revoked_count;
};

/*
 * For handshakes from now on; before the first call no client is taken. The anchors are read
 * during the call, what is revoked must stay until the next one and until handshakes are over
 * that began before it. False: an anchor cannot be read, and nothing changes.
 */
bool tls_context_trust(struct tls_context *context, const struct tls_trusted *trusted);

/* Its connections live on. */
void tls_context_free(struct tls_context **context);

/* Before the first of them, and before the process gives up reading files. */
void tls_start(void);

/* For a connected socket, which stays the caller's and must live as long. */
struct stream_session *tls_accept(struct tls_context *context, int fd);

/* Why a handshake or a connection failed: rows of tls_failures.def. */
enum tls_failure {

#define TLS_FAILURE(id, label, text) TLS_FAILURE_##id,
#include "net/tls/tls_failures.def"
#undef TLS_FAILURE
    TLS_FAILURE_COUNT
};

const char *tls_failure_text(enum tls_failure failure);
const char *tls_failure_label(enum tls_failure failure); /* as metrics have it */
enum tls_failure tls_failure_of(const struct stream_session *session);

#endif
