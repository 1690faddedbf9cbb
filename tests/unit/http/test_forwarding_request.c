/* SPDX-License-Identifier: Apache-2.0 */
/* The requests that targets see. Trace ids are compared by form: their random part is cut. */
#include "http_unit.h"

#include "base/clock.h"
#include "http/forwarding.h"

#define WALL_US (UINT64_C(0x69a80552) * 1000000)
#define ID "1-69a80552-xxxxxxxxxxxxxxxxxxxxxxxx"

static char written[20000];

static struct config_attributes attributes;
static struct forwarding_origin origin;
static struct forwarding_trace trace;

/* Trace ids' random digits become 'x'. */
static void
hide_random_digits(char *text)
{
    for (char *at = text; (at = strstr(at, "=1-69a80552-")) != NULL; at++)
        memset(at + 12, 'x', 24);
}

static enum http_refusal
forward(struct slice bytes)
{
    struct text out = text_over(written, sizeof(written) - 1);
    struct http_head head;
    size_t used = 0;

    assert_int_equal(read_head(&head, false, bytes, &used), HTTP_REFUSAL_NONE);
    assert_int_equal(request_judge(&head, &attributes, &default_limits), HTTP_REFUSAL_NONE);
    enum http_refusal refusal = forwarding_write_request(&out, &head, &origin, &trace);
    written[out.length] = '\0';
    hide_random_digits(written);
    return refusal;
}

static int
set_up(void **state)
{
    (void)state;
    clock_set_for_test(1, WALL_US);
    attributes = default_attributes;
    origin = (struct forwarding_origin){.attributes = &attributes,
                                        .client = SLICE_LITERAL("203.0.113.9"),
                                        .client_port = 41822,
                                        .listener_port = 80};
    return 0;
}

static void
assert_forwards(const char *request, const char *expected)
{
    assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
    assert_string_equal(written, expected);
}

#define PROTO "X-Forwarded-Proto: http\r\nX-Forwarded-Port: 80\r\n"
#define XFF "X-Forwarded-For: 203.0.113.9\r\n"
#define TRACE "X-Amzn-Trace-Id: Root=" ID "\r\n"

static void
writes_its_own_fields_first_and_the_clients_in_order(void **state)
{
    (void)state;
    assert_forwards("GET /a?b HTTP/1.1\r\nUser-Agent: u\r\nHost: h\r\nB:  c \r\na:\r\n"
                    "Connection: keep-alive, b-x\r\nB-X: y\r\nKeep-Alive: 1\r\nTE: trailers\r\n"
                    "X-Forwarded-Proto: ftp\r\nX-Forwarded-Port: 1\r\n\r\n",
                    "GET /a?b HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE
                    "User-Agent: u\r\nB: c\r\na: \r\n\r\n");
}

static void
frames_bodies_anew(void **state)
{
    (void)state;
    assert_forwards("POST / HTTP/1.1\r\nContent-Length: 005\r\nHost: h\r\n\r\n",
                    "POST / HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE
                    "Content-Length: 5\r\n\r\n");
    assert_forwards("POST / HTTP/1.1\r\nTransfer-Encoding: cHuNkEd\r\nTrailer: x\r\nHost: h\r\n"
                    "Expect: 100-continue\r\n\r\n",
                    "POST / HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE
                    "Transfer-Encoding: chunked\r\n\r\n");
    assert_forwards("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: h\r\n"
                    "Content-Length: 3\r\n\r\n",
                    "POST / HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE
                    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    assert_forwards("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
                    "POST / HTTP/1.1\r\n" XFF PROTO "Host: fairlead\r\n" TRACE
                    "Content-Length: 0\r\n\r\n");
}

static void
turns_absolute_targets_into_paths(void **state)
{
    (void)state;
    assert_forwards("GET http://a/b?c HTTP/1.1\r\nHost: h\r\n\r\n",
                    "GET /b?c HTTP/1.1\r\n" XFF PROTO "Host: a\r\n" TRACE "\r\n");
    assert_forwards("GET http://a? HTTP/1.1\r\nHost: h\r\n\r\n",
                    "GET /? HTTP/1.1\r\n" XFF PROTO "Host: a\r\n" TRACE "\r\n");
    assert_forwards("OPTIONS http://a HTTP/1.1\r\nHost: h\r\n\r\n",
                    "OPTIONS * HTTP/1.1\r\n" XFF PROTO "Host: a\r\n" TRACE "\r\n");
}

static void
passes_upgrades_on_with_their_two_fields(void **state)
{
    (void)state;
    assert_forwards(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n",
        "GET / HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE
        "Sec-WebSocket-Key: k\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_forwards("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n",
                    "GET / HTTP/1.1\r\n" XFF PROTO "Host: h\r\n" TRACE "\r\n");
}

/* The line that begins with that name, without its CRLF. */
static void
assert_line(const char *name, const char *expected)
{
    const char *at = strstr(written, name);

    if (expected == NULL) {
        assert_null(at);
        return;
    }
    assert_non_null(at);
    at += strlen(name);
    assert_slice(slice_make(at, (size_t)(strchr(at, '\r') - at)), expected);
}

static const struct {
    bool preserve;
    uint16_t listener_port;
    bool is_tls;
    const char *sent, *forwarded;
} hosts[] = {
    {false, 80, false, "WWW.Example.com", "www.example.com"},
    {false, 80, false, "h:80", "h"},
    {false, 80, false, "h:8080", "h"},
    {false, 443, true, "h:443", "h"},
    {false, 443, false, "h", "h:443"},
    {false, 8080, false, "h", "h:8080"},
    {false, 8080, false, "h:", "h:8080"},
    {false, 8080, false, "h:81", "h:81"},
    {false, 8080, false, "[FE80::1]", "[fe80::1]:8080"},
    {false, 0, false, "H:81", "h:81"},
    {false, 0, false, "H", "h"},
    {true, 8080, false, "H", "H"},
    {true, 80, false, "H:80", "H:80"},
};

static void
rewrites_or_keeps_host_by_attribute(void **state)
{
    char request[128];
    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        attributes.preserve_host_header = hosts[i].preserve;
        origin.listener_port = hosts[i].listener_port;
        origin.is_tls = hosts[i].is_tls;
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", hosts[i].sent);
        assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
        assert_line("\r\nHost: ", hosts[i].forwarded);
        assert_line("X-Forwarded-Proto: ", hosts[i].is_tls ? "https" : "http");
    }
}

static void
gives_http_1_0_requests_a_host(void **state)
{
    (void)state;
    origin.default_host = slice_of("albdocker");
    assert_int_equal(forward(slice_of("GET / HTTP/1.0\r\n\r\n")), HTTP_REFUSAL_NONE);
    assert_line("\r\nHost: ", "albdocker");
}

static const struct {
    enum config_xff_mode mode;
    bool with_port;
    const char *client;
    const char *sent; /* lines */
    const char *forwarded;
} forwarded_for[] = {
    {XFF_APPEND, false, "203.0.113.9", "", "203.0.113.9"},
    {XFF_APPEND, false, "203.0.113.9", "X-Forwarded-For: 10.0.0.1\r\n",
     "10.0.0.1, 203.0.113.9"},
    {XFF_APPEND, false, "203.0.113.9", "x-forwarded-for: a, b\r\nX-FORWARDED-FOR: c\r\n",
     "a, b, c, 203.0.113.9"},
    {XFF_APPEND, false, "203.0.113.9", "X-Forwarded-For:\r\n", "203.0.113.9"},
    {XFF_APPEND, false, "203.0.113.9", "Connection: X-Forwarded-For\r\nX-Forwarded-For: a\r\n",
     "a, 203.0.113.9"},
    {XFF_APPEND, false, "2001:db8::1", "", "2001:db8::1"},
    {XFF_APPEND, true, "203.0.113.9", "", "203.0.113.9:41822"},
    {XFF_APPEND, true, "2001:db8::1", "X-Forwarded-For: a\r\n", "a, [2001:db8::1]:41822"},
    {XFF_APPEND, true, "", "X-Forwarded-For: a\r\n", "a"},
    {XFF_APPEND, false, "", "", NULL},
    {XFF_PRESERVE, true, "203.0.113.9", "X-Forwarded-For: a\r\n", "a"},
    {XFF_PRESERVE, false, "203.0.113.9", "", NULL},
    {XFF_REMOVE, true, "203.0.113.9", "X-Forwarded-For: a\r\n", NULL},
};

static void
treats_forwarded_for_by_mode(void **state)
{
    char request[256];
    (void)state;
    for (size_t i = 0; i < sizeof(forwarded_for) / sizeof(forwarded_for[0]); i++) {
        attributes.xff_mode = forwarded_for[i].mode;
        attributes.xff_client_port = forwarded_for[i].with_port;
        origin.client = slice_of(forwarded_for[i].client);
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n",
                 forwarded_for[i].sent);
        assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
        assert_line("X-Forwarded-For: ", forwarded_for[i].forwarded);
    }
}

static void
refuses_more_than_thirty_forwarded_addresses(void **state)
{
    char request[512] = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1\r\nX-Forwarded-For: 2";
    (void)state;
    for (int i = 0; i < 28; i++)
        strcat(request, ",3");
    size_t length = strlen(request);
    strcat(request, "\r\n\r\n");
    assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
    strcpy(request + length, ", 4\r\n\r\n");
    assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_FORWARDED_FOR);
    assert_int_equal(http_refusal_status(HTTP_REFUSAL_FORWARDED_FOR), 463);
    attributes.xff_mode = XFF_REMOVE;
    assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
}

static const struct {
    const char *sent, *forwarded;
} traces[] = {
    {"", "Root=" ID},
    {"X-Amzn-Trace-Id:\r\n", "Root=" ID},
    {"X-Amzn-Trace-Id: Root=1-a-b\r\n", "Self=" ID ";Root=1-a-b"},
    {"X-Amzn-Trace-Id: Root=1-a-b;App=x\r\n", "Self=" ID ";Root=1-a-b;App=x"},
    {"X-Amzn-Trace-Id: Self=1-c-d; Root=1-a-b\r\n", "Self=" ID ";Root=1-a-b;FairleadHops=3"},
    {"X-Amzn-Trace-Id: Root=1-a-b;Self=1-c-d;App=x;Self=1-e-f\r\n",
     "Root=1-a-b;Self=" ID ";App=x;FairleadHops=3"},
    {"X-Amzn-Trace-Id: FairleadHops=4;Root=1-a-b;Self=1-c-d\r\n",
     "Root=1-a-b;Self=" ID ";FairleadHops=5"},
    {"X-Amzn-Trace-Id: FairleadHops=1;FairleadHops=3\r\n", "Root=" ID ";FairleadHops=4"},
    {"X-Amzn-Trace-Id: Root=1-a-b;FairleadHops=-9;FairleadHops=;FairleadHops\r\n",
     "Self=" ID ";Root=1-a-b;FairleadHops"},
    {"X-Amzn-Trace-Id: App=x\r\n", "Root=" ID ";App=x"},
    {"X-Amzn-Trace-Id: Root=1-a-b\r\nX-Amzn-Trace-Id: Root=1-c-d\r\n",
     "Self=" ID ";Root=1-a-b"},
};

static void
makes_and_extends_trace_ids(void **state)
{
    char request[256];
    (void)state;
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n",
                 traces[i].sent);
        assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
        assert_line("X-Amzn-Trace-Id: ", traces[i].forwarded);
        assert_int_equal(trace.length, strlen(traces[i].forwarded));
    }
}

static void
cuts_the_trace_id_of_large_heads_to_its_root(void **state)
{
    static char request[10000];
    (void)state;
    snprintf(request, sizeof(request),
             "GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: Root=1-a-b\r\nA: %8000s\r\n\r\n",
             "b");
    assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_NONE);
    assert_line("X-Amzn-Trace-Id: ", "Root=" ID ";FairleadHops=2");
}

/* Each round is read from what the one before has written. */
static void
ends_a_loop_after_five_hops(void **state)
{
    static const int widths[] = {1, 8000};
    static char request[10000];
    (void)state;
    for (int k = 0; k < 2; k++) {
        char field[128] = "B: c";
        unsigned rounds = 0;
        for (; rounds < 10; rounds++) {
            snprintf(request, sizeof(request),
                     "GET / HTTP/1.1\r\nHost: h\r\n%s\r\nA: %*s\r\n\r\n", field, widths[k],
                     "b");
            if (forward(slice_of(request)) != HTTP_REFUSAL_NONE)
                break;
            snprintf(field, sizeof(field), "X-Amzn-Trace-Id: %.*s", (int)trace.length,
                     trace.at);
        }
        assert_int_equal(rounds, 5);
        assert_int_equal(forward(slice_of(request)), HTTP_REFUSAL_LOOP);
    }
    assert_int_equal(http_refusal_status(HTTP_REFUSAL_LOOP), 508);
}

/* A client can say so only of its own request; nobody remembers it. */
static void
believes_a_client_that_says_it_loops(void **state)
{
    (void)state;
    assert_int_equal(forward(SLICE_LITERAL("GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: "
                                           "Root=1-a-b;FairleadHops=5\r\n\r\n")),
                     HTTP_REFUSAL_LOOP);
    assert_int_equal(forward(SLICE_LITERAL("GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: "
                                           "Root=1-a-b;FairleadHops=70000000000\r\n\r\n")),
                     HTTP_REFUSAL_LOOP);
    assert_int_equal(forward(SLICE_LITERAL("GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: "
                                           "Root=1-a-b\r\n\r\n")),
                     HTTP_REFUSAL_NONE);
}

static void
says_when_the_head_does_not_fit(void **state)
{
    char small[100];
    struct text out = text_over(small, sizeof(small));
    struct http_head head;
    (void)state;
    read_and_judge(&head, slice_of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), DESYNC_DEFENSIVE);
    assert_int_equal(forwarding_write_request(&out, &head, &origin, &trace),
                     HTTP_REFUSAL_HEAD_TOO_LARGE);
    assert_true(out.is_truncated);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(writes_its_own_fields_first_and_the_clients_in_order, set_up),
        cmocka_unit_test_setup(frames_bodies_anew, set_up),
        cmocka_unit_test_setup(turns_absolute_targets_into_paths, set_up),
        cmocka_unit_test_setup(passes_upgrades_on_with_their_two_fields, set_up),
        cmocka_unit_test_setup(rewrites_or_keeps_host_by_attribute, set_up),
        cmocka_unit_test_setup(gives_http_1_0_requests_a_host, set_up),
        cmocka_unit_test_setup(treats_forwarded_for_by_mode, set_up),
        cmocka_unit_test_setup(refuses_more_than_thirty_forwarded_addresses, set_up),
        cmocka_unit_test_setup(makes_and_extends_trace_ids, set_up),
        cmocka_unit_test_setup(cuts_the_trace_id_of_large_heads_to_its_root, set_up),
        cmocka_unit_test_setup(ends_a_loop_after_five_hops, set_up),
        cmocka_unit_test_setup(believes_a_client_that_says_it_loops, set_up),
        cmocka_unit_test_setup(says_when_the_head_does_not_fit, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
