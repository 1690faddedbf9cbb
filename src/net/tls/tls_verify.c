/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL builds and verifies the chain; what is revoked is looked up in it afterwards, in a
 * table that all workers share (net/tls/tls_trust.h). Start at on_certificate.
 */
#include "net/tls/tls_verify.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/memory.h"
#include "net/tls/tls_parser.h"
#include "net/tls/tls_time.h"
#include "net/tls/tls_trust_use.h"

/* The ALB's: authorities between a client's certificate and a trusted one, and bytes of all. */
#define DEPTH_MOST 4
#define CHAIN_MOST_BYTES 65536
/* OpenSSL's level of 112 bits: RSA from 2048 bits, SHA-256 and better. */
#define AUTHENTICATION_LEVEL 2
#define SIGNATURES                                                                             \
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"     \
    "RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define US_PER_SECOND INT64_C(1000000)

const char *
tls_verdict_status(enum tls_verdict verdict)
{
    static const char *const statuses[TLS_VERDICT_COUNT] = {

#define TLS_VERDICT(id, status, text) status,
#include "net/tls/tls_verdicts.def"
#undef TLS_VERDICT
    };

    return statuses[verdict];
}

const char *
tls_verdict_text(enum tls_verdict verdict)
{
    static const char *const texts[TLS_VERDICT_COUNT] = {

#define TLS_VERDICT(id, status, text) text,
#include "net/tls/tls_verdicts.def"
#undef TLS_VERDICT
    };

    return texts[verdict];
}

static enum tls_verdict
verdict_of_error(int error)
{
    static const struct {
        int error;
        enum tls_verdict verdict;
    } verdicts[] = {
        {X509_V_ERR_CERT_CHAIN_TOO_LONG, TLS_VERDICT_TOO_LONG},
        {X509_V_ERR_CERT_REVOKED, TLS_VERDICT_REVOKED},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_CERT_UNTRUSTED, TLS_VERDICT_UNTRUSTED},
        {X509_V_ERR_CERT_NOT_YET_VALID, TLS_VERDICT_NOT_YET_VALID},
        {X509_V_ERR_CERT_HAS_EXPIRED, TLS_VERDICT_EXPIRED},
        {X509_V_ERR_EE_KEY_TOO_SMALL, TLS_VERDICT_TYPE},
        {X509_V_ERR_CA_KEY_TOO_SMALL, TLS_VERDICT_TYPE},
        {X509_V_ERR_CA_MD_TOO_WEAK, TLS_VERDICT_TYPE},
        {X509_V_ERR_INVALID_PURPOSE, TLS_VERDICT_PURPOSE},
        {X509_V_ERR_CERT_REJECTED, TLS_VERDICT_REJECTED},
        {X509_V_ERR_HOSTNAME_MISMATCH, TLS_VERDICT_NAME},
        {X509_V_ERR_IP_ADDRESS_MISMATCH, TLS_VERDICT_NAME},
    };

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        if (verdicts[i].error == error)
            return verdicts[i].verdict;
    return TLS_VERDICT_INVALID;
}

/* What it says. */

static struct slice
take_bio(BIO *bio)
{
    char *bytes;
    long length = BIO_get_mem_data(bio, &bytes);
    struct slice taken = slice_make(memory_copy_bytes(bytes, (size_t)length), (size_t)length);

    BIO_free(bio);
    return taken;
}

static BIO *
new_bio(void)
{
    BIO *bio = BIO_new(BIO_s_mem());

    CHECK(bio != NULL);
    return bio;
}

static struct slice
text_of_name(const X509_NAME *name)
{
    BIO *bio = new_bio();

    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
    return take_bio(bio);
}

static struct slice
text_of_serial(const X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *text = number == NULL ? NULL : BN_bn2hex(number);
    struct slice copy = slice_of(text == NULL ? NULL : memory_copy_text(text));

    OPENSSL_free(text);
    BN_free(number);
    return copy;
}

/* "2026-01-02T03:04:05Z" */
static void
print_time(BIO *bio, const char *label, const ASN1_TIME *time)
{
    char text[CLOCK_ISO_SIZE];
    int64_t seconds;

    if (!tls_seconds_of(time, &seconds) || seconds < 0)
        seconds = 0;
    clock_format_iso(text, (uint64_t)(seconds * US_PER_SECOND));
    BIO_printf(bio, "%s=%.19sZ", label, text);
}

static struct slice
text_of_validity(const X509 *certificate)
{
    BIO *bio = new_bio();

    print_time(bio, "NotBefore", X509_get0_notBefore(certificate));
    print_time(bio, ";NotAfter", X509_get0_notAfter(certificate));
    return take_bio(bio);
}

/* Of PEM's characters only blanks and ends of lines are not left as they are. */
static struct slice
encode(BIO *pem)
{
    BIO *out = new_bio();
    char *bytes;
    long length = BIO_get_mem_data(pem, &bytes);

    for (long i = 0; i < length; i++) {
        if (bytes[i] == ' ' || bytes[i] == '\n')
            BIO_write(out, bytes[i] == ' ' ? "%20" : "%0A", 3);
        else
            BIO_write(out, &bytes[i], 1);
    }
    BIO_free(pem);
    return take_bio(out);
}

static struct slice
text_of_leaf(X509 *certificate)
{
    BIO *pem = new_bio();

    PEM_write_bio_X509(pem, certificate);
    return encode(pem);
}

static struct slice
text_of_chain(const STACK_OF(X509) * chain)
{
    BIO *pem = new_bio();

    for (int i = 0; i < sk_X509_num(chain); i++)
        PEM_write_bio_X509(pem, sk_X509_value(chain, i));
    return encode(pem);
}

/* The chain is as the client has sent it, its own certificate first. */
static struct tls_client_certificate *
read_client(X509_STORE_CTX *store, enum tls_asking asking)
{
    struct tls_client_certificate *client = memory_take(1, sizeof(*client));
    X509 *certificate = X509_STORE_CTX_get0_cert(store);

    *client = (struct tls_client_certificate){
        .serial = text_of_serial(certificate),
        .issuer = text_of_name(X509_get_issuer_name(certificate)),
        .subject = text_of_name(X509_get_subject_name(certificate)),
        .validity = text_of_validity(certificate),
    };
    if (asking == TLS_ASKS_FOR_VERIFIED)
        client->leaf = text_of_leaf(certificate);
    else
        client->chain = text_of_chain(X509_STORE_CTX_get0_untrusted(store));
    ERR_clear_error();
    return client;
}

void
tls_verify_forget(struct tls_client_certificate **client)
{
    if (*client == NULL)
        return;
    const struct slice texts[] = {(*client)->serial,   (*client)->issuer, (*client)->subject,
                                  (*client)->validity, (*client)->leaf,   (*client)->chain};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free((char *)(uintptr_t)texts[i].at);
    free(*client);
    *client = NULL;
}

enum tls_verdict
tls_verdict_of(const struct stream_session *session)
{
    if (session == NULL || session->transport != &tls_transport)
        return TLS_VERDICT_NONE;
    return (enum tls_verdict)((const struct tls_session *)session)->verdict;
}

const struct tls_client_certificate *
tls_client_of(const struct stream_session *session)
{
    if (session == NULL || session->transport != &tls_transport)
        return NULL;
    return ((const struct tls_session *)session)->client;
}

/* Whether it is taken. */

static struct tls_session *
session_of(X509_STORE_CTX *store)
{
    return tls_session_of(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
}

static int
forgive_expiry(int is_good, X509_STORE_CTX *store)
{
    if (!is_good && X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_HAS_EXPIRED &&
        X509_STORE_CTX_get_error_depth(store) == 0)
        return 1;
    return is_good;
}

/* Each but the last, whom we trust, by who stands behind it. */
static bool
is_revoked(X509_STORE_CTX *store, const struct tls_context *context)
{
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
    struct tls_revocation revocation;

    for (int i = 0; context->revoked_count > 0 && i + 1 < sk_X509_num(chain); i++)
        if (!tls_revocation_of(sk_X509_value(chain, i + 1),
                               X509_get0_serialNumber(sk_X509_value(chain, i)), &revocation) ||
            tls_revocations_have(context->revoked, context->revoked_count, &revocation))
            return true;
    return false;
}

static bool
verify(X509_STORE_CTX *store, const struct tls_context *context)
{
    if (context->options.mutual.ignores_expiry)
        X509_STORE_CTX_set_verify_cb(store, forgive_expiry);
    if (X509_verify_cert(store) != 1)
        return false;
    if (!is_revoked(store, context))
        return true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REVOKED);
    return false;
}

static int
on_certificate(X509_STORE_CTX *store, void *argument)
{
    const struct tls_context *context = argument;
    struct tls_session *session = session_of(store);
    enum tls_asking asking = context->options.mutual.asking;

    tls_verify_forget(&session->client);
    session->client = read_client(store, asking);
    if (asking == TLS_ASKS_FOR_ANY) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    bool is_good = verify(store, context);
    session->verdict = (uint8_t)(is_good ? TLS_VERDICT_SUCCESS
                                         : verdict_of_error(X509_STORE_CTX_get_error(store)));
    /* Whatever was forgiven on the way is not the result of a chain that is good. */
    if (is_good)
        X509_STORE_CTX_set_error(store, X509_V_OK);
    return is_good;
}

void
tls_verify_ask(struct tls_context *context)
{
    enum tls_asking asking = context->options.mutual.asking;
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context->ssl);

    if (asking == TLS_ASKS_NOTHING)
        return;
    SSL_CTX_set_verify(context->ssl,
                       asking == TLS_ASKS_FOR_ANY
                           ? SSL_VERIFY_PEER
                           : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    SSL_CTX_set_cert_verify_callback(context->ssl, on_certificate, context);
    SSL_CTX_set_max_cert_list(context->ssl, CHAIN_MOST_BYTES);
    SSL_CTX_set_verify_depth(context->ssl, DEPTH_MOST);
    CHECK(SSL_CTX_set1_client_sigalgs_list(context->ssl, SIGNATURES) == 1 &&
          X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN) == 1);
    X509_VERIFY_PARAM_set_auth_level(parameters, AUTHENTICATION_LEVEL);
}

static bool
add_anchor(X509_STORE *store, STACK_OF(X509_NAME) * names, struct slice der)
{
    X509 *anchor = tls_parse_certificate(der);
    bool is_added = anchor != NULL && X509_STORE_add_cert(store, anchor) == 1;
    X509_NAME *name = is_added ? X509_NAME_dup(X509_get_subject_name(anchor)) : NULL;

    is_added = name != NULL && sk_X509_NAME_push(names, name) > 0;
    X509_free(anchor);
    return is_added;
}

/* Their store, and their names, which are the caller's to give back; NULL: one cannot be read.
 */
static X509_STORE *
make_store(const struct tls_trusted *trusted, STACK_OF(X509_NAME) * names)
{
    X509_STORE *store = X509_STORE_new();
    bool is_good = store != NULL && names != NULL;

    for (size_t i = 0; is_good && i < trusted->anchor_count; i++)
        is_good = add_anchor(store, names, trusted->anchors[i]);
    ERR_clear_error();
    if (is_good)
        return store;
    X509_STORE_free(store);
    return NULL;
}

bool
tls_verify_targets(SSL_CTX *ssl, const struct tls_trusted *trusted)
{
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    X509_STORE *store = make_store(trusted, names);
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(ssl);

    sk_X509_NAME_pop_free(names, X509_NAME_free);
    if (store == NULL)
        return false;
    SSL_CTX_set_cert_store(ssl, store);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    X509_VERIFY_PARAM_set_auth_level(parameters, AUTHENTICATION_LEVEL);
    return X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

/* Whether the certificate was being read: OpenSSL stays at the message that it has refused. */
static bool
reads_certificate(const SSL *ssl)
{
    OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl);

    return state == TLS_ST_SR_CERT || state == TLS_ST_CR_CERT;
}

/* One that was not verified was larger than what is read; so may be any other message. */
static void
note_size(struct tls_session *session)
{
    if (reads_certificate(session->ssl))
        session->verdict = TLS_VERDICT_TOO_LARGE;
    else
        session->failure = TLS_FAILURE_MALFORMED;
}

void
tls_verify_note(struct tls_session *session)
{
    long error = SSL_get_verify_result(session->ssl);

    if (session->failure == TLS_FAILURE_NO_CLIENT_CERTIFICATE)
        session->verdict = TLS_VERDICT_REJECTED;
    if (session->failure != TLS_FAILURE_CLIENT_CERTIFICATE ||
        session->verdict != TLS_VERDICT_NONE)
        return;
    if (session->context == NULL && error != X509_V_OK)
        session->verdict = (uint8_t)verdict_of_error((int)error);
    else
        note_size(session);
}

bool
tls_context_trust(struct tls_context *context, const struct tls_trusted *trusted)
{
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    X509_STORE *store = make_store(trusted, names);

    if (store == NULL) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return false;
    }
    SSL_CTX_set_cert_store(context->ssl, store);
    if (context->options.mutual.tells_names)
        SSL_CTX_set_client_CA_list(context->ssl, names);
    else
        sk_X509_NAME_pop_free(names, X509_NAME_free);
    context->revoked = trusted->revoked;
    context->revoked_count = trusted->revoked_count;
    return true;
}
