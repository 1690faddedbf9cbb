/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for a group that has no target now: held, in doubt, or refused; on a stand. */
#include "../../unit.h"

#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "base/clock.h"
#include "worker/exchange/exchange_run.h"

#define START_US UINT64_C(1000000000000)
#define HOLD_MS 10000

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static char answer[8192];
static struct config_target_group *group;
static struct counters *others; /* what another worker counts; NULL: there is none */

static int
open_stand(void **state)
{
    struct worker_stand *stand = test_calloc(1, sizeof(*stand));

    clock_set_for_test(START_US, START_US);
    worker_stand_open(stand);
    group = &snapshot_sample_config(stand->sample)->target_groups[0];
    group->hold_requests = 2;
    group->hold_bytes = 1024 * 1024;
    group->hold_ms = HOLD_MS;
    stand->target->task = "c1";
    others = NULL;
    *state = stand;
    return 0;
}

static int
close_stand(void **state)
{
    struct worker_stand *stand = *state;

    stand->worker->others[2] = NULL;
    if (others != NULL)
        counters_unmap(&others);
    worker_stand_close(stand);
    test_free(stand);
    return 0;
}

/* What control says of the group from now on. */
static void
say(struct worker_stand *stand, enum snapshot_vacancy vacancy)
{
    snapshot_sample_set_vacancy(stand->sample, vacancy);
    worker_stand_publish(stand);
    worker_stand_turn(stand);
}

/* The only target is about to stop, and another one is expected. */
static void
empty(struct worker_stand *stand)
{
    stand->target->membership = MEMBERSHIP_STOPPING;
    say(stand, VACANCY_HOLDS);
}

static struct exchange *
ask(struct worker_stand *stand, const char *request)
{
    struct client *client = worker_stand_connect(stand);

    worker_stand_write(stand, stand->client_fd, request);
    return client->carrier.exchange;
}

/* The same on a connection beside the one before, which the caller closes. */
static int
ask_beside(struct worker_stand *stand, const char *request)
{
    int fd = stand->client_fd;

    stand->client_fd = -1;
    ask(stand, request);
    return fd;
}

static void
expect_answer(struct worker_stand *stand, const char *part)
{
    worker_stand_read(stand, stand->client_fd, answer, sizeof(answer));
    if (strstr(answer, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, answer);
}

static void
expect_served(struct worker_stand *stand)
{
    assert_true(worker_stand_accept(stand));
    worker_stand_write(stand, stand->target_fd, OK);
    expect_answer(stand, " 200 OK");
}

static struct group_counters *
counters_of(struct worker_stand *stand, struct counters *counters)
{
    return &counters->groups[stand->worker->view->groups[0].group->counter_row];
}

static void
goes_on_when_a_target_is_ready(void **state)
{
    struct worker_stand *stand = *state;

    empty(stand);
    assert_int_equal(ask(stand, GET)->step, STEP_HOLD);
    const struct group_counters *counters = counters_of(stand, stand->worker->counters);
    assert_int_equal(counter_read(&counters->held), 1);
    assert_true(counter_read(&counters->held_bytes) >= strlen(GET));
    say(stand, VACANCY_HOLDS);
    assert_false(worker_stand_accept(stand));
    stand->target->membership = MEMBERSHIP_RECALLED;
    say(stand, VACANCY_HOLDS);
    expect_served(stand);
    assert_int_equal(counter_read(&counters->held), 0);
    assert_int_equal(counter_read(&counters->held_bytes), 0);
}

static void
is_told_to_come_again_when_there_is_no_room(void **state)
{
    struct worker_stand *stand = *state;
    int first, second;

    empty(stand);
    ask(stand, GET);
    first = ask_beside(stand, GET);
    second = ask_beside(stand, GET);
    expect_answer(stand, " 503 ");
    assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_HOLD_OVERFLOW]), 1);
    worker_stand_drop(&first);
    worker_stand_turn(stand);
    assert_int_equal(ask(stand, GET)->step, STEP_HOLD);
    worker_stand_drop(&second);
    worker_stand_turn(stand);
}

static void
is_bounded_in_memory_too(void **state)
{
    struct worker_stand *stand = *state;
    int first;

    group->hold_bytes = 5000;
    empty(stand);
    assert_int_equal(ask(stand, GET)->step, STEP_HOLD);
    first = ask_beside(stand, GET);
    expect_answer(stand, " 503 ");
    assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
    worker_stand_drop(&first);
    worker_stand_turn(stand);
}

static void
counts_what_other_workers_hold(void **state)
{
    struct worker_stand *stand = *state;
    int fd = counters_create();

    assert_int_not_equal(fd, -1);
    others = counters_map(fd, true);
    close(fd);
    stand->worker->others[2] = others;
    stand->worker->worker_count = 2;
    empty(stand);
    counter_set(&counters_of(stand, others)->held, 1);
    assert_int_equal(ask(stand, GET)->step, STEP_HOLD);
    counter_set(&counters_of(stand, others)->held, 2);
    ask(stand, GET);
    expect_answer(stand, " 503 ");
    counter_set(&counters_of(stand, others)->held, 0);
    counter_set(&counters_of(stand, others)->held_bytes, group->hold_bytes);
    ask(stand, GET);
    expect_answer(stand, " 503 ");
}

static void
is_held_for_a_time_and_no_longer(void **state)
{
    struct worker_stand *stand = *state;

    empty(stand);
    struct exchange *exchange = ask(stand, GET);
    exchange_on_time(exchange);
    expect_answer(stand, " 503 ");
    assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_HELD_TOO_LONG]), 1);
}

static void
is_let_go_when_nothing_is_expected_any_more(void **state)
{
    struct worker_stand *stand = *state;

    empty(stand);
    ask(stand, GET);
    say(stand, VACANCY_OVER);
    expect_answer(stand, " 503 ");
    assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
    ask(stand, GET);
    expect_answer(stand, " 503 ");
    assert_non_null(strstr(answer, "\r\nRetry-After: 1\r\n"));
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_HELD_TOO_LONG]), 2);
}

static void
is_refused_at_once_where_nothing_is_expected(void **state)
{
    struct worker_stand *stand = *state;

    stand->target->membership = MEMBERSHIP_HELD;
    say(stand, VACANCY_NONE);
    ask(stand, GET);
    expect_answer(stand, " 503 ");
    assert_null(strstr(answer, "Retry-After"));
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_NO_TARGETS]), 1);
}

static void
is_not_held_where_the_group_wants_none_held(void **state)
{
    struct worker_stand *stand = *state;

    group->hold_requests = 0;
    empty(stand);
    ask(stand, GET);
    expect_answer(stand, " 503 ");
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_NO_TARGETS]), 1);
}

/* A target that was lost before it answered, and its group is vacant by now. */
static void
is_held_again_for_the_rest_of_its_time(void **state)
{
    struct worker_stand *stand = *state;

    empty(stand);
    struct exchange *exchange = ask(stand, GET);
    clock_set_for_test(START_US + 4000000, START_US + 4000000);
    stand->target->membership = MEMBERSHIP_RECALLED;
    say(stand, VACANCY_HOLDS);
    assert_true(worker_stand_accept(stand));
    assert_int_equal(exchange->step, STEP_RELAY);
    empty(stand);
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    assert_int_equal(exchange->step, STEP_HOLD);
    assert_int_equal(exchange->row->timeout_ms(exchange), HOLD_MS - 4000);
    stand->target->membership = MEMBERSHIP_RECALLED;
    say(stand, VACANCY_HOLDS);
    expect_served(stand);
}

/* Connections that the target has got, all of which stay open. */
static unsigned
accept_all(struct worker_stand *stand, int *fds)
{
    unsigned count = 0;

    stand->target_fd = -1;
    worker_stand_turn(stand);
    while (worker_stand_accept(stand)) {
        fds[count++] = stand->target_fd;
        stand->target_fd = -1;
    }
    return count;
}

#define CLIENTS 40

/* A program that has just started has a short queue. */
static void
they_are_let_go_a_few_at_a_time(void **state)
{
    struct worker_stand *stand = *state;
    int clients[CLIENTS], fds[CLIENTS];

    group->hold_requests = CLIENTS;
    empty(stand);
    ask(stand, GET);
    for (unsigned i = 1; i < CLIENTS; i++)
        clients[i] = ask_beside(stand, GET);
    stand->target->membership = MEMBERSHIP_RECALLED;
    say(stand, VACANCY_NONE);
    assert_int_equal(accept_all(stand, fds), 8);
    say(stand, VACANCY_NONE);
    assert_int_equal(accept_all(stand, fds + 8), 0);
    /* Each one that is over makes room for one. */
    worker_stand_write(stand, fds[0],
                       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert_int_equal(accept_all(stand, fds + 8), 1);
    /* When none is over for a while, twice as many are on their way. */
    clock_set_for_test(START_US + 50000, START_US + 50000);
    say(stand, VACANCY_NONE);
    assert_int_equal(accept_all(stand, fds + 9), 8);
    clock_set_for_test(START_US + 100000, START_US + 100000);
    say(stand, VACANCY_NONE);
    assert_int_equal(accept_all(stand, fds + 17), 16);
    /* Without any target nobody has to be spared. */
    stand->target->membership = MEMBERSHIP_DRAINING;
    say(stand, VACANCY_OVER);
    assert_int_equal(counter_read(&stand->worker->counters->ends[END_HELD_TOO_LONG]), 7);
    for (unsigned i = 0; i < 33; i++)
        close(fds[i]);
    for (unsigned i = 1; i < CLIENTS; i++)
        close(clients[i]);
    worker_stand_turn(stand);
}

/* The only target ends without an answer; nobody has said yet that it is going. */
static struct exchange *
lose_the_only_target(struct worker_stand *stand, const char *request)
{
    worker_stand_publish(stand);
    struct exchange *exchange = ask(stand, request);
    assert_true(worker_stand_accept(stand));
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    return exchange;
}

static void
waits_for_word_of_its_only_target_and_then_for_another_one(void **state)
{
    struct worker_stand *stand = *state;
    const struct address address = stand->target->address;
    struct exchange *exchange = lose_the_only_target(stand, GET);

    assert_int_equal(exchange->step, STEP_DOUBT);
    say(stand, VACANCY_NONE);
    assert_int_equal(exchange->step, STEP_DOUBT);
    empty(stand);
    assert_int_equal(exchange->step, STEP_HOLD);
    snapshot_sample_add_target(stand->sample, "web", 2, 80)->address = address;
    say(stand, VACANCY_NONE);
    expect_served(stand);
}

static void
fails_when_no_word_comes(void **state)
{
    struct worker_stand *stand = *state;
    struct exchange *exchange = lose_the_only_target(stand, GET);

    assert_int_equal(exchange->step, STEP_DOUBT);
    exchange_on_time(exchange);
    expect_answer(stand, " 502 ");
}

static void
fails_at_once_where_no_word_can_come(void **state)
{
    struct worker_stand *stand = *state;

    stand->target->task = NULL;
    lose_the_only_target(stand, GET);
    expect_answer(stand, " 502 ");
}

/* An orderly end says that the program had read it. */
static void
a_post_that_was_read_fails_whatever_is_expected(void **state)
{
    struct worker_stand *stand = *state;

    worker_stand_publish(stand);
    ask(stand, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    assert_true(worker_stand_accept(stand));
    worker_stand_read(stand, stand->target_fd, answer, sizeof(answer));
    empty(stand);
    close(stand->target_fd);
    stand->target_fd = -1;
    expect_answer(stand, " 502 ");
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, open_stand, close_stand)
    const struct CMUnitTest tests[] = {
        STANDING(goes_on_when_a_target_is_ready),
        STANDING(is_told_to_come_again_when_there_is_no_room),
        STANDING(is_bounded_in_memory_too),
        STANDING(counts_what_other_workers_hold),
        STANDING(is_held_for_a_time_and_no_longer),
        STANDING(is_let_go_when_nothing_is_expected_any_more),
        STANDING(is_refused_at_once_where_nothing_is_expected),
        STANDING(is_not_held_where_the_group_wants_none_held),
        STANDING(is_held_again_for_the_rest_of_its_time),
        STANDING(they_are_let_go_a_few_at_a_time),
        STANDING(waits_for_word_of_its_only_target_and_then_for_another_one),
        STANDING(fails_when_no_word_comes),
        STANDING(fails_at_once_where_no_word_can_come),
        STANDING(a_post_that_was_read_fails_whatever_is_expected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
