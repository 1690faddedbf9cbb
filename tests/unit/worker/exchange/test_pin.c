/* SPDX-License-Identifier: Apache-2.0 */
/* Links that belong to one client: who may have them, and when they end. */
#include "../../unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "worker/exchange/exchange_run.h"

#define REQUEST "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static char text[65536];

static int
open_stand(void **state)
{
    struct worker_stand *stand = test_calloc(1, sizeof(*stand));

    worker_stand_open(stand);
    worker_stand_publish(stand);
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

static struct target_state *
target_of(struct worker_stand *stand)
{
    return target_table_find(stand->worker->targets, 1);
}

static uint64_t
connections(const struct worker_stand *stand)
{
    return counter_read(&stand->worker->counters->values[COUNTER_TARGET_CONNECTIONS_ACTIVE]);
}

/* A client whose connection to the target is its own from now on. */
static void
log_in(struct worker_stand *stand)
{
    worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd, REQUEST);
    assert_true(worker_stand_accept(stand));
    worker_stand_write(
        stand, stand->target_fd,
        "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
    worker_stand_read(stand, stand->client_fd, text, sizeof(text));
    assert_non_null(strstr(text, "WWW-Authenticate: NTLM"));
    assert_int_equal(target_of(stand)->idle_count, 0);
    assert_int_equal(connections(stand), 1);
}

static void
the_same_client_goes_on_with_it(void **state)
{
    struct worker_stand *stand = *state;

    log_in(stand);
    worker_stand_read(stand, stand->target_fd, text, sizeof(text));
    worker_stand_write(stand, stand->client_fd, REQUEST);
    worker_stand_read(stand, stand->target_fd, text, sizeof(text));
    assert_non_null(strstr(text, "GET / HTTP/1.1\r\n"));
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(connections(stand), 1);
    assert_int_equal(target_of(stand)->idle_count, 0);
}

static void
another_client_gets_another_one(void **state)
{
    struct worker_stand *stand = *state;

    log_in(stand);
    int alice = stand->client_fd, logged_in = stand->target_fd;
    stand->client_fd = stand->target_fd = -1;
    worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd, REQUEST);
    assert_true(worker_stand_accept(stand));
    assert_int_equal(connections(stand), 2);
    close(alice);
    close(logged_in);
}

static void
it_ends_with_its_client(void **state)
{
    struct worker_stand *stand = *state;

    log_in(stand);
    worker_stand_drop(&stand->client_fd);
    worker_stand_turn(stand);
    assert_int_equal(connections(stand), 0);
    assert_int_equal(target_of(stand)->connection_count, 0);
}

static void
its_end_leaves_the_client_in_peace(void **state)
{
    struct worker_stand *stand = *state;

    log_in(stand);
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    assert_int_equal(connections(stand), 0);
    worker_stand_write(stand, stand->client_fd, REQUEST);
    assert_true(worker_stand_accept(stand));
}

static void
a_target_that_goes_takes_it_along(void **state)
{
    struct worker_stand *stand = *state;

    log_in(stand);
    target_of(stand)->link_kind->close_pinned(target_of(stand));
    assert_int_equal(connections(stand), 0);
    assert_null(carrier_pinned(&TAILQ_FIRST(&stand->worker->clients)->carrier));
}

static void
credentials_pin_before_the_answer(void **state)
{
    struct worker_stand *stand = *state;

    worker_stand_connect(stand);
    worker_stand_write(stand, stand->client_fd,
                       "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: negotiate YII=\r\n\r\n");
    assert_true(worker_stand_accept(stand));
    worker_stand_write(stand, stand->target_fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(target_of(stand)->idle_count, 0);
    assert_int_equal(connections(stand), 1);
    worker_stand_drop(&stand->client_fd);
    worker_stand_turn(stand);
    assert_int_equal(connections(stand), 0);
}

int
main(void)
{
#define PINNED(name) cmocka_unit_test_setup_teardown(name, open_stand, close_stand)
    const struct CMUnitTest tests[] = {
        PINNED(the_same_client_goes_on_with_it),   PINNED(another_client_gets_another_one),
        PINNED(it_ends_with_its_client),           PINNED(its_end_leaves_the_client_in_peace),
        PINNED(a_target_that_goes_takes_it_along), PINNED(credentials_pin_before_the_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
