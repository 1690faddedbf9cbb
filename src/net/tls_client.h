/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS towards targets, whose certificates are not verified (as the ALB). What is shared by all
 * connections of one kind; a connection is a transport under a stream (net/stream.h). A peer
 * that ends without close_notify has failed: what it sent may be cut.
 */
#ifndef FAIRLEAD_NET_TLS_CLIENT_H
#define FAIRLEAD_NET_TLS_CLIENT_H

#include "net/tls_context.h"

struct tls_client;

/* The session with one peer, which its next connection resumes; zero it. */
struct tls_peer {
    void *session;
};

/* After tls_start. NULL with a reason (static text). */
struct tls_client *tls_client_new(const struct tls_policy *policy, const char **error);

/* Its connections live on. */
void tls_client_free(struct tls_client **client);

/*
 * For a connected socket, which stays the caller's and must live as long, and so must the peer
 * (NULL: nothing is resumed).
 */
struct stream_session *tls_connect(struct tls_client *client, int fd, struct tls_peer *peer);

/* Before the handshake: HTTP/2 is all that is offered by ALPN; tls_facts_of says what came of
 * it.
 */
void tls_offer_http2(struct stream_session *stream);

void tls_peer_forget(struct tls_peer *peer);

#endif
