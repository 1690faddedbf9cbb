/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every predefined policy against a client that offers one suite, or one protocol, alone: it
 * is taken exactly where the policy has it, with either kind of key, and of all the policy's
 * first one is chosen. What a policy has stands here once more, in letters.
 */
#include "../../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../../support/certificates.h"
#include "base/check.h"
#include "model/ssl_policy.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"

/* Suites in the order of most lists; of the letters, a policy has some. */
static const struct suite {
    char letter;
    const char *name;
    char key; /* R or E */
} suites[] = {
    {'G', "ECDHE-ECDSA-AES128-GCM-SHA256", 'E'},
    {'G', "ECDHE-RSA-AES128-GCM-SHA256", 'R'},
    {'C', "ECDHE-ECDSA-AES128-SHA256", 'E'},
    {'C', "ECDHE-RSA-AES128-SHA256", 'R'},
    {'A', "ECDHE-ECDSA-AES128-SHA", 'E'},
    {'A', "ECDHE-RSA-AES128-SHA", 'R'},
    {'g', "ECDHE-ECDSA-AES256-GCM-SHA384", 'E'},
    {'g', "ECDHE-RSA-AES256-GCM-SHA384", 'R'},
    {'c', "ECDHE-ECDSA-AES256-SHA384", 'E'},
    {'c', "ECDHE-RSA-AES256-SHA384", 'R'},
    {'a', "ECDHE-ECDSA-AES256-SHA", 'E'},
    {'a', "ECDHE-RSA-AES256-SHA", 'R'},
    {'R', "AES128-GCM-SHA256", 'R'},
    {'R', "AES128-SHA256", 'R'},
    {'S', "AES128-SHA", 'R'},
    {'r', "AES256-GCM-SHA384", 'R'},
    {'q', "AES256-SHA256", 'R'},
    {'s', "AES256-SHA", 'R'},
    {'1', "TLS_AES_128_GCM_SHA256", 0},
    {'2', "TLS_AES_256_GCM_SHA384", 0},
    {'3', "TLS_CHACHA20_POLY1305_SHA256", 0},
    {'-', "ECDHE-RSA-CHACHA20-POLY1305", 'R'},
    {'-', "DHE-RSA-AES128-GCM-SHA256", 'R'},
    {'-', "TLS_AES_128_CCM_SHA256", 0},
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

#define S13 "123"
#define S13F "12"
#define G "Gg"
#define GC "GgCc"
#define GCA "GgCcAa"
#define GCR "GgCcRrq"
#define GCARS "GgCcAaRrqSs"

/* Name, oldest and newest protocol, suites, and the first of each kind of key before 1.3. */
static const struct expected {
    const char *name;
    int oldest, newest;
    const char *suites;
    bool has_256_first;
} policies[] = {
    {"TLS13-1-3-2021-06", 13, 13, S13, false},
    {"TLS13-1-3-PQ-2025-09", 13, 13, S13, false},
    {"TLS13-1-2-2021-06", 12, 13, S13 GC, false},
    {"TLS13-1-2-PQ-2025-09", 12, 13, S13 GC, false},
    {"TLS13-1-2-Res-2021-06", 12, 13, S13 G, false},
    {"TLS13-1-2-Res-PQ-2025-09", 12, 13, S13 G, false},
    {"TLS13-1-2-Ext1-2021-06", 12, 13, S13 GCR, false},
    {"TLS13-1-2-Ext1-PQ-2025-09", 12, 13, S13 GCR, false},
    {"TLS13-1-2-Ext2-2021-06", 12, 13, S13 GCARS, false},
    {"TLS13-1-2-Ext2-PQ-2025-09", 12, 13, S13 GCARS, false},
    {"TLS13-1-1-2021-06", 11, 13, S13 GCARS, false},
    {"TLS13-1-0-2021-06", 10, 13, S13 GCARS, false},
    {"TLS13-1-0-PQ-2025-09", 10, 13, S13 GCARS, false},
    {"TLS-1-2-Ext-2018-06", 12, 12, GCARS, false},
    {"TLS-1-2-2017-01", 12, 12, GCR, false},
    {"TLS-1-1-2017-01", 11, 12, GCARS, false},
    {"2016-08", 10, 12, GCARS, false},
    {"FS-1-2-Res-2020-10", 12, 12, G, false},
    {"FS-1-2-Res-2019-08", 12, 12, GC, false},
    {"FS-1-2-2019-08", 12, 12, GCA, false},
    {"FS-1-1-2019-08", 11, 12, GCA, false},
    {"FS-2018-06", 10, 12, GCA, false},
    {"TLS13-1-3-FIPS-2023-04", 13, 13, S13F, false},
    {"TLS13-1-3-FIPS-PQ-2025-09", 13, 13, S13F, false},
    {"TLS13-1-2-FIPS-2023-04", 12, 13, S13F GC, false},
    {"TLS13-1-2-FIPS-PQ-2025-09", 12, 13, S13F GC, false},
    {"TLS13-1-2-Res-FIPS-2023-04", 12, 13, S13F G, false},
    {"TLS13-1-2-Res-FIPS-PQ-2025-09", 12, 13, S13F G, false},
    {"TLS13-1-2-Ext0-FIPS-2023-04", 12, 13, S13F GCA, false},
    {"TLS13-1-2-Ext0-FIPS-PQ-2025-09", 12, 13, S13F GCA, false},
    {"TLS13-1-2-Ext1-FIPS-2023-04", 12, 13, S13F GCR, false},
    {"TLS13-1-2-Ext1-FIPS-PQ-2025-09", 12, 13, S13F GCR, false},
    {"TLS13-1-2-Ext2-FIPS-2023-04", 12, 13, S13F GCARS, false},
    {"TLS13-1-2-Ext2-FIPS-PQ-2025-09", 12, 13, S13F GCARS, false},
    {"TLS13-1-1-FIPS-2023-04", 11, 13, S13F GCARS, false},
    {"TLS13-1-0-FIPS-2023-04", 10, 13, S13F GCARS, false},
    {"TLS13-1-0-FIPS-PQ-2025-09", 10, 13, S13F GCARS, false},
    {"TLS13-1-3-RFC9151-FIPS-2023-07", 13, 13, "2", true},
    {"TLS13-1-2-RFC9151-FIPS-2023-07", 12, 13, "2g", true},
    {"TLS13-1-2-Ext0-RFC9151-FIPS-2023-07", 12, 13, "2gr", true},
    {"TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07", 12, 13, "12Gg", true},
    {"TLS13-1-2-RFC9151-INTEROP2-FIPS-2023-07", 12, 13, "12GgCc", true},
    {"TLS13-1-2-RFC9151-INTEROP3-FIPS-2023-07", 12, 13, "12GgCcAa", true},
    {"TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07", 12, 13, "12GgCcAaRrqSs", true},
};

#define POLICY_COUNT (sizeof(policies) / sizeof(policies[0]))

static struct tls_pair pairs[2]; /* RSA and ECDSA */
static struct tls_identities *identities;

static bool
choose(void *argument, const struct tls_hello *hello, struct tls_identity *identity)
{
    bool takes_ecdsa = (hello->takes_curves & TLS_CURVE_P256) != 0;
    const struct tls_pair *pair = &pairs[takes_ecdsa];

    (void)argument;
    *identity = (struct tls_identity){.facts = &pair->facts, .chain_count = 1};
    identity->chain[0] = slice_make(pair->chain[0].at, pair->chain[0].length);
    identity->key = slice_make(pair->key.at, pair->key.length);
    return true;
}

static int
make_pairs(void **state)
{
    static const char *const keys[] = {"RSA", "P-256"};
    const char *reason;

    (void)state;
    tls_start();
    identities = tls_identities_new(2, NULL);
    for (int i = 0; i < 2; i++) {
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
    tls_identities_free(&identities);
    tls_pair_clear(&pairs[0]);
    tls_pair_clear(&pairs[1]);
    return 0;
}

static struct tls_context *
open_policy(const char *name)
{
    char full[128];
    const char *error = NULL;

    snprintf(full, sizeof(full), SSL_POLICY_PREFIX "%s", name);
    unsigned index = ssl_policy_find(full);
    if (index == ssl_policy_count)
        fail_msg("there is no %s", full);
    const struct ssl_policy *policy = &ssl_policies[index];
    const struct tls_options options = {
        .policy = {policy->oldest, policy->newest, policy->suites_13, policy->suites,
                   policy->level, policy->is_hybrid},
        .protocols = "",
        .name = SLICE_LITERAL("test"),
        .choose = choose,
        .identities = identities,
    };
    struct tls_context *context = tls_context_new(&options, &error);
    if (context == NULL)
        fail_msg("%s: %s", full, error);
    return context;
}

/* What a client offers; NULL: everything that OpenSSL has. */
struct offer {
    const char *suites, *suites_13;
    int oldest, newest; /* 10 to 13 */
};

static SSL *
make_client(const struct offer *offer, int fd)
{
    static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
                                   TLS1_3_VERSION};
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    char list[1024];

    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, versions[offer->oldest - 10]);
    SSL_CTX_set_max_proto_version(context, versions[offer->newest - 10]);
    snprintf(list, sizeof(list), "%s:@SECLEVEL=0",
             offer->suites == NULL ? "ALL" : offer->suites);
    assert_int_equal(SSL_CTX_set_cipher_list(context, list), 1);
    if (offer->suites_13 != NULL)
        assert_int_equal(SSL_CTX_set_ciphersuites(context, offer->suites_13), 1);
    SSL *client = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(client, fd);
    SSL_set_connect_state(client);
    return client;
}

static int
steps(SSL *client, struct stream_session *session)
{
    int result = STREAM_WAIT;

    for (int i = 0; i < 10 && result == STREAM_WAIT; i++) {
        SSL_do_handshake(client);
        result = session->transport->handshake(session);
    }
    ERR_clear_error();
    return result;
}

/* The suite that both agree on; NULL: they do not. */
static const char *
shake_hands(struct tls_context *context, const struct offer *offer)
{
    int fds[2];
    struct tls_facts facts;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    SSL *client = make_client(offer, fds[0]);
    struct stream_session *session = tls_accept(context, fds[1]);
    bool is_done = steps(client, session) == 0;
    const char *suite = NULL;
    if (is_done) {
        assert_true(tls_facts_of(session, &facts));
        suite = facts.suite;
    }
    session->transport->close(session, true);
    SSL_free(client);
    close(fds[0]);
    close(fds[1]);
    return suite;
}

static void
check_suite(struct tls_context *context, const struct expected *policy,
            const struct suite *suite)
{
    bool is_13 = suite->key == 0;
    struct offer offer = {.oldest = is_13 ? 13 : 10, .newest = is_13 ? 13 : 12};
    bool is_expected = strchr(policy->suites, suite->letter) != NULL;

    if (is_13)
        offer.suites_13 = suite->name;
    else
        offer.suites = suite->name;
    const char *agreed = shake_hands(context, &offer);
    if ((agreed != NULL) != is_expected)
        fail_msg("%s: %s is %s", policy->name, suite->name, is_expected ? "refused" : "taken");
    if (agreed != NULL)
        assert_string_equal(agreed, suite->name);
}

static void
takes_each_suite_of_a_policy_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        struct tls_context *context = open_policy(policies[i].name);
        for (size_t k = 0; k < SUITE_COUNT; k++)
            check_suite(context, &policies[i], &suites[k]);
        tls_context_free(&context);
    }
}

/* TLS 1.0 and 1.1 have the old suites only. */
static void
takes_each_protocol_of_a_policy_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        struct tls_context *context = open_policy(policies[i].name);
        for (int version = 10; version <= 13; version++) {
            const struct offer offer = {.oldest = version, .newest = version};
            bool is_expected = version >= policies[i].oldest && version <= policies[i].newest;
            if ((shake_hands(context, &offer) != NULL) != is_expected)
                fail_msg("%s: protocol %d is %s", policies[i].name, version,
                         is_expected ? "refused" : "taken");
        }
        tls_context_free(&context);
    }
}

/* The first of the policy in its own order, whatever the client likes best. */
static void
chooses_by_the_order_of_the_policy(void **state)
{
    static const char reversed_13[] =
        "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
    char reversed[2048] = "";

    (void)state;
    for (size_t k = SUITE_COUNT; k-- > 0;)
        if (suites[k].key != 0 && suites[k].letter != '-')
            snprintf(reversed + strlen(reversed), sizeof(reversed) - strlen(reversed), "%s%s",
                     *reversed == '\0' ? "" : ":", suites[k].name);
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        struct tls_context *context = open_policy(policies[i].name);
        const struct offer offer = {reversed, reversed_13, 13, 13};
        const struct offer older = {reversed, NULL, 12, 12};
        if (policies[i].newest == 13)
            assert_string_equal(shake_hands(context, &offer), policies[i].has_256_first
                                                                  ? "TLS_AES_256_GCM_SHA384"
                                                                  : "TLS_AES_128_GCM_SHA256");
        if (policies[i].oldest <= 12)
            assert_string_equal(shake_hands(context, &older),
                                policies[i].has_256_first ? "ECDHE-ECDSA-AES256-GCM-SHA384"
                                                          : "ECDHE-ECDSA-AES128-GCM-SHA256");
        tls_context_free(&context);
    }
}

static void
tests_every_policy_that_there_is(void **state)
{
    (void)state;
    assert_int_equal(ssl_policy_count, POLICY_COUNT);
    assert_string_equal(ssl_policies[0].name, SSL_POLICY_PREFIX "TLS13-1-2-Res-PQ-2025-09");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tests_every_policy_that_there_is),
        cmocka_unit_test(takes_each_suite_of_a_policy_and_no_other),
        cmocka_unit_test(takes_each_protocol_of_a_policy_and_no_other),
        cmocka_unit_test(chooses_by_the_order_of_the_policy),
    };

    return cmocka_run_group_tests(tests, make_pairs, free_pairs);
}
