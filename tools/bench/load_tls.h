/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator's connections over TLS; certificates are not verified. */
#ifndef FAIRLEAD_BENCH_LOAD_TLS_H
#define FAIRLEAD_BENCH_LOAD_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a place in the list of connections keeps over its connections. */
struct tls_place {
    SSL *ssl;             /* NULL: not connected, or plain */
    SSL_SESSION *session; /* the newest that was given; NULL: none */
};

/* suite NULL: OpenSSL's choice; resumes: each connection but a place's first. */
void tls_start(const char *version, const char *suite, bool resumes);

void tls_open(struct tls_place *place, int fd, const char *host);
void tls_close(struct tls_place *place);

/* As send(2) and recv(2) of a socket that does not wait; the handshake goes on within them. */
ssize_t tls_send(struct tls_place *place, const void *bytes, size_t length);
ssize_t tls_receive(struct tls_place *place, void *memory, size_t length);

#endif
