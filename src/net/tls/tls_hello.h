/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client's first message says of the host that it wants and the certificates that it
 * takes. Read before OpenSSL has read any of it, from a stranger.
 */
#ifndef FAIRLEAD_NET_TLS_HELLO_H
#define FAIRLEAD_NET_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define TLS_SERVER_NAME_SIZE 256

/* Curves of ECDSA keys, as bits. */
enum tls_curve { TLS_CURVE_P256 = 1 << 0, TLS_CURVE_P384 = 1 << 1, TLS_CURVE_P521 = 1 << 2 };

/* Suites of the listener before TLS 1.3, by the key that they need; ids as on the wire. */
#define TLS_SUITES_MOST 16

struct tls_suites {
    uint16_t ecdsa[TLS_SUITES_MOST], rsa[TLS_SUITES_MOST];
    size_t ecdsa_count, rsa_count;
};

/* The message's parts, as they stand in it; an extension that is not there is SLICE_NONE. */
struct tls_hello_parts {
    unsigned legacy_version;
    struct slice suites, server_name, signatures, groups, versions;
};

struct tls_hello {
    char server_name[TLS_SERVER_NAME_SIZE]; /* lower case, no dot at its end; "": none */
    bool takes_rsa;
    unsigned takes_curves; /* enum tls_curve: of ECDSA certificates */
};

/* newest: of the listener's protocols, as on the wire. */
void tls_hello_read(struct tls_hello *hello, const struct tls_hello_parts *parts,
                    unsigned newest, const struct tls_suites *suites);

#endif
