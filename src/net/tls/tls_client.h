/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS towards targets, whose certificates are not verified (as the ALB) unless somebody is
 * trusted. What is shared by all connections of one kind; a connection is a transport under a
 * stream (net/stream.h). A peer that ends without close_notify has failed: what it sent may be
 * cut.
 */
#ifndef FAIRLEAD_NET_TLS_CLIENT_H
#define FAIRLEAD_NET_TLS_CLIENT_H

#include "base/address.h"
#include "net/tls/tls_context.h"

struct tls_client;

/* The session with one peer, which its next connection of the same kind resumes; zero it. */
struct tls_peer {
    void *session;
    uint64_t key; /* of the connection that it is of */
};

/* Who is connected to, and how; of TLS, so the socket is the caller's to connect. */
struct tls_target {
    struct tls_client *client;
    struct slice server_name; /* told, and verified; empty: nobody is told, and the address is
                               * verified */
    const struct address *address; /* NULL where nothing is verified or there is a name */
    struct tls_peer *peer;         /* NULL: nothing is resumed; must live as long */
    uint64_t key;                  /* nothing is resumed under another one */
};

/*
 * After tls_start. trusted (read during the call; what is revoked means nothing) vouches for
 * peers, NULL: they are not verified. NULL with a reason (static text).
 */
struct tls_client *tls_client_new(const struct tls_policy *policy,
                                  const struct tls_trusted *trusted, const char **error);

/* Its own, never 0. */
uint64_t tls_client_number(const struct tls_client *client);

/* Its connections live on. */
void tls_client_free(struct tls_client **client);

/* For a connected socket, which stays the caller's and must live as long; the target is read
 * during the call. */
struct stream_session *tls_connect(const struct tls_target *target, int fd);

/* Before the handshake: HTTP/2 is all that is offered by ALPN; tls_facts_of says what came of
 * it.
 */
void tls_offer_http2(struct stream_session *stream);

void tls_peer_forget(struct tls_peer *peer);

#endif
