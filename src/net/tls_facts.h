/* SPDX-License-Identifier: Apache-2.0 */
/* What a TLS handshake came to, for who knows of a stream no more than that it is secure. */
#ifndef FAIRLEAD_NET_TLS_FACTS_H
#define FAIRLEAD_NET_TLS_FACTS_H

#include <stdbool.h>

#include "base/slice.h"

struct stream_session;

/* Texts live as long as the session. */
struct tls_facts {
    unsigned version;             /* as on the wire */
    const char *protocol, *suite; /* "TLSv1.3", OpenSSL's name */
    struct slice server_name;     /* as the client wrote it; empty: none */
    struct slice certificate;     /* its name */
    bool is_resumed;
    bool is_http2; /* by ALPN */
};

/* False: the session is not one of TLS that is established; NULL is none. */
bool tls_facts_of(const struct stream_session *session, struct tls_facts *facts);

#endif
