/* SPDX-License-Identifier: Apache-2.0 */
/* TLS under a stream, with OpenSSL's own client at the other end of a socket pair. */
#include "../unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "../../support/certificates.h"
#include "base/check.h"
#include "base/memory.h"
#include "net/stream.h"
#include "net/tls/tls_context.h"
#include "net/tls/tls_facts.h"
#include "net/tls/tls_tickets.h"

#define BIG_BYTES 1000000
#define TURNS 50

static struct tls_pair pair;
static struct tls_identities *identities;
static struct tls_tickets *tickets;
static struct tls_context *context, *other_context;
static struct loop *loop;
static struct stream stream;
static SSL_CTX *client_context;
static SSL *client;
static int client_fd;
static char got[BIG_BYTES + 1];
static size_t got_length, to_send, sent;
static int ready_count, failed_count, end_count, lost_count, readable_count;
static enum tls_failure failure;
static char big[BIG_BYTES];

static bool
choose(void *argument, const struct tls_hello *hello, struct tls_identity *identity)
{
    (void)argument;
    if (strcmp(hello->server_name, "nobody.test") == 0)
        return false;
    *identity = (struct tls_identity){
        .facts = &pair.facts, .name = SLICE_LITERAL("a certificate"), .chain_count = 1};
    identity->chain[0] = slice_make(pair.chain[0].at, pair.chain[0].length);
    identity->key = slice_make(pair.key.at, pair.key.length);
    return true;
}

static struct tls_context *
make_context(const char *name, struct tls_tickets *its_tickets)
{
    const struct tls_options options = {
        .policy = {TLS1_2_VERSION, TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256",
                   "ECDHE-ECDSA-AES128-GCM-SHA256", 2, true},
        .protocols = "http/1.1",
        .name = slice_of(name),
        .choose = choose,
        .identities = identities,
        .tickets = its_tickets,
    };
    const char *error;
    struct tls_context *made = tls_context_new(&options, &error);

    assert_non_null(made);
    return made;
}

static int
make_all(void **state)
{
    struct made_pair made = pair_make(&(struct wanted_pair){.key = "P-256"});
    const char *reason;

    (void)state;
    tls_start();
    assert_int_equal(
        tls_pair_read(&pair, NULL, slice_of(made.certificate), slice_of(made.key), &reason),
        TLS_PAIR_GOOD);
    pair_free(&made);
    for (size_t i = 0; i < BIG_BYTES; i++)
        big[i] = (char)(i * 7 + i / 251);
    return 0;
}

static int
clear_all(void **state)
{
    (void)state;
    tls_pair_clear(&pair);
    return 0;
}

static void
on_readable(void *owner)
{
    (void)owner;
    readable_count++;
    ssize_t length = stream_read(&stream, got + got_length, sizeof(got) - 1 - got_length);
    if (length == 0)
        end_count++;
    if (length == STREAM_FAILED)
        lost_count++;
    if (length == 0 || length == STREAM_FAILED)
        stream_pause_reading(&stream);
    got_length += length > 0 ? (size_t)length : 0;
    got[got_length] = '\0';
}

static void
on_writable(void *owner)
{
    (void)owner;
    ssize_t length = stream_write(&stream, big + sent, to_send - sent);
    sent += length > 0 ? (size_t)length : 0;
    stream_want_writable(&stream, sent < to_send);
}

static void
on_ready(void *owner, bool has_failed)
{
    (void)owner;
    ready_count += !has_failed;
    failed_count += has_failed;
    failure = tls_failure_of(stream.session);
    if (has_failed)
        stream_close(&stream);
}

static const struct stream_callbacks callbacks = {on_readable, on_writable, on_ready, NULL};

/* A fresh pair of sockets, TLS on our side of them; the client speaks by itself or not. */
static void
open_connection(struct tls_context *its_context)
{
    int fds[2];

    got_length = to_send = sent = 0;
    ready_count = failed_count = end_count = lost_count = readable_count = 0;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    client_fd = fds[1];
    stream_open(&stream, loop, fds[0], &callbacks, NULL);
    stream_secure(&stream, tls_accept(its_context, fds[0]));
    client = SSL_new(client_context);
    SSL_set_fd(client, client_fd);
    SSL_set_connect_state(client);
    SSL_set_tlsext_host_name(client, "a.test");
}

static void
close_connection(void)
{
    stream_close(&stream);
    SSL_free(client);
    close(client_fd);
}

static int
begin(void **state)
{
    static const struct tls_ticket_keys keys = {.count = 1, .keys = {{.name = "1"}}};

    (void)state;
    loop = loop_new();
    identities = tls_identities_new(4, NULL);
    tickets = tls_tickets_new();
    assert_true(tls_tickets_set(tickets, &keys));
    context = make_context("one", tickets);
    other_context = make_context("other", tickets);
    client_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(client_context, SSL_SESS_CACHE_CLIENT);
    open_connection(context);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    close_connection();
    SSL_CTX_free(client_context);
    tls_context_free(&context);
    tls_context_free(&other_context);
    loop_free(&loop);
    tls_identities_free(&identities);
    tls_tickets_free(&tickets);
    ERR_clear_error();
    return 0;
}

static void
turn(void)
{
    for (int i = 0; i < 5; i++)
        loop_turn(loop, 0);
}

static void
shake_hands(void)
{
    for (int i = 0; i < TURNS && SSL_do_handshake(client) != 1 && failed_count == 0; i++)
        turn();
    turn();
    ERR_clear_error();
}

static void
say(const char *text)
{
    assert_int_equal(SSL_write(client, text, (int)strlen(text)), (int)strlen(text));
}

/* All that the client can read now. */
static size_t
hear(char *memory, size_t size)
{
    size_t length = 0;
    int part;

    while (length < size &&
           (part = SSL_read(client, memory + length, (int)(size - length))) > 0)
        length += (size_t)part;
    ERR_clear_error();
    return length;
}

static void
carries_bytes_both_ways(void **state)
{
    char answer[16] = "";

    (void)state;
    shake_hands();
    assert_int_equal(ready_count, 1);
    say("hello");
    turn();
    assert_string_equal(got, "hello");
    assert_int_equal(stream_write(&stream, "world", 5), 5);
    assert_int_equal(hear(answer, sizeof(answer)), 5);
    assert_string_equal(answer, "world");
}

static void
tells_what_was_agreed(void **state)
{
    struct tls_facts facts;

    (void)state;
    assert_false(tls_facts_of(stream.session, &facts));
    SSL_set_alpn_protos(client, (const unsigned char *)"\x02h2\x08http/1.1", 12);
    shake_hands();
    assert_true(tls_facts_of(stream.session, &facts));
    assert_string_equal(facts.protocol, "TLSv1.3");
    assert_string_equal(facts.suite, "TLS_AES_128_GCM_SHA256");
    assert_true(slice_equal(facts.server_name, SLICE_LITERAL("a.test")));
    assert_true(slice_equal(facts.certificate, SLICE_LITERAL("a certificate")));
    assert_false(facts.is_resumed);
    assert_false(tls_facts_of(NULL, &facts));
    const unsigned char *protocol;
    unsigned length;
    SSL_get0_alpn_selected(client, &protocol, &length);
    assert_true(
        slice_equal(slice_make((const char *)protocol, length), SLICE_LITERAL("http/1.1")));
}

/* One read a call gives all of a record that was read with the one before it. */
static void
hands_out_what_came_with_another_record(void **state)
{
    (void)state;
    shake_hands();
    say("one");
    say("two");
    say("three");
    turn();
    assert_string_equal(got, "onetwothree");
}

/* A record that is not complete is no reason to run in circles. */
static void
waits_for_the_rest_of_a_record(void **state)
{
    int pipe_fds[2];
    char record[200];

    (void)state;
    shake_hands();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pipe_fds), 0);
    SSL_set_fd(client, pipe_fds[0]);
    say("in two pieces");
    ssize_t length = recv(pipe_fds[1], record, sizeof(record), 0);
    assert_int_equal(send(client_fd, record, 10, 0), 10);
    turn();
    int before = readable_count;
    turn();
    assert_int_equal(readable_count, before);
    assert_string_equal(got, "");
    assert_int_equal(send(client_fd, record + 10, (size_t)length - 10, 0), length - 10);
    turn();
    assert_string_equal(got, "in two pieces");
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void
writes_more_than_the_socket_takes(void **state)
{
    static char heard[BIG_BYTES];
    size_t length = 0;

    (void)state;
    shake_hands();
    to_send = BIG_BYTES;
    on_writable(NULL);
    assert_true(sent < to_send);
    for (int i = 0; i < 1000 && length < BIG_BYTES; i++) {
        length += hear(heard + length, BIG_BYTES - length);
        turn();
    }
    assert_int_equal(length, BIG_BYTES);
    assert_memory_equal(heard, big, BIG_BYTES);
}

static void
reads_more_than_a_record(void **state)
{
    size_t written = 0;

    (void)state;
    shake_hands();
    SSL_set_mode(client, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    for (int i = 0; i < 1000 && written < BIG_BYTES; i++) {
        int part = SSL_write(client, big + written, (int)(BIG_BYTES - written));
        written += part > 0 ? (size_t)part : 0;
        turn();
    }
    turn();
    assert_int_equal(got_length, BIG_BYTES);
    assert_memory_equal(got, big, BIG_BYTES);
}

static void
hears_the_end_with_or_without_a_word(void **state)
{
    (void)state;
    shake_hands();
    say("last");
    SSL_shutdown(client);
    turn();
    assert_string_equal(got, "last");
    assert_int_equal(end_count, 1);
    close_connection();
    open_connection(context);
    shake_hands();
    shutdown(client_fd, SHUT_WR);
    turn();
    assert_int_equal(end_count, 1);
    assert_int_equal(lost_count, 0);
}

static void
says_the_end(void **state)
{
    char byte;

    (void)state;
    shake_hands();
    stream_finish_writing(&stream);
    assert_int_equal(SSL_read(client, &byte, 1), 0);
    assert_int_equal(SSL_get_error(client, 0), SSL_ERROR_ZERO_RETURN);
    /* And still hears. */
    say("more");
    turn();
    assert_string_equal(got, "more");
    close_connection();
    open_connection(context);
    shake_hands();
    stream_close(&stream);
    assert_int_equal(SSL_read(client, &byte, 1), 0);
    assert_int_equal(SSL_get_error(client, 0), SSL_ERROR_ZERO_RETURN);
}

/* As listeners do: the handshake by hand, the stream behind it. What came with the handshake's
 * last message is not lost on the way. */
static void
is_adopted_behind_its_handshake(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    struct stream_session *session = tls_accept(context, fds[0]);
    SSL_set_fd(client, fds[1]);
    SSL_do_handshake(client);
    assert_int_equal(session->transport->handshake(session), STREAM_WAIT);
    assert_int_equal(SSL_do_handshake(client), 1);
    say("at once");
    assert_int_equal(session->transport->handshake(session), 0);
    stream_close(&stream);
    stream_open(&stream, loop, fds[0], &callbacks, NULL);
    stream_adopt(&stream, session);
    turn();
    assert_string_equal(got, "at once");
    close(fds[1]);
}

static void
refuse_with(const char *bytes, size_t length, enum tls_failure expected)
{
    assert_int_equal(send(client_fd, bytes, length, 0), (ssize_t)length);
    shutdown(client_fd, SHUT_WR);
    turn();
    assert_int_equal(failed_count, 1);
    assert_int_equal(failure, expected);
    close_connection();
    open_connection(context);
}

static void
knows_why_a_handshake_fails(void **state)
{
    (void)state;
    refuse_with("GET / HTTP/1.1\r\n\r\n", 18, TLS_FAILURE_PLAIN_HTTP);
    refuse_with("POST / HTTP/1.1\r\n\r\n", 19, TLS_FAILURE_PLAIN_HTTP);
    refuse_with("SSH-2.0-OpenSSH\r\n", 17, TLS_FAILURE_NOT_TLS);
    refuse_with("\x16\x03\x01\0\x05\x02\0\0\x01\0", 10, TLS_FAILURE_MALFORMED);
    refuse_with("\x16\x03", 2, TLS_FAILURE_CLOSED);
    SSL_set_max_proto_version(client, TLS1_1_VERSION);
    SSL_set_security_level(client, 0);
    shake_hands();
    assert_int_equal(failure, TLS_FAILURE_PROTOCOL);
    close_connection();
    open_connection(context);
    SSL_set_max_proto_version(client, TLS1_2_VERSION);
    SSL_set_cipher_list(client, "ECDHE-RSA-AES256-GCM-SHA384");
    shake_hands();
    assert_int_equal(failure, TLS_FAILURE_SUITE);
    close_connection();
    open_connection(context);
    SSL_set_alpn_protos(client, (const unsigned char *)"\x06spdy/1", 7);
    shake_hands();
    assert_int_equal(failure, TLS_FAILURE_ALPN);
    close_connection();
    open_connection(context);
    SSL_set_tlsext_host_name(client, "nobody.test");
    shake_hands();
    assert_int_equal(failure, TLS_FAILURE_CERTIFICATE);
    close_connection();
    open_connection(context);
    SSL_set_verify(client, SSL_VERIFY_PEER, NULL);
    SSL_set_max_proto_version(client, TLS1_2_VERSION);
    shake_hands();
    assert_int_equal(failure, TLS_FAILURE_ALERT);
}

/* Connects with a session, if any, and gives back the one that it gets; whether the given one
 * was resumed. */
static bool
connect_again(struct tls_context *its_context, const char *name, SSL_SESSION **session)
{
    struct tls_facts facts;
    char byte;

    close_connection();
    open_connection(its_context);
    SSL_set_tlsext_host_name(client, name);
    if (*session != NULL)
        SSL_set_session(client, *session);
    shake_hands();
    assert_int_equal(ready_count, 1);
    SSL_read(client, &byte, 1); /* tickets come behind the handshake */
    ERR_clear_error();
    assert_true(tls_facts_of(stream.session, &facts));
    assert_int_equal(facts.is_resumed, SSL_session_reused(client));
    SSL_SESSION_free(*session);
    *session = SSL_get1_session(client);
    SSL_shutdown(client);
    return facts.is_resumed;
}

static void
check_resumption(void)
{
    struct tls_ticket_keys keys = {.count = 2, .keys = {{.name = "2"}, {.name = "1"}}};
    SSL_SESSION *session = NULL, *kept;

    assert_false(connect_again(context, "a.test", &session));
    assert_true(connect_again(context, "a.test", &session));
    assert_true(tls_tickets_set(tickets, &keys));
    assert_true(connect_again(context, "a.test", &session));
    kept = session;
    SSL_SESSION_up_ref(kept);
    assert_false(connect_again(context, "b.test", &session));
    SSL_SESSION_free(session);
    session = kept;
    SSL_SESSION_up_ref(kept);
    assert_false(connect_again(other_context, "a.test", &session));
    SSL_SESSION_free(session);
    session = kept;
    keys = (struct tls_ticket_keys){.count = 1, .keys = {{.name = "3"}}};
    assert_true(tls_tickets_set(tickets, &keys));
    assert_false(connect_again(context, "a.test", &session));
    assert_true(connect_again(context, "a.test", &session));
    SSL_SESSION_free(session);
}

static void
resumes_at_the_same_host_and_listener_only(void **state)
{
    (void)state;
    check_resumption();
}

static void
resumes_in_tls_1_2_likewise(void **state)
{
    (void)state;
    SSL_CTX_set_max_proto_version(client_context, TLS1_2_VERSION);
    check_resumption();
}

static void
gives_no_tickets_where_there_are_no_keys(void **state)
{
    struct tls_context *without = make_context("without", NULL);
    SSL_SESSION *session = NULL;

    (void)state;
    assert_false(connect_again(without, "a.test", &session));
    assert_false(SSL_SESSION_is_resumable(session));
    assert_false(connect_again(without, "a.test", &session));
    SSL_SESSION_free(session);
    tls_context_free(&without);
}

static void
takes_no_renegotiation_and_no_early_data(void **state)
{
    SSL_SESSION *session = NULL;

    (void)state;
    connect_again(context, "a.test", &session);
    assert_int_equal(SSL_SESSION_get_max_early_data(session), 0);
    SSL_SESSION_free(session);
    close_connection();
    open_connection(context);
    SSL_set_max_proto_version(client, TLS1_2_VERSION);
    shake_hands();
    assert_int_equal(SSL_renegotiate(client), 1);
    SSL_do_handshake(client);
    turn();
    assert_int_equal(SSL_do_handshake(client), -1);
    ERR_clear_error();
}

/* Connections live on while their context is replaced. */
static void
outlives_its_context(void **state)
{
    (void)state;
    shake_hands();
    tls_context_free(&context);
    say("still here");
    turn();
    assert_string_equal(got, "still here");
    context = make_context("one", tickets);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(carries_bytes_both_ways),
        TEST(tells_what_was_agreed),
        TEST(hands_out_what_came_with_another_record),
        TEST(waits_for_the_rest_of_a_record),
        TEST(writes_more_than_the_socket_takes),
        TEST(reads_more_than_a_record),
        TEST(hears_the_end_with_or_without_a_word),
        TEST(says_the_end),
        TEST(is_adopted_behind_its_handshake),
        TEST(knows_why_a_handshake_fails),
        TEST(resumes_at_the_same_host_and_listener_only),
        TEST(resumes_in_tls_1_2_likewise),
        TEST(gives_no_tickets_where_there_are_no_keys),
        TEST(takes_no_renegotiation_and_no_early_data),
        TEST(outlives_its_context),
    };

    return cmocka_run_group_tests(tests, make_all, clear_all);
}
