/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls/tls_client.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_session.h"
#include "net/tls/tls_verify.h"

/* OpenSSL counts the users of the context. */
struct tls_client {
    SSL_CTX *ssl;
    uint64_t number;
    bool verifies;
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
    peer->key = tls_session_of(ssl)->peer_key;
    return 1;
}

struct tls_client *
tls_client_new(const struct tls_policy *policy, const struct tls_trusted *trusted,
               const char **error)
{
    static uint64_t last_number;
    SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());

    *error = "OpenSSL has not all that its policy asks for";
    if (ssl == NULL || !tls_set_policy(ssl, policy)) {
        ERR_clear_error();
        SSL_CTX_free(ssl);
        return NULL;
    }
    *error = "an authority cannot be read";
    if (trusted != NULL && !tls_verify_targets(ssl, trusted)) {
        SSL_CTX_free(ssl);
        return NULL;
    }
    tls_set_manners(ssl);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl, on_session);
    struct tls_client *client = memory_take(1, sizeof(*client));
    client->ssl = ssl;
    client->number = ++last_number;
    client->verifies = trusted != NULL;
    return client;
}

uint64_t
tls_client_number(const struct tls_client *client)
{
    return client->number;
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

/* By the name that is told, else by the address (RFC 6125, 9110 4.3.5). */
static void
set_identity(SSL *ssl, const struct tls_target *target)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    char name[TLS_SERVER_NAME_SIZE] = "";

    if (target->server_name.length > 0 && target->server_name.length < sizeof(name)) {
        memcpy(name, target->server_name.at, target->server_name.length);
        CHECK(SSL_set_tlsext_host_name(ssl, name) == 1);
    }
    if (!target->client->verifies)
        return;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (*name != '\0') {
        CHECK(X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1);
        return;
    }
    CHECK(target->address != NULL);
    CHECK(X509_VERIFY_PARAM_set1_ip(parameters, target->address->bytes,
                                    target->address->family == ADDRESS_IPV6 ? 16 : 4) == 1);
}

struct stream_session *
tls_connect(const struct tls_target *target, int fd)
{
    struct tls_session *session = tls_session_new(target->client->ssl, fd);
    struct tls_peer *peer = target->peer;

    session->peer = peer;
    session->peer_key = target->key;
    SSL_set_connect_state(session->ssl);
    set_identity(session->ssl, target);
    if (peer != NULL && peer->session != NULL && peer->key == target->key)
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
