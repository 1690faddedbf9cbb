/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls/tls_service.h"

#include <stdlib.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_key_provider.h"
#include "net/tls/tls_own_signer.h"
#include "net/tls/tls_session.h"

struct tls_service {
    SSL_CTX *ssl;
};

static X509 *
parse(const struct tls_bytes *der)
{
    return tls_parse_certificate(slice_make(der->at, der->length));
}

/* Its own certificate, which stands first. */
static bool
use_certificate(SSL_CTX *ssl, const struct tls_pair *pair)
{
    const struct tls_identity identity = {.facts = &pair->facts,
                                          .key = slice_make(pair->key.at, pair->key.length)};
    X509 *certificate = parse(&pair->chain[0]);
    struct tls_own_signer own;

    tls_own_signer_init(&own, NULL);
    EVP_PKEY *key =
        certificate == NULL ? NULL : tls_key_new(&own.signer, &identity, certificate);
    bool is_used = key != NULL && SSL_CTX_use_cert_and_key(ssl, certificate, key, NULL, 1) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return is_used;
}

static bool
use_chain(SSL_CTX *ssl, const struct tls_pair *pair)
{
    bool is_used = use_certificate(ssl, pair);

    for (size_t i = 1; i < pair->chain_count && is_used; i++) {
        X509 *one = parse(&pair->chain[i]);
        is_used = one != NULL && SSL_CTX_add1_chain_cert(ssl, one) == 1;
        X509_free(one);
    }
    return is_used;
}

/* Who speaks HTTP without TLS is told so; OpenSSL would only close the connection. */
static void
on_state(const SSL *ssl, int where, int result)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n"
                                 "Content-Type: text/plain\r\n"
                                 "Content-Length: 29\r\n"
                                 "Connection: close\r\n\r\n"
                                 "Ask with https: this is TLS.\n";

    if ((where & SSL_CB_EXIT) == 0 || result > 0 ||
        ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST)
        return;
    int fd = SSL_get_fd(ssl);
    char rest[4096];
    if (send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) <= 0)
        return;
    /* What is left unread would reset the connection, and the answer with it. */
    while (recv(fd, rest, sizeof(rest), MSG_DONTWAIT) > 0)
        continue;
}

/* NOLINTBEGIN(readability-function-size): the parameters are OpenSSL's. */
static int
choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *length,
                const unsigned char *offered, unsigned offered_length, void *argument)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *found = NULL;

    (void)ssl;
    (void)argument;
    if (SSL_select_next_proto(&found, length, ours, sizeof(ours) - 1, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/* NOLINTEND(readability-function-size) */

static bool
set_up(SSL_CTX *ssl, const struct tls_pair *pair, const struct tls_policy *policy)
{
    if (ssl == NULL || !tls_set_policy(ssl, policy) || !use_chain(ssl, pair))
        return false;
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ssl, 0);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_early_data(ssl, 0);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_info_callback(ssl, on_state);
    SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, NULL);
    return true;
}

struct tls_service *
tls_service_new(const struct tls_pair *pair, const struct tls_policy *policy,
                const char **error)
{
    struct tls_service *service = memory_take(1, sizeof(*service));

    service->ssl = SSL_CTX_new(TLS_server_method());
    *error = "OpenSSL cannot use the certificate, its key or the policy";
    if (!set_up(service->ssl, pair, policy))
        tls_service_free(&service);
    ERR_clear_error();
    return service;
}

void
tls_service_free(struct tls_service **service)
{
    if (*service == NULL)
        return;
    SSL_CTX_free((*service)->ssl);
    free(*service);
    *service = NULL;
}

bool
tls_service_is_for(const struct tls_service *service, struct slice host)
{
    X509 *certificate = SSL_CTX_get0_certificate(service->ssl);
    char text[TLS_SERVER_NAME_SIZE];

    if (host.length == 0 || host.length >= sizeof(text))
        return false;
    memcpy(text, host.at, host.length);
    text[host.length] = '\0';
    bool is_for = X509_check_host(certificate, text, host.length,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1 ||
                  X509_check_ip_asc(certificate, text, 0) == 1;
    ERR_clear_error();
    return is_for;
}

struct bufferevent *
tls_service_stream(struct tls_service *service, struct event_base *base)
{
    SSL *ssl = SSL_new(service->ssl);

    CHECK(ssl != NULL);
    struct bufferevent *stream = bufferevent_openssl_socket_new(
        base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (stream != NULL)
        bufferevent_openssl_set_allow_dirty_shutdown(stream, 1);
    return stream;
}
