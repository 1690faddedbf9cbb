/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_client.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls_session.h"

/* OpenSSL counts the users of the context. */
struct tls_client {
    SSL_CTX *ssl;
};

/* Called within a read or a handshake; true keeps the reference. A later ticket is the better.
 */
static int
on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_peer *peer = tls_session_of(ssl)->peer;

    if (peer == NULL)
        return 0;
    tls_peer_forget(peer);
    peer->session = session;
    return 1;
}

struct tls_client *
tls_client_new(const struct tls_policy *policy, const char **error)
{
    SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());

    *error = "OpenSSL has not all that its policy asks for";
    if (ssl == NULL || !tls_set_policy(ssl, policy)) {
        ERR_clear_error();
        SSL_CTX_free(ssl);
        return NULL;
    }
    tls_set_manners(ssl);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, on_session);
    struct tls_client *client = memory_take(1, sizeof(*client));
    client->ssl = ssl;
    return client;
}

void
tls_client_free(struct tls_client **client)
{
    if (*client == NULL)
        return;
    SSL_CTX_free((*client)->ssl);
    free(*client);
    *client = NULL;
}

struct stream_session *
tls_connect(struct tls_client *client, int fd, struct tls_peer *peer)
{
    struct tls_session *session = tls_session_new(client->ssl, fd);

    session->peer = peer;
    SSL_set_connect_state(session->ssl);
    if (peer != NULL && peer->session != NULL)
        SSL_set_session(session->ssl, peer->session);
    return &session->stream;
}

void
tls_offer_http2(struct stream_session *stream)
{
    static const unsigned char only[] = {2, 'h', '2'};

    SSL_set_alpn_protos(((struct tls_session *)stream)->ssl, only, sizeof(only));
}

void
tls_peer_forget(struct tls_peer *peer)
{
    SSL_SESSION_free(peer->session);
    peer->session = NULL;
}
