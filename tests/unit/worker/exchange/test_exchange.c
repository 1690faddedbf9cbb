/* SPDX-License-Identifier: Apache-2.0 */
/* Whole exchanges on a stand: what is hard to see from outside of the process. */
#include "../../unit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "base/check.h"
#include "net/socket.h"
#include "worker/exchange/exchange_check.h"
#include "worker/exchange/exchange_run.h"
#include "worker/targets/retry_budget.h"

#define LARGE (4 * 1024 * 1024)

static char text[65536];
static int refusing_fd;

static int
open_stand(void **state)
{
    struct worker_stand *stand = test_calloc(1, sizeof(*stand));

    refusing_fd = -1;
    worker_stand_open(stand);
    worker_stand_publish(stand);
    *state = stand;
    return 0;
}

static int
close_stand(void **state)
{
    worker_stand_drop(&refusing_fd);
    worker_stand_close(*state);
    test_free(*state);
    return 0;
}

static uint64_t
counter(const struct worker_stand *stand, enum counter id)
{
    return counter_read(&stand->worker->counters->values[id]);
}

/* A client that has sent a request, and the target that got it. */
static struct client *
ask(struct worker_stand *stand, const char *request)
{
    struct client *client = worker_stand_connect(stand);

    worker_stand_write(stand, stand->client_fd, request);
    if (!worker_stand_accept(stand)) {
        worker_stand_read(stand, stand->client_fd, text, sizeof(text));
        fail_msg("the target was not asked; the client got '%s'", text);
    }
    return client;
}

static void
expect_text(struct worker_stand *stand, int fd, const char *part)
{
    worker_stand_read(stand, fd, text, sizeof(text));
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
}

static void
leaves_nothing_behind_when_it_is_complete(void **state)
{
    struct worker_stand *stand = *state;

    ask(stand, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_text(stand, stand->target_fd, "GET / HTTP/1.1\r\n");
    worker_stand_write(stand, stand->target_fd,
                       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    expect_text(stand, stand->client_fd, "\r\n\r\nhi");
    assert_int_equal(counter(stand, COUNTER_EXCHANGES_ACTIVE), 0);
    assert_int_equal(counter(stand, COUNTER_TARGET_CONNECTIONS_ACTIVE), 1);
    assert_int_equal(target_table_find(stand->worker->targets, 1)->in_flight, 0);
    assert_int_equal(target_table_find(stand->worker->targets, 1)->idle_count, 1);
}

static void
answers_502_when_the_first_chunk_is_malformed(void **state)
{
    struct worker_stand *stand = *state;

    ask(stand, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    worker_stand_write(stand, stand->target_fd,
                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    expect_text(stand, stand->client_fd, "HTTP/1.1 502 ");
}

/* The answer is complete but not taken, while the client's body goes on coming. */
static void
an_early_answer_that_waits_does_not_spin_on_the_body(void **state)
{
    struct worker_stand *stand = *state;
    char *large = test_malloc(LARGE);
    struct client *client =
        ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");

    memset(large, 'x', LARGE);
    worker_stand_write(stand, stand->target_fd,
                       "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    for (size_t sent = 0; sent < 1000000;) {
        ssize_t now = send(stand->target_fd, large, 1000000 - sent, MSG_NOSIGNAL);
        sent += now > 0 ? (size_t)now : 0;
        worker_stand_turn(stand);
        if (now <= 0)
            worker_stand_read(stand, stand->client_fd, text, 4096);
    }
    worker_stand_turn(stand);
    if (client->carrier.exchange != NULL &&
        client->carrier.exchange->response_state == RESPONSE_READ) {
        worker_stand_write(stand, stand->client_fd, "more of the body");
        assert_false(client->stream.is_reading);
    }
    test_free(large);
}

static void
a_kept_connection_that_dies_does_not_blame_its_target(void **state)
{
    struct worker_stand *stand = *state;
    struct target_state *target = target_table_find(stand->worker->targets, 1);

    ask(stand, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect_text(stand, stand->client_fd, "200 OK");
    worker_stand_write(stand, stand->client_fd, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    assert_true(worker_stand_accept(stand));
    expect_text(stand, stand->target_fd, "GET /2 ");
    assert_int_equal(counter_read(&target->counters->resets), 0);
    assert_int_equal(counter(stand, COUNTER_RETRIES_CLOSED), 1);
}

/* One more target, with a port that nobody else can listen on: it refuses until the test ends.
 */
static void
add_refusing_target(struct worker_stand *stand, struct target_state **target)
{
    const struct sockaddr_in any = {.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct snapshot_target_source *source =
        snapshot_sample_add_target(stand->sample, "web", 2, 80);

    refusing_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(refusing_fd, (const struct sockaddr *)&any, sizeof(any)), 0);
    assert_true(socket_local_address(refusing_fd, &source->address));
    worker_stand_publish(stand);
    *target = target_table_find(stand->worker->targets, 2);
}

static void
spend_all_retries(const struct worker_stand *stand)
{
    stand->worker->view->groups[0].state->retry_tokens = 0;
}

static void
what_a_dead_target_refuses_another_one_gets_without_a_budget(void **state)
{
    struct worker_stand *stand = *state;
    struct target_state *dead;

    add_refusing_target(stand, &dead);
    for (int i = 0; i < 10; i++) {
        spend_all_retries(stand);
        ask(stand, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        worker_stand_write(stand, stand->target_fd,
                           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                           "Connection: close\r\n\r\n");
        expect_text(stand, stand->client_fd, "200 OK");
    }
    assert_int_equal(counter_read(&dead->counters->connect_failures), 5);
    assert_int_equal(counter(stand, COUNTER_RETRIES_CONNECT), 5);
    assert_int_equal(counter(stand, COUNTER_RETRIES_DENIED), 0);
}

static void
targets_that_all_refuse_are_asked_again_within_the_budget(void **state)
{
    struct worker_stand *stand = *state;
    struct target_state *dead;

    stand->target->membership = MEMBERSHIP_DRAINING;
    add_refusing_target(stand, &dead);
    stand->worker->view->groups[0].state->retry_tokens = RETRY_COST;
    struct client *client = worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client->carrier.exchange->step, STEP_PAUSE);
    exchange_on_time(client->carrier.exchange);
    expect_text(stand, stand->client_fd, "HTTP/1.1 502 ");
    assert_int_equal(counter_read(&dead->counters->connect_failures), 2);
    assert_int_equal(counter(stand, COUNTER_RETRIES_CONNECT), 1);
    assert_int_equal(counter(stand, COUNTER_RETRIES_DENIED), 1);
}

static void
a_post_that_was_sent_is_not_sent_again(void **state)
{
    struct worker_stand *stand = *state;

    ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    expect_text(stand, stand->target_fd, "abc");
    worker_stand_drop(&stand->target_fd);
    expect_text(stand, stand->client_fd, "HTTP/1.1 502 ");
    assert_false(worker_stand_accept(stand));
}

/* A task's target takes a POST, acknowledges it, and resets without having read it. */
static void
leave_a_post_unread(struct worker_stand *stand)
{
    const int at_once = 1;

    stand->target->task = "c1";
    worker_stand_publish(stand);
    ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    assert_int_equal(
        setsockopt(stand->target_fd, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof(at_once)), 0);
    worker_stand_drop(&stand->target_fd);
    assert_int_equal(worker_stand_read(stand, stand->client_fd, text, sizeof(text)), 0);
    assert_false(worker_stand_accept(stand));
}

static void
a_post_left_unread_goes_on_when_its_target_is_going(void **state)
{
    struct worker_stand *stand = *state;
    const struct address address = stand->target->address;

    leave_a_post_unread(stand);
    stand->target->membership = MEMBERSHIP_DRAINING;
    snapshot_sample_add_target(stand->sample, "web", 2, 80)->address = address;
    worker_stand_publish(stand);
    assert_true(worker_stand_accept(stand));
    expect_text(stand, stand->target_fd, "abc");
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect_text(stand, stand->client_fd, "200 OK");
}

static void
a_post_left_unread_by_a_target_that_stays_fails(void **state)
{
    struct worker_stand *stand = *state;

    leave_a_post_unread(stand);
    worker_stand_publish(stand);
    assert_int_equal(worker_stand_read(stand, stand->client_fd, text, sizeof(text)), 0);
    exchange_on_time(TAILQ_FIRST(&stand->worker->doubted.exchanges));
    expect_text(stand, stand->client_fd, "HTTP/1.1 502 ");
    assert_false(worker_stand_accept(stand));
}

static void
a_client_may_leave_while_its_post_is_in_doubt(void **state)
{
    struct worker_stand *stand = *state;

    leave_a_post_unread(stand);
    assert_int_equal(shutdown(stand->client_fd, SHUT_WR), 0);
    worker_stand_turn(stand);
    exchange_on_time(TAILQ_FIRST(&stand->worker->doubted.exchanges));
    assert_true(TAILQ_EMPTY(&stand->worker->doubted.exchanges));
    worker_stand_publish(stand);
}

static void
a_client_reset_while_its_post_is_in_doubt_ends_it(void **state)
{
    struct worker_stand *stand = *state;

    leave_a_post_unread(stand);
    worker_stand_drop(&stand->client_fd);
    worker_stand_turn(stand);
    assert_true(TAILQ_EMPTY(&stand->worker->doubted.exchanges));
    assert_int_equal(counter(stand, COUNTER_EXCHANGES_ACTIVE), 0);
}

static void
a_switch_of_protocols_before_the_request_is_sent_is_malformed(void **state)
{
    struct worker_stand *stand = *state;

    ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n"
               "Content-Length: 3\r\n\r\na");
    worker_stand_write(stand, stand->target_fd,
                       "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                       "Upgrade: x\r\n\r\n");
    expect_text(stand, stand->client_fd, "HTTP/1.1 502 ");
}

static void
a_large_body_behind_a_pipelined_request_is_not_refused(void **state)
{
    struct worker_stand *stand = *state;
    const char *head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n";
    char *body = test_calloc(1, 400001);
    size_t got = 0;

    memset(body, 'b', 400000);
    ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    const char *pieces[] = {"0\r\n\r\n", head, body};
    int room = 1 << 20;
    setsockopt(stand->client_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    for (size_t i = 0; i < 3; i++)
        (void)send(stand->client_fd, pieces[i], strlen(pieces[i]), MSG_NOSIGNAL);
    worker_stand_read(stand, stand->target_fd, text, sizeof(text));
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    for (int i = 0; i < 100; i++)
        got += worker_stand_read(stand, stand->target_fd, text, sizeof(text));
    assert_true(got > 100000);
    worker_stand_read(stand, stand->client_fd, text, sizeof(text));
    assert_null(strstr(text, " 431 "));
    test_free(body);
}

static void
an_idle_client_with_a_request_on_its_way_is_answered_when_the_worker_stops(void **state)
{
    struct worker_stand *stand = *state;
    struct client *client = worker_stand_connect(stand);

    assert_true(send(stand->client_fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, 0) > 0);
    client_finish_soon(client);
    worker_stand_turn(stand);
    assert_true(worker_stand_accept(stand));
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    expect_text(stand, stand->client_fd, "Connection: close");
}

static void
an_idle_client_is_closed_when_the_worker_stops(void **state)
{
    struct worker_stand *stand = *state;

    client_finish_soon(worker_stand_connect(stand));
    worker_stand_turn(stand);
    assert_int_equal(recv(stand->client_fd, text, 1, 0), 0);
    assert_int_equal(stand->worker->client_count, 0);
}

/* What a child says that finds a link without its target. */
static void
panic_in_a_child(const struct exchange *exchange, char *words, size_t size)
{
    const struct rlimit no_core = {0, 0};
    int fds[2], status = 0;

    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        struct exchange broken = *exchange;
        (void)setrlimit(RLIMIT_CORE, &no_core);
        dup2(fds[1], STDERR_FILENO);
        exchange->carrier->exchange = &broken;
        broken.tried[0]++;
        check_set_context(exchange_describe, &broken);
        exchange_check(&broken);
        _exit(0);
    }
    close(fds[1]);
    ssize_t length = read(fds[0], words, size - 1);
    words[length > 0 ? length : 0] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
a_panic_tells_step_rule_and_target(void **state)
{
    struct worker_stand *stand = *state;
    char target[ADDRESS_TEXT_SIZE], words[1024];
    struct client *client = ask(stand, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    address_format_with_port(&stand->target->address, target);
    panic_in_a_child(client->carrier.exchange, words, sizeof(words));
    assert_non_null(strstr(words, "tried[exchange->attempts - 1] == target->id"));
    assert_non_null(strstr(words, "while moving bodies (step RELAY) in connection "));
    assert_non_null(strstr(words, "rule priority "));
    assert_non_null(strstr(words, target));
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, open_stand, close_stand)
    const struct CMUnitTest tests[] = {
        STANDING(leaves_nothing_behind_when_it_is_complete),
        STANDING(answers_502_when_the_first_chunk_is_malformed),
        STANDING(an_early_answer_that_waits_does_not_spin_on_the_body),
        STANDING(a_kept_connection_that_dies_does_not_blame_its_target),
        STANDING(what_a_dead_target_refuses_another_one_gets_without_a_budget),
        STANDING(targets_that_all_refuse_are_asked_again_within_the_budget),
        STANDING(a_post_that_was_sent_is_not_sent_again),
        STANDING(a_post_left_unread_goes_on_when_its_target_is_going),
        STANDING(a_post_left_unread_by_a_target_that_stays_fails),
        STANDING(a_client_may_leave_while_its_post_is_in_doubt),
        STANDING(a_client_reset_while_its_post_is_in_doubt_ends_it),
        STANDING(a_switch_of_protocols_before_the_request_is_sent_is_malformed),
        STANDING(a_large_body_behind_a_pipelined_request_is_not_refused),
        STANDING(an_idle_client_with_a_request_on_its_way_is_answered_when_the_worker_stops),
        STANDING(a_panic_tells_step_rule_and_target),
        STANDING(an_idle_client_is_closed_when_the_worker_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
