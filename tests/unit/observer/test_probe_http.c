/* SPDX-License-Identifier: Apache-2.0 */
/* One check against a target whose answer the test writes. */
#include "../unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/socket.h"
#include "observer/probe.h"

struct fixture {
    struct loop *loop;
    int listening_fd;
    struct probe_order order;
    struct watch accept_watch;
    struct watch read_watch;
    int target_fd;
    const char *answer; /* NULL: the target never answers */
    char request[2048];
    size_t request_length;
    bool is_done;
    struct probe_result result;
};

static void
on_request(int fd, short what, void *argument)
{
    struct fixture *fixture = argument;
    ssize_t got = read(fd, fixture->request + fixture->request_length,
                       sizeof(fixture->request) - 1 - fixture->request_length);

    (void)what;
    if (got > 0)
        fixture->request_length += (size_t)got;
    if (strstr(fixture->request, "\r\n\r\n") == NULL || fixture->answer == NULL)
        return;
    assert_int_equal(write(fd, fixture->answer, strlen(fixture->answer)),
                     (ssize_t)strlen(fixture->answer));
    watch_close(&fixture->read_watch);
    close(fd);
    fixture->target_fd = -1;
}

static void
on_connection(int fd, short what, void *argument)
{
    struct fixture *fixture = argument;
    struct address peer;

    (void)what;
    fixture->target_fd = socket_accept(fd, &peer);
    assert_int_not_equal(fixture->target_fd, -1);
    watch_open(&fixture->read_watch, fixture->loop, fixture->target_fd, WATCH_READ, on_request,
               fixture);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct address any;

    assert_non_null(fixture);
    fixture->loop = loop_new();
    assert_true(address_parse(&any, "127.0.0.1", 0));
    fixture->listening_fd = socket_listen(&any, false, 8);
    assert_int_not_equal(fixture->listening_fd, -1);
    assert_true(socket_local_address(fixture->listening_fd, &fixture->order.address));
    fixture->target_fd = -1;
    fixture->order.path = SLICE_LITERAL("/index.php?a=b");
    fixture->order.timeout_ms = 2000;
    assert_true(http_codes_parse(&fixture->order.codes, "200-299"));
    watch_open(&fixture->accept_watch, fixture->loop, fixture->listening_fd, WATCH_READ,
               on_connection, fixture);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    watch_close(&fixture->accept_watch);
    watch_close(&fixture->read_watch);
    if (fixture->target_fd != -1)
        close(fixture->target_fd);
    if (fixture->listening_fd != -1)
        close(fixture->listening_fd);
    loop_free(&fixture->loop);
    free(fixture);
    return 0;
}

static void
on_done(void *argument, const struct probe_result *result)
{
    struct fixture *fixture = argument;

    assert_false(fixture->is_done);
    fixture->is_done = true;
    fixture->result = *result;
}

static enum probe_outcome
check(struct fixture *fixture, const char *answer)
{
    fixture->answer = answer;
    probe_http.start(fixture->loop, &fixture->order, on_done, fixture);
    assert_false(fixture->is_done);
    while (!fixture->is_done)
        loop_turn(fixture->loop, 100);
    return fixture->result.outcome;
}

static void
sends_the_request_that_targets_know_from_the_alb(void **state)
{
    struct fixture *fixture = *state;
    char expected[512];

    check(fixture, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    snprintf(expected, sizeof(expected),
             "GET /index.php?a=b HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
             "User-Agent: fairlead-HealthChecker/1.0\r\n"
             "Accept-Encoding: gzip, compressed\r\n\r\n",
             fixture->order.address.port);
    assert_string_equal(fixture->request, expected);
    assert_int_equal(fixture->result.outcome, PROBE_PASSED);
    assert_int_equal(fixture->result.http_code, 200);
}

static void
passes_with_any_complete_framing(void **state)
{
    static const char *const answers[] = {
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        fixture->is_done = false;
        assert_int_equal(check(fixture, answers[i]), PROBE_PASSED);
    }
}

static void
fails_with_the_code_that_the_matcher_does_not_hold(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(check(fixture, "HTTP/1.1 301 Moved\r\nLocation: /login\r\n"
                                    "Content-Length: 0\r\n\r\n"),
                     PROBE_WRONG_CODE);
    assert_int_equal(fixture->result.http_code, 301);
}

static void
fails_when_the_response_is_malformed_or_cut_short(void **state)
{
    static const char *const answers[] = {
        "220 mail.example.com ESMTP\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nContent-",
        "",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        fixture->is_done = false;
        assert_int_equal(check(fixture, answers[i]), PROBE_FAILED);
    }
}

static void
fails_when_the_head_is_endless(void **state)
{
    struct fixture *fixture = *state;
    static char answer[40000];

    strcpy(answer, "HTTP/1.1 200 OK\r\nX-Long: ");
    memset(answer + strlen(answer), 'x', sizeof(answer) - 1 - strlen(answer));
    assert_int_equal(check(fixture, answer), PROBE_FAILED);
}

static void
fails_when_the_connect_is_refused(void **state)
{
    struct fixture *fixture = *state;

    watch_close(&fixture->accept_watch);
    close(fixture->listening_fd);
    fixture->listening_fd = -1;
    assert_int_equal(check(fixture, NULL), PROBE_FAILED);
}

static void
times_out_when_no_answer_comes(void **state)
{
    struct fixture *fixture = *state;

    fixture->order.timeout_ms = 50;
    assert_int_equal(check(fixture, NULL), PROBE_TIMED_OUT);
    assert_in_range(fixture->result.latency_us, 50000, 60000000);
}

static void
reports_nothing_once_cancelled(void **state)
{
    struct fixture *fixture = *state;
    void *probe = probe_http.start(fixture->loop, &fixture->order, on_done, fixture);

    probe_http.cancel(probe);
    loop_turn(fixture->loop, 10);
    assert_false(fixture->is_done);
}

#define PROBE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PROBE_TEST(sends_the_request_that_targets_know_from_the_alb),
        PROBE_TEST(passes_with_any_complete_framing),
        PROBE_TEST(fails_with_the_code_that_the_matcher_does_not_hold),
        PROBE_TEST(fails_when_the_response_is_malformed_or_cut_short),
        PROBE_TEST(fails_when_the_head_is_endless),
        PROBE_TEST(fails_when_the_connect_is_refused),
        PROBE_TEST(times_out_when_no_answer_comes),
        PROBE_TEST(reports_nothing_once_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
