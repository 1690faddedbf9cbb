/* SPDX-License-Identifier: Apache-2.0 */
#include "load_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static SSL_CTX *context;
static bool does_resume;

static int
on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_place *place = SSL_get_app_data(ssl);

    SSL_SESSION_free(place->session);
    place->session = session;
    return 1;
}

static void
fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

void
tls_start(const char *version, const char *suite, bool resumes)
{
    int number = strcmp(version, "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;

    does_resume = resumes;
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, number) != 1 ||
        SSL_CTX_set_max_proto_version(context, number) != 1)
        fail("no TLS");
    if (suite != NULL && SSL_CTX_set_ciphersuites(context, suite) != 1 &&
        SSL_CTX_set_cipher_list(context, suite) != 1)
        fail(suite);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
}

void
tls_open(struct tls_place *place, int fd, const char *host)
{
    place->ssl = SSL_new(context);
    if (place->ssl == NULL)
        fail("no connection");
    SSL_set_app_data(place->ssl, place);
    SSL_set_fd(place->ssl, fd);
    SSL_set_tlsext_host_name(place->ssl, host);
    if (does_resume && place->session != NULL)
        SSL_set_session(place->ssl, place->session);
    SSL_set_connect_state(place->ssl);
}

void
tls_close(struct tls_place *place)
{
    if (place->ssl == NULL)
        return;
    SSL_set_quiet_shutdown(place->ssl, 1);
    SSL_shutdown(place->ssl);
    SSL_free(place->ssl);
    place->ssl = NULL;
}

static ssize_t
result_of(const struct tls_place *place, int returned)
{
    int error = SSL_get_error(place->ssl, returned);

    ERR_clear_error();
    if (error == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

ssize_t
tls_send(struct tls_place *place, const void *bytes, size_t length)
{
    int sent = SSL_write(place->ssl, bytes, (int)length);

    return sent > 0 ? sent : result_of(place, sent);
}

ssize_t
tls_receive(struct tls_place *place, void *memory, size_t length)
{
    int got = SSL_read(place->ssl, memory, (int)length);

    return got > 0 ? got : result_of(place, got);
}
