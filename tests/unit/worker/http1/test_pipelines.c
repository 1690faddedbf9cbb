/* SPDX-License-Identifier: Apache-2.0 */
/* What a client sends behind its request: how much of it is read, and when its turn comes. */
#include "../../unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "worker/exchange/exchange_run.h"

#define FLOOD_BYTES (64 * 1024)

/* A rule's own answer: it needs no target. */
#define OWN "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"

static char text[65536];
static char flood[FLOOD_BYTES + 1];

static int
open_stand(void **state)
{
    struct worker_stand *stand = test_calloc(1, sizeof(*stand));

    worker_stand_open(stand);
    worker_stand_publish(stand);
    for (size_t at = 0; at + sizeof(OWN) < sizeof(flood); at += sizeof(OWN) - 1)
        memcpy(flood + at, OWN, sizeof(OWN));
    *state = stand;
    return 0;
}

static int
close_stand(void **state)
{
    worker_stand_close(*state);
    test_free(*state);
    return 0;
}

static uint64_t
counter(const struct worker_stand *stand, enum counter id)
{
    return counter_read(&stand->worker->counters->values[id]);
}

/* Nothing is turned. */
static void
write_only(int fd, const char *bytes)
{
    assert_int_equal(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
}

static void
each_turn_answers_one_request_of_a_client(void **state)
{
    struct worker_stand *stand = *state;
    uint64_t before = 0;

    worker_stand_connect(stand);
    write_only(stand->client_fd, OWN OWN OWN OWN OWN);
    for (int i = 0; i < 8; i++) {
        loop_turn(stand->worker->loop, 0);
        uint64_t begun = counter(stand, COUNTER_REQUESTS_BEGUN);
        assert_true(begun <= before + 1);
        before = begun;
    }
    assert_int_equal(before, 5);
}

static void
a_new_client_is_answered_between_the_requests_of_a_pipeline(void **state)
{
    struct worker_stand *stand = *state;

    worker_stand_connect(stand);
    int piper = stand->client_fd;
    stand->client_fd = -1;
    write_only(piper, flood);
    loop_turn(stand->worker->loop, 0);
    worker_stand_connect(stand);
    write_only(stand->client_fd, OWN);
    loop_turn(stand->worker->loop, 0);
    loop_turn(stand->worker->loop, 0);
    assert_true(recv(stand->client_fd, text, sizeof(text), 0) > 0);
    assert_true(counter(stand, COUNTER_REQUESTS_BEGUN) <= 4);
    close(piper);
}

/* Its socket takes the first answer, as TCP does until the reset comes. */
static void
a_client_that_left_is_answered_once_at_most(void **state)
{
    struct worker_stand *stand = *state;

    worker_stand_connect(stand);
    write_only(stand->client_fd, flood);
    close(stand->client_fd);
    stand->client_fd = -1;
    worker_stand_turn(stand);
    assert_true(counter(stand, COUNTER_REQUESTS_BEGUN) <= 2);
    assert_int_equal(stand->worker->client_count, 0);
}

static void
sends(struct worker_stand *stand, const char *head, const char *body)
{
    worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd, head);
    assert_true(worker_stand_accept(stand));
    write_only(stand->client_fd, body);
    worker_stand_write(stand, stand->client_fd, flood);
}

static struct client *
only_client(struct worker_stand *stand)
{
    return TAILQ_FIRST(&stand->worker->clients);
}

static void
a_small_input_is_read_behind_a_counted_body(void **state)
{
    struct worker_stand *stand = *state;

    sends(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "hello");
    const struct client *client = only_client(stand);
    assert_int_equal(client->carrier.exchange->request_state, REQUEST_SENT);
    assert_true(input_slice(client->input).length <= INPUT_SMALL_BYTES);
    assert_false(client->stream.is_reading);
}

static void
a_small_input_is_read_behind_chunks(void **state)
{
    struct worker_stand *stand = *state;

    sends(stand, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
          "5\r\nhello\r\n0\r\n\r\n");
    const struct client *client = only_client(stand);
    assert_int_equal(client->carrier.exchange->request_state, REQUEST_SENT);
    assert_true(input_slice(client->input).length <= FIRST_READ_BYTES);
    assert_false(client->stream.is_reading);
}

static void
a_client_that_leaves_unread_frees_its_target(void **state)
{
    struct worker_stand *stand = *state;

    sends(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "hello");
    worker_stand_drop(&stand->client_fd);
    worker_stand_turn(stand);
    assert_int_equal(counter(stand, COUNTER_EXCHANGES_ACTIVE), 0);
    assert_int_equal(stand->worker->client_count, 0);
    assert_int_equal(target_table_find(stand->worker->targets, 1)->in_flight, 0);
}

/* A target that does not read: the body stays in the client's socket. */
static void
stall(struct worker_stand *stand, size_t promised)
{
    char head[100];

    snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
             promised);
    worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd, head);
    assert_true(worker_stand_accept(stand));
    struct client *client = only_client(stand);
    client->carrier.exchange->link->is_blocked = true;
    worker_stand_write(stand, stand->client_fd, "0123456789");
    assert_false(client->stream.is_reading);
    assert_int_equal(shutdown(stand->client_fd, SHUT_WR), 0);
    worker_stand_turn(stand);
}

static void
an_end_behind_a_body_that_is_cut_short_ends_the_exchange(void **state)
{
    struct worker_stand *stand = *state;

    stall(stand, 11);
    assert_int_equal(counter(stand, COUNTER_EXCHANGES_ACTIVE), 0);
}

static void
an_end_behind_a_whole_body_lets_the_request_go_on(void **state)
{
    struct worker_stand *stand = *state;

    stall(stand, 10);
    struct client *client = only_client(stand);
    assert_non_null(client);
    client->carrier.exchange->link->is_blocked = false;
    exchange_on_target_writable(client->carrier.exchange, false);
    worker_stand_read(stand, stand->target_fd, text, sizeof(text));
    assert_non_null(strstr(text, "\r\n\r\n0123456789"));
}

int
main(void)
{
#define PIPING(name) cmocka_unit_test_setup_teardown(name, open_stand, close_stand)
    const struct CMUnitTest tests[] = {
        PIPING(each_turn_answers_one_request_of_a_client),
        PIPING(a_new_client_is_answered_between_the_requests_of_a_pipeline),
        PIPING(a_client_that_left_is_answered_once_at_most),
        PIPING(a_small_input_is_read_behind_a_counted_body),
        PIPING(a_small_input_is_read_behind_chunks),
        PIPING(a_client_that_leaves_unread_frees_its_target),
        PIPING(an_end_behind_a_body_that_is_cut_short_ends_the_exchange),
        PIPING(an_end_behind_a_whole_body_lets_the_request_go_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
