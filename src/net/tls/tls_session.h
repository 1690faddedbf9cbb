/* SPDX-License-Identifier: Apache-2.0 */
/* What context and transport share of a connection; for src/net/tls/tls_*.c only. */
#ifndef FAIRLEAD_NET_TLS_SESSION_H
#define FAIRLEAD_NET_TLS_SESSION_H

#include <openssl/ssl.h>

#include "net/tls/tls_context.h"
#include "net/tls/tls_identities.h"

/* Freed with its last connection. */
struct tls_context {
    unsigned users; /* its owner is one */
    SSL_CTX *ssl;
    struct tls_options options; /* NULL or empty what is not needed any more */
    struct tls_suites suites;
    unsigned char protocols[64]; /* of ALPN, as on the wire */
    unsigned protocols_length;
    char *name;
    const struct tls_revocation *revoked;
    size_t revoked_count;
};

struct tls_session {
    struct stream_session stream; /* first */
    SSL *ssl;
    struct tls_context *context;           /* NULL: towards a target */
    struct tls_parsed *certificate;        /* NULL: none chosen yet */
    struct tls_peer *peer;                 /* of a target, to resume with; NULL: nobody */
    uint64_t peer_key;                     /* what it may be resumed under */
    struct tls_client_certificate *client; /* NULL: none was shown */
    int fd;
    uint8_t failure; /* enum tls_failure, where it has failed */
    uint8_t verdict; /* enum tls_verdict, of the peer's certificate */
    bool is_established : 1;
    bool has_failed : 1;   /* nothing more may be written, not even the end */
    bool may_hold : 1;     /* bytes that a read would give */
    bool has_finished : 1; /* close_notify is sent */
};

/* A connection of such a context, which is to accept or to connect. */
struct tls_session *tls_session_new(SSL_CTX *ssl, int fd);

/* False: OpenSSL has not all of it. */
bool tls_set_policy(SSL_CTX *ssl, const struct tls_policy *policy);

/* What is the same towards clients and targets. */
void tls_set_manners(SSL_CTX *ssl);

void tls_context_release(struct tls_context **released);

/* The BIO between a connection and its socket; it leads back to the session, which costs less
 * than OpenSSL's application data. */
BIO *tls_socket_new(struct tls_session *session);

static inline struct tls_session *
tls_session_of(const SSL *ssl)
{
    return BIO_get_data(SSL_get_rbio(ssl));
}

/* The methods of all connections. */
extern const struct stream_transport tls_transport;

#endif
