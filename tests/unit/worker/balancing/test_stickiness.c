/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies that lead back to a target: on a stand. */
#include "../../unit.h"

#include <stdio.h>
#include <unistd.h>

#include "../../../support/worker_stand.h"
#include "base/clock.h"
#include "worker/exchange/exchange_run.h"

#define START_US UINT64_C(1000000000000)
#define SECOND_US UINT64_C(1000000)

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define OK_WITH_COOKIE                                                                         \
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: app=1; Path=/\r\n\r\n"

static char answer[8192];
static struct config_target_group *group;
static struct snapshot_target_source *second;

/* Two targets behind one socket, told apart by their counters. */
static int
open_stand(void **state)
{
    struct worker_stand *stand = test_calloc(1, sizeof(*stand));

    clock_set_for_test(START_US, START_US);
    worker_stand_open(stand);
    group = &snapshot_sample_config(stand->sample)->target_groups[0];
    group->stickiness_enabled = true;
    group->lb_cookie_seconds = 60;
    group->app_cookie_seconds = 60;
    group->app_cookie_name = snapshot_sample_text(stand->sample, "app");
    worker_stand_publish(stand);
    second = snapshot_sample_add_target(stand->sample, "web", 2, 80);
    second->task = "second";
    second->address = stand->worker->view->targets[0]->dial;
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

static uint64_t
requests_of(struct worker_stand *stand, uint64_t id)
{
    return counter_read(&target_table_find(stand->worker->targets, id)->counters->requests);
}

/* One request with cookies (NULL: none); returns the id of the target that got it. */
static uint64_t
ask(struct worker_stand *stand, const char *cookies, const char *says)
{
    char request[4096];
    uint64_t before = requests_of(stand, 1);

    worker_stand_connect(stand);
    snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n",
             cookies == NULL ? "" : "Cookie: ", cookies == NULL ? "" : cookies,
             cookies == NULL ? "" : "\r\n");
    worker_stand_write(stand, stand->client_fd, request);
    /* Either on a new connection or on one that was kept: none is kept here. */
    assert_true(worker_stand_accept(stand));
    worker_stand_write(stand, stand->target_fd, says);
    worker_stand_read(stand, stand->client_fd, answer, sizeof(answer));
    assert_non_null(strstr(answer, " 200 OK"));
    worker_stand_drop(&stand->target_fd);
    worker_stand_turn(stand);
    return requests_of(stand, 1) > before ? 1 : 2;
}

/* "name=value" of a Set-Cookie line in the last answer, or NULL. */
static const char *
cookie(const char *name)
{
    static char pair[2][1024];
    static int turn;
    char line[64];

    snprintf(line, sizeof(line), "Set-Cookie: %s=", name);
    const char *at = strstr(answer, line);
    if (at == NULL)
        return NULL;
    at += strlen("Set-Cookie: ");
    turn = !turn;
    snprintf(pair[turn], sizeof(pair[turn]), "%.*s", (int)strcspn(at, ";"), at);
    return pair[turn];
}

static void
a_cookie_leads_back_to_its_target(void **state)
{
    uint64_t first = ask(*state, NULL, OK);
    const char *pair = cookie("AWSALB");

    assert_non_null(pair);
    assert_non_null(cookie("AWSALBCORS"));
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(*state, pair, OK), first);
}

static void
a_cookie_holds_as_long_as_its_duration(void **state)
{
    unsigned others = 0;
    uint64_t first = ask(*state, NULL, OK);
    char pair[1024];

    snprintf(pair, sizeof(pair), "%s", cookie("AWSALB"));
    clock_set_for_test(START_US + 61 * SECOND_US, START_US + 61 * SECOND_US);
    for (int i = 0; i < 4; i++)
        others += ask(*state, pair, OK) != first;
    assert_int_equal(others, 2);
}

static void
a_cookie_that_was_changed_means_nothing(void **state)
{
    unsigned others = 0;
    uint64_t first = ask(*state, NULL, OK);
    char pair[1024];

    snprintf(pair, sizeof(pair), "%s", cookie("AWSALB"));
    pair[20] = pair[20] == 'A' ? 'B' : 'A';
    for (int i = 0; i < 4; i++)
        others += ask(*state, pair, OK) != first;
    assert_int_equal(others, 2);
}

static void
a_cookie_yields_to_draining(void **state)
{
    struct worker_stand *stand = *state;

    while (ask(stand, NULL, OK) != 2)
        ;
    char pair[1024];
    snprintf(pair, sizeof(pair), "%s", cookie("AWSALB"));
    second->membership = MEMBERSHIP_DRAINING;
    worker_stand_publish(stand);
    assert_int_equal(ask(stand, pair, OK), 1);
    assert_non_null(cookie("AWSALB"));
}

static void
an_application_cookie_is_followed_only_once_it_was_set(void **state)
{
    group->stickiness_type = STICKINESS_APP_COOKIE;
    worker_stand_publish(*state);
    ask(*state, NULL, OK);
    assert_null(cookie("AWSALBAPP-0"));
    uint64_t first = ask(*state, NULL, OK_WITH_COOKIE);
    char pairs[2048];
    assert_non_null(cookie("AWSALBAPP-0"));
    snprintf(pairs, sizeof(pairs), "app=1; %s", cookie("AWSALBAPP-0"));
    for (int i = 0; i < 4; i++)
        assert_int_equal(ask(*state, pairs, OK), first);
}

int
main(void)
{
#define STANDING(name) cmocka_unit_test_setup_teardown(name, open_stand, close_stand)
    const struct CMUnitTest tests[] = {
        STANDING(a_cookie_leads_back_to_its_target),
        STANDING(a_cookie_holds_as_long_as_its_duration),
        STANDING(a_cookie_that_was_changed_means_nothing),
        STANDING(a_cookie_yields_to_draining),
        STANDING(an_application_cookie_is_followed_only_once_it_was_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
