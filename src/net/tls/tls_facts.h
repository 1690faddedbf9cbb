/* SPDX-License-Identifier: Apache-2.0 */
/* What a TLS handshake came to, for who knows of a stream no more than that it is secure. */
#ifndef FAIRLEAD_NET_TLS_FACTS_H
#define FAIRLEAD_NET_TLS_FACTS_H

#include <stdbool.h>

#include "base/slice.h"

struct stream_session;

/* What a client's certificate says; empty what nobody asked for. Texts as fields of a request
 * carry them (the ALB's X-Amzn-Mtls-Clientcert-*). */
struct tls_client_certificate {
    struct slice serial;          /* hexadecimal, "03A5B1" */
    struct slice issuer, subject; /* RFC 2253 */
    struct slice validity;        /* "NotBefore=2026-01-02T03:04:05Z;NotAfter=…" */
    struct slice leaf;            /* PEM, percent-encoded; where it is verified */
    struct slice chain;           /* all that were sent, its own first; where it is not */
};

/* What became of it: rows of tls_verdicts.def. */
enum tls_verdict {

#define TLS_VERDICT(id, status, text) TLS_VERDICT_##id,
#include "net/tls/tls_verdicts.def"
#undef TLS_VERDICT
    TLS_VERDICT_COUNT
};

/* "Failed:ClientCertExpired", and "it has expired". */
const char *tls_verdict_status(enum tls_verdict verdict);
const char *tls_verdict_text(enum tls_verdict verdict);

/* Of a handshake that has ended, one way or the other; that of no session of TLS is NONE. */
enum tls_verdict tls_verdict_of(const struct stream_session *session);

/* NULL: there is none, or the session is not one of TLS. Lives as long as the session. */
const struct tls_client_certificate *tls_client_of(const struct stream_session *session);

/* Texts live as long as the session. */
struct tls_facts {
    unsigned version;             /* as on the wire */
    const char *protocol, *suite; /* "TLSv1.3", OpenSSL's name */
    struct slice server_name;     /* as the client wrote it; empty: none */
    struct slice certificate;     /* its name */
    const char *group;            /* of the key exchange; NULL: none */
    bool is_resumed;
    bool is_http2;                               /* by ALPN */
    struct slice alpn;                           /* the protocol that was chosen; empty: none */
    const struct tls_client_certificate *client; /* NULL: none */
};

/* False: the session is not one of TLS that is established; NULL is none. */
bool tls_facts_of(const struct stream_session *session, struct tls_facts *facts);

#endif
