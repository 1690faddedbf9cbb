/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of an HTTPS listener on their way to its clients: in time, in number, in turn. */
#include "../../unit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../../support/certificates.h"
#include "../../../support/worker_stand.h"
#include "base/check.h"
#include "base/clock.h"
#include "ipc/certificate_book_build.h"
#include "model/ssl_policy.h"
#include "net/socket.h"
#include "net/tls/tls_context.h"
#include "worker/listeners/certificates.h"
#include "worker/listeners/listener.h"

#define CROWD 20

static struct worker_stand stand;
static SSL_CTX *client_context;
static SSL *client;

static struct listener *
the_listener(void)
{
    return LIST_FIRST(&stand.worker->listeners);
}

static uint64_t
counter(enum counter id)
{
    return counter_read(&stand.worker->counters->values[id]);
}

/* As control sends it. */
static void
give_certificate(const char *name)
{
    static uint64_t sent;
    struct certificate_builder *builder = certificate_builder_new();
    struct made_pair made =
        pair_make(&(struct wanted_pair){.key = "P-256", .common_name = name});
    int fd = memfd_create("book", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int keys_fd = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct tls_pair pair;
    const char *reason;

    assert_int_equal(
        tls_pair_read(&pair, NULL, slice_of(made.certificate), slice_of(made.key), &reason),
        TLS_PAIR_GOOD);
    certificate_builder_begin_listener(builder, "http");
    certificate_builder_give(
        builder,
        certificate_builder_add(builder, &(struct certificate_source){
                                             .path = name, .key_path = "", .pair = &pair}));
    assert_true(certificate_builder_write(builder, fd, keys_fd));
    certificates_take(stand.worker, ++sent, fd);
    certificates_take_keys(stand.worker, sent, keys_fd);
    certificate_builder_free(&builder);
    tls_pair_clear(&pair);
    pair_free(&made);
}

static void
publish(const char *policy)
{
    struct config_listener *listener = snapshot_sample_listener(stand.sample);

    listener->protocol = PROTOCOL_HTTPS;
    listener->ssl_policy = ssl_policy_find(policy);
    CHECK(listener->ssl_policy < ssl_policy_count);
    worker_stand_publish(&stand);
    listener_secure_all(stand.worker);
}

static int
begin(void **state)
{
    (void)state;
    worker_stand_open(&stand);
    publish("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    give_certificate("first");
    client_context = SSL_CTX_new(TLS_client_method());
    client = NULL;
    return 0;
}

static int
end(void **state)
{
    (void)state;
    SSL_free(client);
    SSL_CTX_free(client_context);
    worker_stand_close(&stand);
    ERR_clear_error();
    return 0;
}

/* To the listening socket itself. */
static int
connect_plain(void)
{
    int fd = socket_connect(listener_address(the_listener()));

    assert_int_not_equal(fd, -1);
    return fd;
}

static void
connect_secure(void)
{
    SSL_free(client);
    worker_stand_drop(&stand.client_fd);
    stand.client_fd = connect_plain();
    client = SSL_new(client_context);
    SSL_set_fd(client, stand.client_fd);
    SSL_set_connect_state(client);
}

static bool
shake_hands(void)
{
    for (int i = 0; i < 8; i++) {
        if (SSL_do_handshake(client) == 1) {
            worker_stand_turn(&stand);
            return true;
        }
        worker_stand_turn(&stand);
    }
    ERR_clear_error();
    return false;
}

static bool
is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

/* The name of the certificate that the client got. */
static const char *
certificate_name(void)
{
    static char name[64];
    X509 *certificate = SSL_get1_peer_certificate(client);

    assert_non_null(certificate);
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof(name));
    X509_free(certificate);
    return name;
}

static void
becomes_a_client_when_it_is_done(void **state)
{
    (void)state;
    connect_secure();
    assert_int_equal(stand.worker->client_count, 0);
    assert_true(shake_hands());
    assert_int_equal(stand.worker->client_count, 1);
    assert_int_equal(stand.worker->handshakes.count, 0);
    assert_true(TAILQ_FIRST(&stand.worker->clients)->carrier.is_secure);
    assert_int_equal(counter(COUNTER_TLS_1_3_FULL), 1);
    assert_string_equal(certificate_name(), "first");
}

static void
is_no_client_and_no_failure_when_it_only_connects(void **state)
{
    int fd;

    (void)state;
    fd = connect_plain();
    worker_stand_turn(&stand);
    assert_int_equal(stand.worker->handshakes.count, 1);
    close(fd);
    worker_stand_turn(&stand);
    assert_int_equal(stand.worker->handshakes.count, 0);
    assert_int_equal(counter(COUNTER_TLS_FAILURE_CLOSED), 0);
}

static void
gets_a_new_certificate_without_another_snapshot(void **state)
{
    (void)state;
    connect_secure();
    assert_true(shake_hands());
    give_certificate("second");
    SSL *before = client;
    int before_fd = stand.client_fd;
    client = NULL;
    stand.client_fd = -1;
    connect_secure();
    assert_true(shake_hands());
    assert_string_equal(certificate_name(), "second");
    /* Who was there before goes on. */
    assert_int_equal(SSL_write(before, "x", 1), 1);
    worker_stand_turn(&stand);
    assert_int_equal(stand.worker->client_count, 2);
    SSL_free(before);
    close(before_fd);
}

static void
goes_on_with_what_it_began_with(void **state)
{
    (void)state;
    connect_secure();
    SSL_do_handshake(client);
    worker_stand_turn(&stand);
    publish("ELBSecurityPolicy-TLS13-1-3-2021-06");
    give_certificate("second");
    assert_true(shake_hands());
    assert_string_equal(certificate_name(), "first");
    SSL_CTX_set_max_proto_version(client_context, TLS1_2_VERSION);
    connect_secure();
    assert_false(shake_hands());
    assert_int_equal(counter(COUNTER_TLS_FAILURE_PROTOCOL), 1);
}

static void
is_refused_while_there_are_no_certificates(void **state)
{
    (void)state;
    certificate_book_release(&stand.worker->tls.book);
    snapshot_sample_listener(stand.sample)->name = snapshot_sample_text(stand.sample, "other");
    publish("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    connect_secure();
    assert_false(shake_hands());
    assert_int_equal(counter(COUNTER_TLS_FAILURE_CERTIFICATE), 1);
    assert_int_equal(stand.worker->client_count, 0);
}

static void
makes_room_by_closing_the_oldest(void **state)
{
    int crowd[CROWD];

    (void)state;
    snapshot_sample_config(stand.sample)->limits.tls_handshakes = CROWD - 5;
    publish("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = connect_plain();
        worker_stand_turn(&stand);
    }
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(is_closed(crowd[i]), i < 5);
    assert_int_equal(stand.worker->handshakes.count, CROWD - 5);
    assert_int_equal(counter(COUNTER_TLS_FAILURE_LIMIT), 5);
    connect_secure();
    assert_true(shake_hands());
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
}

static void
is_closed_when_it_takes_too_long(void **state)
{
    int fd;

    (void)state;
    clock_set_for_test(1000000, 1700000000000000);
    snapshot_sample_config(stand.sample)->timeouts.tls_handshake_ms = 200;
    publish("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    fd = connect_plain();
    worker_stand_turn(&stand);
    assert_int_equal(send(fd, "\x16\x03\x01", 3, MSG_NOSIGNAL), 3);
    worker_stand_turn(&stand);
    clock_set_for_test(1300000, 1700000000300000);
    for (int i = 0; i < 100 && stand.worker->handshakes.count > 0; i++)
        loop_turn(stand.worker->loop, 10);
    assert_int_equal(counter(COUNTER_TLS_FAILURE_TIMEOUT), 1);
    assert_true(is_closed(fd));
    close(fd);
}

static void
gives_its_place_among_an_addresss_connections_back(void **state)
{
    int fd;

    (void)state;
    snapshot_sample_config(stand.sample)->limits.connections_per_address = 1;
    publish("ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
    fd = connect_plain();
    worker_stand_turn(&stand);
    connect_secure();
    assert_false(shake_hands());
    assert_int_equal(counter(COUNTER_REJECTED_CONNECTIONS), 1);
    close(fd);
    worker_stand_turn(&stand);
    connect_secure();
    assert_true(shake_hands());
}

static void
ends_with_the_worker(void **state)
{
    (void)state;
    connect_secure();
    SSL_do_handshake(client);
    worker_stand_turn(&stand);
    assert_int_equal(stand.worker->handshakes.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(becomes_a_client_when_it_is_done),
        TEST(is_no_client_and_no_failure_when_it_only_connects),
        TEST(gets_a_new_certificate_without_another_snapshot),
        TEST(goes_on_with_what_it_began_with),
        TEST(is_refused_while_there_are_no_certificates),
        TEST(makes_room_by_closing_the_oldest),
        TEST(gives_its_place_among_an_addresss_connections_back),
        TEST(ends_with_the_worker),
        /* Last: from then on the clock stands still. */
        TEST(is_closed_when_it_takes_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
