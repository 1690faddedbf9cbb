/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody else has the private keys: handshakes with a signer of the test's own behind them,
 * which counts what it is asked, answers by OpenSSL, or does not answer.
 */
#include "../unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../support/certificates.h"
#include "base/check.h"
#include "net/stream.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"
#include "net/tls/tls_key_provider.h"
#include "net/tls/tls_own_signer.h"
#include "net/tls/tls_tickets.h"

enum kind { RSA_PAIR, EC_PAIR, EC_384_PAIR, OTHER_RSA_PAIR, OTHER_EC_PAIR, KIND_COUNT };

static struct tls_pair pairs[KIND_COUNT];
static struct tls_own_signer own;
static struct tls_identities *identities;
static enum kind chosen;

/* What was asked. */
static struct {
    unsigned open_count, close_count, sign_count, decrypt_count;
    enum tls_scheme scheme;
    size_t digest_length;
    unsigned client_version;
    bool has_no_key, is_out_of_reach;
} asked;

static void *
open_and_count(const struct tls_signer *signer, const struct tls_identity *identity,
               const EVP_PKEY *public)
{
    (void)signer;
    void *key = asked.has_no_key ? NULL : own.signer.open(&own.signer, identity, public);
    asked.open_count += key != NULL;
    return key;
}

static size_t
sign_and_count(void *certificate, enum tls_scheme scheme, struct slice digest,
               unsigned char *signature, size_t room)
{
    asked.sign_count++;
    asked.scheme = scheme;
    asked.digest_length = digest.length;
    return asked.is_out_of_reach
               ? 0
               : own.signer.sign(certificate, scheme, digest, signature, room);
}

static bool
decrypt_and_count(void *certificate, unsigned client_version, struct slice ciphertext,
                  unsigned char secret[TLS_PREMASTER_BYTES])
{
    asked.decrypt_count++;
    asked.client_version = client_version;
    return !asked.is_out_of_reach &&
           own.signer.decrypt(certificate, client_version, ciphertext, secret);
}

static void
close_and_count(void *certificate)
{
    asked.close_count++;
    own.signer.close(certificate);
}

static const struct tls_signer other_signer = {open_and_count, sign_and_count,
                                               decrypt_and_count, close_and_count};

static void
describe(enum kind kind, struct tls_identity *identity)
{
    const struct tls_pair *pair = &pairs[kind];

    *identity = (struct tls_identity){.facts = &pair->facts, .chain_count = 1};
    identity->chain[0] = slice_make(pair->chain[0].at, pair->chain[0].length);
    identity->key = slice_make(pair->key.at, pair->key.length);
}

static bool
choose(void *argument, const struct tls_hello *hello, struct tls_identity *identity)
{
    (void)argument;
    (void)hello;
    describe(chosen, identity);
    return true;
}

static int
make_pairs(void **state)
{
    static const char *const keys[KIND_COUNT] = {"RSA", "P-256", "P-384", "RSA", "P-256"};
    const char *reason;

    (void)state;
    tls_start();
    tls_own_signer_init(&own, NULL);
    for (int i = 0; i < KIND_COUNT; i++) {
        struct made_pair made = pair_make(&(struct wanted_pair){.key = keys[i]});
        assert_int_equal(tls_pair_read(&pairs[i], NULL, slice_of(made.certificate),
                                       slice_of(made.key), &reason),
                         TLS_PAIR_GOOD);
        pair_free(&made);
    }
    return 0;
}

static int
free_pairs(void **state)
{
    (void)state;
    for (int i = 0; i < KIND_COUNT; i++)
        tls_pair_clear(&pairs[i]);
    return 0;
}

static int
begin(void **state)
{
    (void)state;
    memset(&asked, 0, sizeof(asked));
    identities = tls_identities_new(KIND_COUNT, &other_signer);
    return 0;
}

/* Everything that was opened is closed, and nothing is left in OpenSSL's queue. */
static int
end(void **state)
{
    (void)state;
    tls_identities_free(&identities);
    assert_int_equal(ERR_peek_error(), 0);
    assert_int_equal(asked.open_count, asked.close_count);
    return 0;
}

static struct tls_context *
make_context(struct tls_tickets *tickets)
{
    const struct tls_options options = {
        .policy = {TLS1_VERSION, TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256",
                   "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                   "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256:AES128-SHA",
                   0, false},
        .protocols = "",
        .name = SLICE_LITERAL("test"),
        .choose = choose,
        .identities = identities,
        .tickets = tickets,
    };
    const char *error;
    struct tls_context *context = tls_context_new(&options, &error);

    assert_non_null(context);
    return context;
}

/* What a client offers; NULL: OpenSSL's own lists. */
struct offer {
    int version;
    const char *suites, *schemes;
};

static SSL_CTX *
make_client(const struct offer *offer)
{
    SSL_CTX *client = SSL_CTX_new(TLS_client_method());

    SSL_CTX_set_security_level(client, 0);
    SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_min_proto_version(client, offer->version);
    SSL_CTX_set_max_proto_version(client, offer->version);
    if (offer->suites != NULL)
        assert_int_equal(SSL_CTX_set_cipher_list(client, offer->suites), 1);
    if (offer->schemes != NULL)
        assert_int_equal(SSL_CTX_set1_sigalgs_list(client, offer->schemes), 1);
    return client;
}

/* What a handshake came to. */
static struct {
    bool is_done, is_resumed;
    enum tls_failure failure;
    int alert; /* that the client got; 0: none */
    SSL_SESSION *session;
} outcome;

static void
note_alert(const SSL *ssl, int where, int number)
{
    (void)ssl;
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
        outcome.alert = number & 0xff;
}

static void
take_turns(SSL *client, struct stream_session *session)
{
    char byte;
    int result = STREAM_WAIT;

    for (int i = 0; i < 10 && result == STREAM_WAIT; i++) {
        SSL_do_handshake(client);
        result = session->transport->handshake(session);
    }
    outcome.is_done = result == 0;
    outcome.failure = tls_failure_of(session);
    /* Alerts, and tickets. */
    SSL_do_handshake(client);
    SSL_read(client, &byte, 1);
    ERR_clear_error();
}

static void
shake_hands_again(const struct offer *offer, struct tls_context *context, SSL_SESSION *before)
{
    int fds[2];
    struct tls_facts facts;
    SSL_CTX *client_context = make_client(offer);

    memset(&outcome, 0, sizeof(outcome));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    struct stream_session *session = tls_accept(context, fds[1]);
    SSL *client = SSL_new(client_context);
    SSL_set_fd(client, fds[0]);
    SSL_set_connect_state(client);
    SSL_set_tlsext_host_name(client, "a.test");
    SSL_set_info_callback(client, note_alert);
    if (before != NULL)
        SSL_set_session(client, before);
    take_turns(client, session);
    if (outcome.is_done)
        assert_true(tls_facts_of(session, &facts));
    outcome.is_resumed = outcome.is_done && facts.is_resumed;
    if (outcome.is_done)
        outcome.session = SSL_get1_session(client);
    SSL_shutdown(client);
    session->transport->close(session, true);
    SSL_free(client);
    SSL_CTX_free(client_context);
    close(fds[0]);
    close(fds[1]);
}

static void
shake_hands(const struct offer *offer)
{
    struct tls_context *context = make_context(NULL);

    shake_hands_again(offer, context, NULL);
    SSL_SESSION_free(outcome.session);
    tls_context_free(&context);
}

/* A client that knows one scheme only, and what is then signed. */
static const struct {
    enum kind kind;
    struct offer offer;
    enum tls_scheme scheme;
    size_t digest_length;
} rows[] = {
    {RSA_PAIR, {TLS1_VERSION, NULL, NULL}, TLS_SCHEME_RSA_PKCS1_MD5_SHA1, 36},
    {RSA_PAIR, {TLS1_1_VERSION, NULL, NULL}, TLS_SCHEME_RSA_PKCS1_MD5_SHA1, 36},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "RSA+SHA1"}, TLS_SCHEME_RSA_PKCS1_SHA1, 20},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "RSA+SHA224"}, TLS_SCHEME_RSA_PKCS1_SHA224, 28},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "RSA+SHA256"}, TLS_SCHEME_RSA_PKCS1_SHA256, 32},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "RSA+SHA384"}, TLS_SCHEME_RSA_PKCS1_SHA384, 48},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "RSA+SHA512"}, TLS_SCHEME_RSA_PKCS1_SHA512, 64},
    {RSA_PAIR, {TLS1_2_VERSION, NULL, "PSS+SHA256"}, TLS_SCHEME_RSA_PSS_RSAE_SHA256, 32},
    {RSA_PAIR, {TLS1_3_VERSION, NULL, "PSS+SHA256"}, TLS_SCHEME_RSA_PSS_RSAE_SHA256, 32},
    {RSA_PAIR, {TLS1_3_VERSION, NULL, "PSS+SHA384"}, TLS_SCHEME_RSA_PSS_RSAE_SHA384, 48},
    {RSA_PAIR, {TLS1_3_VERSION, NULL, "PSS+SHA512"}, TLS_SCHEME_RSA_PSS_RSAE_SHA512, 64},
    {EC_PAIR, {TLS1_VERSION, NULL, NULL}, TLS_SCHEME_ECDSA_SHA1, 20},
    {EC_PAIR, {TLS1_2_VERSION, NULL, "ECDSA+SHA1"}, TLS_SCHEME_ECDSA_SHA1, 20},
    {EC_PAIR, {TLS1_2_VERSION, NULL, "ECDSA+SHA224"}, TLS_SCHEME_ECDSA_SHA224, 28},
    {EC_PAIR, {TLS1_2_VERSION, NULL, "ECDSA+SHA256"}, TLS_SCHEME_ECDSA_SHA256, 32},
    {EC_PAIR, {TLS1_2_VERSION, NULL, "ECDSA+SHA512"}, TLS_SCHEME_ECDSA_SHA512, 64},
    {EC_PAIR, {TLS1_3_VERSION, NULL, "ECDSA+SHA256"}, TLS_SCHEME_ECDSA_SHA256, 32},
    {EC_384_PAIR, {TLS1_3_VERSION, NULL, "ECDSA+SHA384"}, TLS_SCHEME_ECDSA_SHA384, 48},
};

static void
asks_for_what_the_handshake_signs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        chosen = rows[i].kind;
        asked.sign_count = 0;
        shake_hands(&rows[i].offer);
        if (!outcome.is_done || asked.sign_count != 1)
            fail_msg("row %zu: %s, %u signatures", i,
                     outcome.is_done ? "done" : tls_failure_text(outcome.failure),
                     asked.sign_count);
        assert_int_equal(asked.scheme, rows[i].scheme);
        assert_int_equal(asked.digest_length, rows[i].digest_length);
    }
    assert_int_equal(asked.decrypt_count, 0);
    assert_int_equal(asked.open_count, EC_384_PAIR + 1);
}

static void
asks_to_decrypt_where_rsa_exchanges_the_key(void **state)
{
    static const struct offer offers[] = {
        {TLS1_VERSION, "AES128-SHA", NULL},
        {TLS1_1_VERSION, "AES128-SHA", NULL},
        {TLS1_2_VERSION, "AES128-GCM-SHA256", NULL},
    };

    (void)state;
    chosen = RSA_PAIR;
    for (unsigned i = 0; i < 3; i++) {
        shake_hands(&offers[i]);
        assert_true(outcome.is_done);
        assert_int_equal(asked.decrypt_count, i + 1);
        assert_int_equal(asked.client_version, offers[i].version);
    }
    assert_int_equal(asked.sign_count, 0);
}

static void
asks_nobody_for_what_is_resumed(void **state)
{
    static const struct tls_ticket_keys keys = {.count = 1, .keys = {{.name = "1"}}};
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct tls_tickets *tickets = tls_tickets_new();

    (void)state;
    chosen = EC_PAIR;
    assert_true(tls_tickets_set(tickets, &keys));
    struct tls_context *context = make_context(tickets);
    for (int i = 0; i < 2; i++) {
        const struct offer offer = {versions[i], NULL, NULL};
        shake_hands_again(&offer, context, NULL);
        assert_int_equal(asked.sign_count, i + 1);
        SSL_SESSION *before = outcome.session;
        shake_hands_again(&offer, context, before);
        assert_true(outcome.is_resumed);
        assert_int_equal(asked.sign_count, i + 1);
        SSL_SESSION_free(before);
        SSL_SESSION_free(outcome.session);
    }
    tls_context_free(&context);
    tls_tickets_free(&tickets);
}

/* The client hears of it, the reason has a name, and the next one is served. */
static void
ends_a_handshake_that_nobody_signs(void **state)
{
    static const struct offer offers[] = {
        {TLS1_2_VERSION, NULL, NULL},
        {TLS1_3_VERSION, NULL, NULL},
    };

    (void)state;
    for (chosen = RSA_PAIR; chosen <= EC_PAIR; chosen++)
        for (int i = 0; i < 2; i++) {
            asked.is_out_of_reach = true;
            shake_hands(&offers[i]);
            assert_false(outcome.is_done);
            assert_int_equal(outcome.failure, TLS_FAILURE_SIGNATURE);
            assert_int_equal(outcome.alert, SSL_AD_INTERNAL_ERROR);
            asked.is_out_of_reach = false;
            shake_hands(&offers[i]);
            assert_true(outcome.is_done);
        }
}

static void
ends_a_handshake_that_nobody_decrypts(void **state)
{
    const struct offer offer = {TLS1_2_VERSION, "AES128-GCM-SHA256", NULL};

    (void)state;
    chosen = RSA_PAIR;
    asked.is_out_of_reach = true;
    shake_hands(&offer);
    assert_false(outcome.is_done);
    assert_int_equal(outcome.failure, TLS_FAILURE_SIGNATURE);
    assert_int_not_equal(outcome.alert, 0);
    asked.is_out_of_reach = false;
    shake_hands(&offer);
    assert_true(outcome.is_done);
}

static void
has_no_certificate_whose_key_nobody_has(void **state)
{
    const struct offer offer = {TLS1_3_VERSION, NULL, NULL};

    (void)state;
    chosen = EC_PAIR;
    asked.has_no_key = true;
    shake_hands(&offer);
    assert_false(outcome.is_done);
    assert_int_equal(outcome.failure, TLS_FAILURE_CERTIFICATE);
    assert_int_equal(outcome.alert, SSL_AD_INTERNAL_ERROR);
    asked.has_no_key = false;
    shake_hands(&offer);
    assert_true(outcome.is_done);
}

static void
opens_a_certificate_once(void **state)
{
    const struct offer offer = {TLS1_3_VERSION, NULL, NULL};

    (void)state;
    chosen = EC_PAIR;
    for (int i = 0; i < 100; i++) {
        shake_hands(&offer);
        assert_true(outcome.is_done);
    }
    assert_int_equal(asked.open_count, 1);
    assert_int_equal(asked.close_count, 0);
    assert_int_equal(asked.sign_count, 100);
}

/* Of each kind: what libssl asks of a key is the public one's, and the private one is not to be
 * had. */
static void
gives_keys_away_without_their_private_part(void **state)
{
    (void)state;
    for (chosen = RSA_PAIR; chosen < KIND_COUNT; chosen++) {
        struct tls_identity identity;
        describe(chosen, &identity);
        X509 *certificate = tls_parse_certificate(identity.chain[0]);
        EVP_PKEY *key = tls_key_new(&own.signer, &identity, certificate);
        EVP_PKEY *public = X509_get0_pubkey(certificate);
        BIGNUM *secret = NULL;
        unsigned char *der = NULL;

        assert_non_null(key);
        assert_int_equal(X509_check_private_key(certificate, key), 1);
        assert_int_equal(EVP_PKEY_get_bits(key), EVP_PKEY_get_bits(public));
        assert_int_equal(EVP_PKEY_get_size(key), EVP_PKEY_get_size(public));
        assert_int_equal(EVP_PKEY_get_base_id(key), EVP_PKEY_get_base_id(public));
        assert_int_equal(EVP_PKEY_get_bn_param(key,
                                               EVP_PKEY_is_a(key, "RSA")
                                                   ? OSSL_PKEY_PARAM_RSA_D
                                                   : OSSL_PKEY_PARAM_PRIV_KEY,
                                               &secret),
                         0);
        assert_true(i2d_PrivateKey(key, &der) <= 0);
        ERR_clear_error();
        EVP_PKEY_free(key);
        X509_free(certificate);
    }
}

/* As libssl does before it takes them. */
static void
fits_its_own_certificate_only(void **state)
{
    X509 *certificates[KIND_COUNT];
    EVP_PKEY *keys[KIND_COUNT];

    (void)state;
    for (int i = 0; i < KIND_COUNT; i++) {
        struct tls_identity identity;
        describe((enum kind)i, &identity);
        certificates[i] = tls_parse_certificate(identity.chain[0]);
        keys[i] = tls_key_new(&own.signer, &identity, certificates[i]);
    }
    for (int i = 0; i < KIND_COUNT; i++)
        for (int k = 0; k < KIND_COUNT; k++)
            assert_int_equal(X509_check_private_key(certificates[i], keys[k]), i == k);
    ERR_clear_error();
    for (int i = 0; i < KIND_COUNT; i++) {
        EVP_PKEY_free(keys[i]);
        X509_free(certificates[i]);
    }
}

static void
opens_no_key_of_another_certificate(void **state)
{
    struct tls_identity identity;

    (void)state;
    describe(EC_PAIR, &identity);
    X509 *certificate = tls_parse_certificate(identity.chain[0]);
    identity.key = slice_make(pairs[EC_384_PAIR].key.at, pairs[EC_384_PAIR].key.length);
    assert_null(tls_key_new(&own.signer, &identity, certificate));
    identity.key = slice_make(pairs[RSA_PAIR].key.at, pairs[RSA_PAIR].key.length);
    assert_null(tls_key_new(&own.signer, &identity, certificate));
    X509_free(certificate);
    ERR_clear_error();
}

/* What a client has encrypted wrongly gives a secret, and not an error (RFC 5246 7.4.7.1). */
static void
does_not_tell_wrong_secrets(void **state)
{
    static const char wrong[] = {
        "not a ciphertext of any key, and longer than one of 2048 bits "
        "would be if it were written out as often as it is here: "
        "not a ciphertext of any key, and longer than one of 2048 bits "
        "would be if it were written out as often as it is here"};
    static const size_t lengths[] = {0, 1, 10, sizeof(wrong) - 1};
    unsigned char secrets[2][TLS_PREMASTER_BYTES];
    struct tls_identity identity;

    (void)state;
    describe(RSA_PAIR, &identity);
    X509 *certificate = tls_parse_certificate(identity.chain[0]);
    void *key = own.signer.open(&own.signer, &identity, X509_get0_pubkey(certificate));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (int k = 0; k < 2; k++)
            assert_true(own.signer.decrypt(key, TLS1_2_VERSION, slice_make(wrong, lengths[i]),
                                           secrets[k]));
        assert_memory_not_equal(secrets[0], secrets[1], TLS_PREMASTER_BYTES);
    }
    ERR_clear_error();
    own.signer.close(key);
    X509_free(certificate);
}

#define WITH_SIGNER(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SIGNER(asks_for_what_the_handshake_signs),
        WITH_SIGNER(asks_to_decrypt_where_rsa_exchanges_the_key),
        WITH_SIGNER(asks_nobody_for_what_is_resumed),
        WITH_SIGNER(ends_a_handshake_that_nobody_signs),
        WITH_SIGNER(ends_a_handshake_that_nobody_decrypts),
        WITH_SIGNER(has_no_certificate_whose_key_nobody_has),
        WITH_SIGNER(opens_a_certificate_once),
        cmocka_unit_test(gives_keys_away_without_their_private_part),
        cmocka_unit_test(fits_its_own_certificate_only),
        cmocka_unit_test(opens_no_key_of_another_certificate),
        cmocka_unit_test(does_not_tell_wrong_secrets),
    };

    return cmocka_run_group_tests(tests, make_pairs, free_pairs);
}
