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
    bool stays;         /* the connection, behind the answer */
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
    if (fixture->stays)
        return;
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
    fixture->order.dial = fixture->order.address;
    fixture->target_fd = -1;
    fixture->order.path = SLICE_LITERAL("/index.php?a=b");
    fixture->order.timeout_ms = 2000;
    fixture->order.limits = (struct config_limits){.request_line_bytes = 16384,
                                                   .field_bytes = 16384,
                                                   .head_bytes = 65536,
                                                   .response_head_bytes = 32768,
                                                   .fields = 128};
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
sends_the_host_that_the_group_says(void **state)
{
    struct fixture *fixture = *state;

    fixture->order.host = SLICE_LITERAL("app.example:8443");
    check(fixture, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_non_null(strstr(fixture->request, "\r\nHost: app.example:8443\r\n"));
    assert_null(strstr(fixture->request, "127.0.0.1"));
}

static void
names_what_is_wrong_with_an_answer(void **state)
{
    static const struct {
        const char *answer;
        enum probe_outcome outcome;
    } rows[] = {
        {"220 mail.example.com ESMTP\r\n\r\n", PROBE_NOT_HTTP},
        {"\r\n", PROBE_NOT_HTTP},
        {"HTP", PROBE_NOT_HTTP},
        {"\x15\x03\x01", PROBE_TLS},
        {"\x16\x03\x03\x01", PROBE_TLS},
        {"\x15\x07", PROBE_NOT_HTTP},
        {"HTTP/1.1 abc OK\r\n\r\n", PROBE_MALFORMED},
        {"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", PROBE_MALFORMED},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", PROBE_MALFORMED},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", PROBE_CUT_SHORT},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", PROBE_CUT_SHORT},
        {"HTTP/1.1 200 OK\r\nContent-", PROBE_CUT_SHORT},
        {"HT", PROBE_CUT_SHORT},
        {"", PROBE_CLOSED},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        fixture->is_done = false;
        assert_int_equal(check(fixture, rows[i].answer), rows[i].outcome);
    }
}

/* A head with one field that makes it so long. */
static const char *
make_head(size_t length)
{
    static char answer[70000];
    static const char end[] = "\r\nContent-Length: 0\r\n\r\n";
    size_t at;

    strcpy(answer, "HTTP/1.1 200 OK\r\nX-Long: ");
    at = strlen(answer);
    memset(answer + at, 'x', length - at - strlen(end));
    strcpy(answer + length - strlen(end), end);
    return answer;
}

static void
reads_heads_as_large_as_traffic_may_have(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(check(fixture, make_head(32768)), PROBE_PASSED);
    fixture->is_done = false;
    assert_int_equal(check(fixture, make_head(32769)), PROBE_TOO_LARGE);
    fixture->is_done = false;
    fixture->order.limits.response_head_bytes = 65536;
    assert_int_equal(check(fixture, make_head(65536)), PROBE_PASSED);
    fixture->is_done = false;
    fixture->order.limits.response_head_bytes = 4096;
    assert_int_equal(check(fixture, make_head(4097)), PROBE_TOO_LARGE);
}

static void
fails_when_the_connect_is_refused(void **state)
{
    struct fixture *fixture = *state;

    watch_close(&fixture->accept_watch);
    close(fixture->listening_fd);
    fixture->listening_fd = -1;
    assert_int_equal(check(fixture, NULL), PROBE_REFUSED);
}

static void
times_out_within_an_answer(void **state)
{
    struct fixture *fixture = *state;

    fixture->order.timeout_ms = 50;
    fixture->stays = true;
    assert_int_equal(check(fixture, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                     PROBE_UNFINISHED);
}

static void
knows_tls_before_the_connection_ends(void **state)
{
    struct fixture *fixture = *state;

    fixture->stays = true;
    assert_int_equal(check(fixture, "\x15\x03\x01"), PROBE_TLS);
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
        PROBE_TEST(sends_the_host_that_the_group_says),
        PROBE_TEST(names_what_is_wrong_with_an_answer),
        PROBE_TEST(reads_heads_as_large_as_traffic_may_have),
        PROBE_TEST(times_out_within_an_answer),
        PROBE_TEST(knows_tls_before_the_connection_ends),
        PROBE_TEST(fails_when_the_connect_is_refused),
        PROBE_TEST(times_out_when_no_answer_comes),
        PROBE_TEST(reports_nothing_once_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
