/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS connection as a stream's transport. OpenSSL's queue of errors is empty between calls:
 * whoever finds one there empties it.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_facts.h"
#include "net/tls/tls_key_provider.h"
#include "net/tls/tls_session.h"
#include "net/tls/tls_verify.h"

/* The reasons of alerts that came begin here. */
#define ALERT_REASONS SSL_AD_REASON_OFFSET

static struct tls_session *
session_of(struct stream_session *stream)
{
    return (struct tls_session *)stream;
}

const char *
tls_failure_text(enum tls_failure failure)
{
    static const char *const texts[TLS_FAILURE_COUNT] = {

#define TLS_FAILURE(id, label, text) text,
#include "net/tls/tls_failures.def"
#undef TLS_FAILURE
    };

    return texts[failure];
}

const char *
tls_failure_label(enum tls_failure failure)
{
    static const char *const labels[TLS_FAILURE_COUNT] = {

#define TLS_FAILURE(id, label, text) label,
#include "net/tls/tls_failures.def"
#undef TLS_FAILURE
    };

    return labels[failure];
}

enum tls_failure
tls_failure_of(const struct stream_session *session)
{
    return (enum tls_failure)((const struct tls_session *)session)->failure;
}

/* The socket. */

static int
read_socket(BIO *bio, char *memory, size_t length, size_t *got)
{
    const struct tls_session *session = BIO_get_data(bio);
    ssize_t result = recv(session->fd, memory, length, 0);

    BIO_clear_retry_flags(bio);
    *got = result > 0 ? (size_t)result : 0;
    if (result == -1 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    else if (result == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return result > 0;
}

static int
write_socket(BIO *bio, const char *bytes, size_t length, size_t *sent)
{
    const struct tls_session *session = BIO_get_data(bio);
    ssize_t result = send(session->fd, bytes, length, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    *sent = result > 0 ? (size_t)result : 0;
    if (result == -1 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return result > 0;
}

static long
control_socket(BIO *bio, int command, long number, void *argument)
{
    (void)number;
    (void)argument;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

static BIO_METHOD *
socket_method(void)
{
    static BIO_METHOD *method;

    if (method != NULL)
        return method;
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    CHECK(method != NULL && BIO_meth_set_read_ex(method, read_socket) == 1 &&
          BIO_meth_set_write_ex(method, write_socket) == 1 &&
          BIO_meth_set_ctrl(method, control_socket) == 1);
    return method;
}

BIO *
tls_socket_new(struct tls_session *session)
{
    BIO *bio = BIO_new(socket_method());

    if (bio != NULL) {
        BIO_set_data(bio, session);
        BIO_set_init(bio, 1);
    }
    return bio;
}

struct tls_session *
tls_session_new(SSL_CTX *ssl, int fd)
{
    struct tls_session *session = memory_take(1, sizeof(*session));

    session->stream.transport = &tls_transport;
    session->fd = fd;
    session->failure = TLS_FAILURE_CLOSED;
    session->ssl = SSL_new(ssl);
    BIO *bio = tls_socket_new(session);
    CHECK(session->ssl != NULL && bio != NULL);
    SSL_set_bio(session->ssl, bio, bio);
    return session;
}

/* Failures. */

static const struct {
    int reason;
    enum tls_failure failure;
} failures[] = {
    {SSL_R_HTTP_REQUEST, TLS_FAILURE_PLAIN_HTTP},
    {SSL_R_HTTPS_PROXY_REQUEST, TLS_FAILURE_PLAIN_HTTP},
    {SSL_R_WRONG_VERSION_NUMBER, TLS_FAILURE_NOT_TLS},
    {SSL_R_PACKET_LENGTH_TOO_LONG, TLS_FAILURE_NOT_TLS},
    {SSL_R_UNSUPPORTED_PROTOCOL, TLS_FAILURE_PROTOCOL},
    {SSL_R_VERSION_TOO_LOW, TLS_FAILURE_PROTOCOL},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, TLS_FAILURE_PROTOCOL},
    {SSL_R_INAPPROPRIATE_FALLBACK, TLS_FAILURE_PROTOCOL},
    {SSL_R_NO_SHARED_CIPHER, TLS_FAILURE_SUITE},
    {SSL_R_NO_SHARED_GROUPS, TLS_FAILURE_SUITE},
    {SSL_R_NO_SUITABLE_KEY_SHARE, TLS_FAILURE_SUITE},
    {SSL_R_NO_SUITABLE_GROUPS, TLS_FAILURE_SUITE},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, TLS_FAILURE_SUITE},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, TLS_FAILURE_SUITE},
    {SSL_R_NO_APPLICATION_PROTOCOL, TLS_FAILURE_ALPN},
    {SSL_R_CALLBACK_FAILED, TLS_FAILURE_CERTIFICATE},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, TLS_FAILURE_NO_CLIENT_CERTIFICATE},
    {SSL_R_CERTIFICATE_VERIFY_FAILED, TLS_FAILURE_CLIENT_CERTIFICATE},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, TLS_FAILURE_CLIENT_CERTIFICATE},
};

/* Something of a client's own doing that has no name here is a wrong message. */
static enum tls_failure
failure_by_reason(unsigned long error)
{
    int reason = ERR_GET_REASON(error);

    if (tls_key_has_failed(error))
        return TLS_FAILURE_SIGNATURE;
    if (reason >= ALERT_REASONS)
        return TLS_FAILURE_ALERT;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (failures[i].reason == reason)
            return failures[i].failure;
    return TLS_FAILURE_MALFORMED;
}

/* What a call that did not do what it should means to the stream; notes why it failed. */
static int
result_of(struct tls_session *session, int returned)
{
    switch (SSL_get_error(session->ssl, returned)) {
    case SSL_ERROR_WANT_READ:
        return STREAM_WAIT;
    case SSL_ERROR_WANT_WRITE:
        return STREAM_WAIT_TO_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        session->failure = TLS_FAILURE_CLOSED;
        return 0;
    case SSL_ERROR_SSL:
        session->failure = (uint8_t)failure_by_reason(ERR_peek_error());
        tls_verify_note(session);
        break;
    default:
        session->failure = TLS_FAILURE_CLOSED;
    }
    ERR_clear_error();
    session->has_failed = true;
    return STREAM_FAILED;
}

/* The transport. */

/* OpenSSL keeps the objects; what is in them goes. */
static void
empty(EVP_PKEY *key)
{
    EVP_PKEY_set_type(key, EVP_PKEY_X25519);
    EVP_PKEY_free(key);
}

/* The keys of the exchange are not needed any more: whoever reads our memory later must not
 * find them, and an idle connection is smaller without. */
static void
forget_exchange(SSL *ssl)
{
    EVP_PKEY *key;

    if (SSL_get_tmp_key(ssl, &key) == 1)
        empty(key);
    if (SSL_get_peer_tmp_key(ssl, &key) == 1)
        empty(key);
    ERR_clear_error();
}

static int
shake_hands(struct stream_session *stream)
{
    struct tls_session *session = session_of(stream);
    int returned = SSL_do_handshake(session->ssl);

    if (returned == 1) {
        session->is_established = true;
        forget_exchange(session->ssl);
        session->may_hold = SSL_has_pending(session->ssl) == 1;
        return 0;
    }
    int result = result_of(session, returned);
    return result == 0 ? STREAM_FAILED : result;
}

static ssize_t
read_bytes(struct stream_session *stream, void *memory, size_t length)
{
    struct tls_session *session = session_of(stream);
    size_t got = 0;
    int returned = SSL_read_ex(session->ssl, memory, length, &got);

    if (returned == 1) {
        session->may_hold = SSL_has_pending(session->ssl) == 1;
        return (ssize_t)got;
    }
    session->may_hold = false;
    return result_of(session, returned);
}

/* A record after another, as long as the socket takes them. */
static ssize_t
write_bytes(struct stream_session *stream, const void *bytes, size_t length)
{
    struct tls_session *session = session_of(stream);
    size_t all = 0, sent = 0;

    while (all < length) {
        int returned =
            SSL_write_ex(session->ssl, (const char *)bytes + all, length - all, &sent);
        if (returned != 1) {
            int result = result_of(session, returned);
            /* A write waits for nothing but to write. */
            result = result == STREAM_WAIT_TO_WRITE ? STREAM_WAIT : result;
            return all > 0 && result == STREAM_WAIT ? (ssize_t)all : result;
        }
        all += sent;
    }
    return (ssize_t)all;
}

static bool
holds_bytes(const struct stream_session *stream)
{
    return ((const struct tls_session *)stream)->may_hold;
}

static void
say_end(struct tls_session *session)
{
    if (!session->is_established || session->has_failed || session->has_finished)
        return;
    session->has_finished = true;
    if (SSL_shutdown(session->ssl) < 0)
        ERR_clear_error();
}

static void
finish_writing(struct stream_session *stream)
{
    struct tls_session *session = session_of(stream);

    say_end(session);
    shutdown(session->fd, SHUT_WR);
}

static void
close_session(struct stream_session *stream, bool is_aborted)
{
    struct tls_session *session = session_of(stream);

    if (!is_aborted)
        say_end(session);
    SSL_free(session->ssl);
    ERR_clear_error();
    tls_parsed_release(&session->certificate);
    tls_verify_forget(&session->client);
    tls_context_release(&session->context);
    free(session);
}

const struct stream_transport tls_transport = {
    .handshake = shake_hands,
    .read = read_bytes,
    .write = write_bytes,
    .holds_bytes = holds_bytes,
    .finish_writing = finish_writing,
    .close = close_session,
};

static struct slice
alpn_of(const SSL *ssl)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(ssl, &chosen, &length);
    return slice_make((const char *)chosen, length);
}

/* None in a handshake that resumed a session of before TLS 1.3. */
static const char *
group_of(SSL *ssl)
{
    int group = SSL_session_reused(ssl) == 1 && SSL_version(ssl) < TLS1_3_VERSION
                    ? 0
                    : (int)SSL_get_negotiated_group(ssl);

    return group == 0 ? NULL : SSL_group_to_name(ssl, group);
}

bool
tls_facts_of(const struct stream_session *stream, struct tls_facts *facts)
{
    const struct tls_session *session = (const struct tls_session *)stream;

    if (stream == NULL || stream->transport != &tls_transport || !session->is_established)
        return false;
    const char *name = SSL_get_servername(session->ssl, TLSEXT_NAMETYPE_host_name);
    *facts = (struct tls_facts){
        .version = (unsigned)SSL_version(session->ssl),
        .protocol = SSL_get_version(session->ssl),
        .suite = SSL_get_cipher_name(session->ssl),
        .server_name = slice_of(name),
        .certificate =
            session->certificate == NULL ? SLICE_NONE : tls_parsed_name(session->certificate),
        .is_resumed = SSL_session_reused(session->ssl) == 1,
        .alpn = alpn_of(session->ssl),
        .group = group_of(session->ssl),
        .client = session->client,
    };
    facts->is_http2 = slice_equal(facts->alpn, SLICE_LITERAL("h2"));
    return true;
}
