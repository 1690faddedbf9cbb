/* SPDX-License-Identifier: Apache-2.0 */
/* Start reading at tls_context_new and on_hello. */
#include "net/tls/tls_context.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/tls/tls_key_provider.h"
#include "net/tls/tls_memory.h"
#include "net/tls/tls_session.h"
#include "net/tls/tls_tickets_use.h"
#include "net/tls/tls_verify.h"

#define GROUPS "X25519:P-256:P-384:P-521"
#define HYBRID_GROUPS "X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024:" GROUPS

void
tls_start(void)
{
    tls_memory_start();
    /* The system's configuration would change what a policy says. */
    CHECK(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) == 1);
    tls_key_provider_start();
}

static struct slice
extension(SSL *ssl, unsigned type)
{
    const unsigned char *bytes;
    size_t length;

    if (SSL_client_hello_get0_ext(ssl, type, &bytes, &length) != 1)
        return SLICE_NONE;
    return slice_make((const char *)bytes, length);
}

static void
read_hello(SSL *ssl, const struct tls_context *context, struct tls_hello *hello)
{
    const unsigned char *suites = NULL;
    size_t length = SSL_client_hello_get0_ciphers(ssl, &suites);
    const struct tls_hello_parts parts = {
        .legacy_version = SSL_client_hello_get0_legacy_version(ssl),
        .suites = slice_make((const char *)suites, length),
        .server_name = extension(ssl, TLSEXT_TYPE_server_name),
        .signatures = extension(ssl, TLSEXT_TYPE_signature_algorithms),
        .groups = extension(ssl, TLSEXT_TYPE_supported_groups),
        .versions = extension(ssl, TLSEXT_TYPE_supported_versions),
    };

    tls_hello_read(hello, &parts, context->options.policy.newest, &context->suites);
}

/* A session is resumed only by who names the same host at the same listener: OpenSSL looks at
 * nothing else than this. */
static bool
bind_sessions(SSL *ssl, const struct tls_context *context, const struct tls_hello *hello)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    CHECK(hash != NULL);
    bool is_bound =
        EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
        EVP_DigestUpdate(hash, context->name, strlen(context->name) + 1) == 1 &&
        EVP_DigestUpdate(hash, hello->server_name, strlen(hello->server_name)) == 1 &&
        EVP_DigestFinal_ex(hash, digest, &length) == 1 &&
        SSL_set_session_id_context(ssl, digest, SSL_MAX_SID_CTX_LENGTH) == 1;
    EVP_MD_CTX_free(hash);
    return is_bound;
}

static int
on_hello(SSL *ssl, int *alert, void *argument)
{
    const struct tls_context *context = argument;
    struct tls_session *session = tls_session_of(ssl);
    struct tls_identity identity;
    struct tls_hello hello;

    /* Once more behind a hello retry: it is the same client. */
    if (session->certificate != NULL)
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_INTERNAL_ERROR;
    read_hello(ssl, context, &hello);
    if (bind_sessions(ssl, context, &hello) &&
        context->options.choose(context->options.argument, &hello, &identity))
        session->certificate =
            tls_identities_apply(context->options.identities, ssl, &identity);
    if (session->certificate != NULL)
        return SSL_CLIENT_HELLO_SUCCESS;
    session->failure = TLS_FAILURE_CERTIFICATE;
    return SSL_CLIENT_HELLO_ERROR;
}

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter): as OpenSSL wants. */

/* The name is acknowledged (RFC 6066 3), and so kept in the session. */
static int
on_server_name(SSL *ssl, int *alert, void *argument)
{
    (void)ssl;
    (void)alert;
    (void)argument;
    return SSL_TLSEXT_ERR_OK;
}

/* HTTP/2 is not to be spoken with what RFC 9113 9.2 forbids: before TLS 1.2, or with suites of
 * it that have no forward secrecy or are not AEAD. */
static bool
is_fit_for_http2(const SSL *ssl)
{
    const SSL_CIPHER *suite = SSL_get_pending_cipher(ssl);

    if (SSL_version(ssl) >= TLS1_3_VERSION)
        return true;
    return SSL_version(ssl) == TLS1_2_VERSION && suite != NULL &&
           SSL_CIPHER_is_aead(suite) == 1 && SSL_CIPHER_get_kx_nid(suite) == NID_kx_ecdhe;
}

/* Ours without "h2", which stands in front or at the end. */
static void
leave_out_http2(const unsigned char **protocols, unsigned *length)
{
    static const unsigned char name[] = "\x02h2";
    const unsigned size = sizeof(name) - 1;

    if (*length < size)
        return;
    if (memcmp(*protocols, name, size) == 0)
        *protocols += size;
    else if (memcmp(*protocols + *length - size, name, size) != 0)
        return;
    *length -= size;
}

static int
on_protocols(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_length,
             const unsigned char *offered, unsigned offered_length, void *argument)
{
    const struct tls_context *context = argument;
    const unsigned char *ours = context->protocols;
    unsigned ours_length = context->protocols_length;
    unsigned char *found = NULL;

    if (!is_fit_for_http2(ssl))
        leave_out_http2(&ours, &ours_length);
    if (ours_length == 0 ||
        SSL_select_next_proto(&found, chosen_length, ours, ours_length, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

/* "h2,http/1.1" with a length before each instead of commas. */
static void
set_protocols(struct tls_context *context, const char *protocols)
{
    struct slice rest = slice_of(protocols), one;

    while (rest.length > 0 && slice_next(&rest, ',', &one)) {
        CHECK(context->protocols_length + 1 + one.length <= sizeof(context->protocols));
        context->protocols[context->protocols_length] = (unsigned char)one.length;
        memcpy(context->protocols + context->protocols_length + 1, one.at, one.length);
        context->protocols_length += 1 + (unsigned)one.length;
    }
    if (context->protocols_length > 0)
        SSL_CTX_set_alpn_select_cb(context->ssl, on_protocols, context);
}

/* Which keys the suites before TLS 1.3 need. */
static void
sort_suites(struct tls_context *context)
{
    const STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(context->ssl);
    struct tls_suites *suites = &context->suites;

    for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
        const SSL_CIPHER *suite = sk_SSL_CIPHER_value(all, i);
        int key = SSL_CIPHER_get_auth_nid(suite);
        if (key == NID_auth_ecdsa && suites->ecdsa_count < TLS_SUITES_MOST)
            suites->ecdsa[suites->ecdsa_count++] = SSL_CIPHER_get_protocol_id(suite);
        else if (key == NID_auth_rsa && suites->rsa_count < TLS_SUITES_MOST)
            suites->rsa[suites->rsa_count++] = SSL_CIPHER_get_protocol_id(suite);
    }
}

static bool
set_suites(SSL_CTX *ssl, const struct tls_policy *policy)
{
    char *text = memory_print("%s:@SECLEVEL=%u", policy->suites, policy->level);
    /* Without any suite of its own the list would be refused; TLS 1.3 has others. */
    bool is_set = SSL_CTX_set_ciphersuites(ssl, policy->suites_13) == 1 &&
                  (*policy->suites == '\0' || SSL_CTX_set_cipher_list(ssl, text) == 1);

    free(text);
    SSL_CTX_set_security_level(ssl, (int)policy->level);
    return is_set;
}

bool
tls_set_policy(SSL_CTX *ssl, const struct tls_policy *policy)
{
    bool is_hybrid = policy->is_hybrid && SSL_CTX_set1_groups_list(ssl, HYBRID_GROUPS) == 1;

    ERR_clear_error();
    return SSL_CTX_set_min_proto_version(ssl, policy->oldest) == 1 &&
           SSL_CTX_set_max_proto_version(ssl, policy->newest) == 1 && set_suites(ssl, policy) &&
           (is_hybrid || SSL_CTX_set1_groups_list(ssl, GROUPS) == 1);
}

/*
 * Buffers only while bytes are in them: an idle connection costs a third. One read for a whole
 * record and its head.
 */
void
tls_set_manners(SSL_CTX *ssl)
{
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ssl, 1);
    SSL_CTX_set_max_early_data(ssl, 0);
    SSL_CTX_set_recv_max_early_data(ssl, 0);
}

/* A client that ends without close_notify is taken for one that ends. */
static void
set_listener_manners(SSL_CTX *ssl)
{
    tls_set_manners(ssl);
    SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

struct tls_context *
tls_context_new(const struct tls_options *options, const char **error)
{
    struct tls_context *context = memory_take(1, sizeof(*context));

    context->users = 1;
    context->options = *options;
    context->name = memory_copy_bytes(options->name.at, options->name.length);
    context->ssl = SSL_CTX_new(TLS_server_method());
    *error = "OpenSSL has not all that its policy asks for";
    if (context->ssl == NULL || !tls_set_policy(context->ssl, &options->policy)) {
        ERR_clear_error();
        tls_context_release(&context);
        return NULL;
    }
    set_listener_manners(context->ssl);
    sort_suites(context);
    set_protocols(context, options->protocols);
    tls_tickets_use(options->mutual.asking == TLS_ASKS_NOTHING ? options->tickets : NULL,
                    context->ssl);
    tls_verify_ask(context);
    SSL_CTX_set_client_hello_cb(context->ssl, on_hello, context);
    SSL_CTX_set_tlsext_servername_callback(context->ssl, on_server_name);
    return context;
}

void
tls_context_release(struct tls_context **released)
{
    struct tls_context *context = *released;

    *released = NULL;
    if (context == NULL || --context->users > 0)
        return;
    SSL_CTX_free(context->ssl);
    free(context->name);
    free(context);
}

void
tls_context_free(struct tls_context **context)
{
    tls_context_release(context);
}

struct stream_session *
tls_accept(struct tls_context *context, int fd)
{
    struct tls_session *session = tls_session_new(context->ssl, fd);

    session->context = context;
    context->users++;
    SSL_set_accept_state(session->ssl);
    return &session->stream;
}
