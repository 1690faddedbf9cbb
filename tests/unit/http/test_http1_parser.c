/* SPDX-License-Identifier: Apache-2.0 */
/* What is a head, what is refused, and that it does not matter how the bytes come in. */
#include "http_unit.h"

#include <stdlib.h>

#define GET "GET / HTTP/1.1\r\n"
#define HOST "Host: h\r\n"

/* The rows that RFC 9112 wants refused, with the ALB's reason for the access log. */
static const struct {
    struct slice bytes;
    enum http_refusal refusal;
    enum desync_reason reason;
} refused_requests[] = {
    /* line ends */
    {BYTES(GET "Host: h\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: b\rc\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: b\r\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: b\r\n\r\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES("GET / HTTP/1.1\nHost: h\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_VERSION},
    {BYTES("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_VERSION},
    {BYTES("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_NONE},
    /* obs-fold */
    {BYTES(GET HOST "A: b\r\n c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: \r\n\tc\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A:\r\n \r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "Transfer-Encoding: chunked\r\n , identity\r\n\r\n"),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET " A: b\r\n" HOST "\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    /* names */
    {BYTES(GET HOST ": b\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_EMPTY_HEADER},
    {BYTES(GET HOST "A : b\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A\t: b\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A b: c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A\0: c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "\xc3\xa4: c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A(b): c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "Content-Length : 5\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_SUSPICIOUS_HEADER},
    {BYTES(GET HOST "Transfer-Encoding\t: chunked\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_SUSPICIOUS_HEADER},
    /* values */
    {BYTES(GET HOST "A: b\0c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: b\x01\r\n\r\n"), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_NON_COMPLIANT_HEADER},
    {BYTES(GET HOST "A: b\x7f\r\n\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_HEADER},
    {BYTES(GET HOST "A: \x0b"
                    "chunked\r\n\r\n"),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NON_COMPLIANT_HEADER},
    /* request lines */
    {BYTES(" GET / HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD},
    {BYTES("G(T / HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD},
    {BYTES("G\0T / HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD},
    {BYTES("GET\t/ HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD},
    {BYTES("GET /a b HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_SPACE_IN_URI},
    {BYTES("GET  / HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_SPACE_IN_URI},
    {BYTES("GET /\tb HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_AMBIGUOUS_URI},
    {BYTES("GET /\x01 HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_AMBIGUOUS_URI},
    {BYTES("GET /\0 HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI},
    {BYTES("GET /\r HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI},
    {BYTES("GET /\xc3\xa4 HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI},
    {BYTES("GET /#top HTTP/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI},
    {BYTES("GET /\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NON_COMPLIANT_VERSION},
    {BYTES("GET\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NON_COMPLIANT_VERSION},
    {BYTES("GET / \r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NON_COMPLIANT_VERSION},
    {BYTES("GET / http/1.1\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_VERSION},
    {BYTES("GET / HTTP/1.10\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_VERSION},
    {BYTES("GET / HTTP/11\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_VERSION},
    {BYTES("GET / RTSP/1.0\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_VERSION},
    {BYTES("SOURCE / ICE/1.0\r\n"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_VERSION},
    {BYTES("GET / HTTP/2.0\r\n"), HTTP_REFUSAL_VERSION, DESYNC_REASON_BAD_VERSION},
    {BYTES("GET / HTTP/0.9\r\n"), HTTP_REFUSAL_VERSION, DESYNC_REASON_BAD_VERSION},
    {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), HTTP_REFUSAL_VERSION,
     DESYNC_REASON_BAD_VERSION},
    /* refused without waiting for the line's end: a TLS hello */
    {BYTES("\x16\x03\x01\x02"), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_METHOD},
};

static void
refuses_requests_that_are_none(void **state)
{
    struct http_head head;
    size_t used;
    (void)state;
    for (size_t i = 0; i < sizeof(refused_requests) / sizeof(refused_requests[0]); i++) {
        struct slice bytes = refused_requests[i].bytes;
        assert_row(bytes, "refusal", read_head(&head, false, bytes, &used),
                   refused_requests[i].refusal);
        assert_row(bytes, "reason", head.desync, refused_requests[i].reason);
    }
}

/* Refused or not, and for what reason, must not hang on the way that the bytes came in. */
static void
refuses_the_same_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused_requests) / sizeof(refused_requests[0]); i++) {
        struct slice bytes = refused_requests[i].bytes;
        enum http1_result result = HTTP1_MORE;
        struct http1_parser parser;
        struct http_head head;
        size_t used;
        http1_parser_start_request(&parser, &head, &default_limits);
        for (size_t at = 0; at < bytes.length && result == HTTP1_MORE; at++)
            result = http1_parser_feed(&parser, bytes.at + at, 1, &used);
        assert_row(bytes, "result", result, HTTP1_REFUSED);
        assert_row(bytes, "refusal", parser.refusal, refused_requests[i].refusal);
        assert_row(bytes, "reason", head.desync, refused_requests[i].reason);
    }
}

static const struct {
    struct slice bytes;
    const char *method, *target;
    unsigned minor_version, field_count;
} read_requests[] = {
    {BYTES(GET HOST "\r\n"), "GET", "/", 1, 1},
    {BYTES(GET "\r\n"), "GET", "/", 1, 0},
    {BYTES("\r\n" GET HOST "\r\n"), "GET", "/", 1, 1},
    {BYTES("\r\n\r\n" GET HOST "\r\n"), "GET", "/", 1, 1},
    {BYTES("QUERY /a?b HTTP/1.1\r\n" HOST "\r\n"), "QUERY", "/a?b", 1, 1},
    {BYTES("x!#$%&'*+-.^_`|~9 * HTTP/1.0\r\n\r\n"), "x!#$%&'*+-.^_`|~9", "*", 0, 0},
    {BYTES("GET /{a}|\\^\"<>`[] HTTP/1.1\r\n\r\n"), "GET", "/{a}|\\^\"<>`[]", 1, 0},
    {BYTES("GET / HTTP/1.7\r\n\r\n"), "GET", "/", 7, 0},
    {BYTES("POST / HTTP/1.1\r\nContent-Length:\t5\t\r\nTransfer-Encoding: cow\r\n\r\n"), "POST",
     "/", 1, 2},
    {BYTES("GET / HTTP/1.1\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "GET", "/", 1, 2},
    {BYTES("CONNECT h:1 HTTP/1.1\r\n\r\n"), "CONNECT", "h:1", 1, 0},
};

static void
reads_requests_that_llhttp_alone_would_not(void **state)
{
    struct http_head head;
    size_t used;
    (void)state;
    for (size_t i = 0; i < sizeof(read_requests) / sizeof(read_requests[0]); i++) {
        struct slice bytes = read_requests[i].bytes;
        assert_row(bytes, "refusal", read_head(&head, false, bytes, &used), HTTP_REFUSAL_NONE);
        assert_row(bytes, "length", (unsigned)used, (unsigned)bytes.length);
        assert_slice(head.method, read_requests[i].method);
        assert_slice(head.target, read_requests[i].target);
        assert_row(bytes, "version", head.minor_version, read_requests[i].minor_version);
        assert_row(bytes, "fields", (unsigned)head.field_count, read_requests[i].field_count);
    }
}

static void
trims_values_and_keeps_empty_ones(void **state)
{
    struct http_head head;
    size_t used;
    (void)state;
    assert_int_equal(
        read_head(&head, false,
                  slice_of(GET "A: \t b \t c \t \r\nE:\r\nF: \t\r\nG:h\r\n\r\nbody"), &used),
        HTTP_REFUSAL_NONE);
    assert_slice(head.fields[0].value, "b \t c");
    assert_slice(head.fields[1].value, "");
    assert_slice(head.fields[2].value, "");
    assert_slice(head.fields[3].value, "h");
    assert_int_equal(head.field_count, 4);
    assert_int_equal(head.bytes, used);
    assert_int_equal(used, strlen(GET "A: \t b \t c \t \r\nE:\r\nF: \t\r\nG:h\r\n\r\n"));
}

static void
notes_bytes_above_ascii_in_values(void **state)
{
    struct http_head head;
    size_t used;
    (void)state;
    assert_int_equal(read_head(&head, false, slice_of(GET "A: caf\xc3\xa9\r\n\r\n"), &used),
                     HTTP_REFUSAL_NONE);
    assert_int_equal(head.desync, DESYNC_REASON_NON_COMPLIANT_HEADER);
}

static void
assert_same_head(const struct http_head *one, const struct http_head *other)
{
    assert_true(slice_equal(one->method, other->method));
    assert_true(slice_equal(one->target, other->target));
    assert_int_equal(one->bytes, other->bytes);
    assert_int_equal(one->field_count, other->field_count);
    for (size_t i = 0; i < one->field_count; i++) {
        assert_true(slice_equal(one->fields[i].name, other->fields[i].name));
        assert_true(slice_equal(one->fields[i].value, other->fields[i].value));
        assert_int_equal(one->fields[i].id, other->fields[i].id);
    }
}

/* Two cuts at every pair of places; after the first one the buffer moves. */
static void
reads_the_same_however_the_bytes_are_cut(void **state)
{
    static const char text[] =
        "\r\nGET /a HTTP/1.1\r\nHost: h\r\nA:\r\nLong-Name: v a l  \r\n\r\n";
    size_t length = sizeof(text) - 1;
    struct http_head whole, head;
    struct http1_parser parser;
    size_t used;
    (void)state;

    read_head(&whole, false, slice_make(text, length), &used);
    for (size_t one = 0; one <= length; one++) {
        for (size_t two = one; two <= length; two++) {
            char *first = malloc(one + 1);
            char *second = malloc(length);
            size_t taken = 0;
            assert_true(first != NULL && second != NULL);
            memcpy(first, text, one);
            memcpy(second, text, length);
            http1_parser_start_request(&parser, &head, &default_limits);
            http1_parser_feed(&parser, first, one, &used);
            taken = used;
            http_head_rebase(&head, first, second);
            free(first);
            if (taken == one) {
                http1_parser_feed(&parser, second + one, two - one, &used);
                taken += used;
            }
            if (taken == two && taken < length)
                assert_int_equal(http1_parser_feed(&parser, second + two, length - two, &used),
                                 HTTP1_HEAD_DONE);
            else
                http_head_rebase(&head, second, second);
            assert_same_head(&head, &whole);
            free(second);
        }
    }
}

/* Repeats 'a' count times between start and end. */
static struct slice
fill(char *memory, const char *start, size_t count, const char *end)
{
    size_t head = strlen(start);
    memcpy(memory, start, head);
    memset(memory + head, 'a', count);
    memcpy(memory + head + count, end, strlen(end));
    return slice_make(memory, head + count + strlen(end));
}

static void
bounds_lines_fields_and_heads(void **state)
{
    static char memory[100000];
    struct http_head head;
    size_t used;
    const size_t most = 16384;
    (void)state;

    const size_t line = most - strlen("GET / HTTP/1.1");
    assert_int_equal(
        read_head(&head, false, fill(memory, "GET /", line, " HTTP/1.1\r\n\r\n"), &used),
        HTTP_REFUSAL_NONE);
    assert_int_equal(
        read_head(&head, false, fill(memory, "GET /", line + 1, " HTTP/1.1\r\n\r\n"), &used),
        HTTP_REFUSAL_LINE_TOO_LONG);
    assert_int_equal(read_head(&head, false, fill(memory, "GET /", most + 10, ""), &used),
                     HTTP_REFUSAL_LINE_TOO_LONG);
    const size_t field = most - strlen("A: ");
    assert_int_equal(read_head(&head, false, fill(memory, GET "A: ", field, "\r\n\r\n"), &used),
                     HTTP_REFUSAL_NONE);
    assert_int_equal(
        read_head(&head, false, fill(memory, GET "A: ", field + 1, "\r\n\r\n"), &used),
        HTTP_REFUSAL_FIELD_TOO_LARGE);
    assert_int_equal(read_head(&head, false, fill(memory, GET "A: ", most + 10, ""), &used),
                     HTTP_REFUSAL_FIELD_TOO_LARGE);
    assert_int_equal(read_head(&head, false, fill(memory, GET, most + 10, ""), &used),
                     HTTP_REFUSAL_FIELD_TOO_LARGE);
}

static void
bounds_all_fields_together(void **state)
{
    static char memory[200000];
    struct http_head head;
    size_t used, length = strlen(GET);
    (void)state;

    memcpy(memory, GET, length);
    for (int i = 0; i < 5; i++)
        length += fill(memory + length, "A: ", 16000, "\r\n").length;
    assert_int_equal(read_head(&head, false, slice_make(memory, length), &used),
                     HTTP_REFUSAL_HEAD_TOO_LARGE);
    memcpy(memory + length, "\r\n", 2);
    assert_int_equal(read_head(&head, false, slice_make(memory, length + 2), &used),
                     HTTP_REFUSAL_HEAD_TOO_LARGE);
    length = fill(memory, "HTTP/1.1 200 OK\r\nA: ", 32768, "\r\n\r\n").length;
    assert_int_equal(read_head(&head, true, slice_make(memory, length), &used),
                     HTTP_REFUSAL_FIELD_TOO_LARGE);
}

static void
bounds_the_count_of_fields(void **state)
{
    char memory[2000];
    struct http_head head;
    size_t used, length = strlen(GET);
    (void)state;

    memcpy(memory, GET, length);
    for (int i = 0; i < 128; i++, length += 6)
        memcpy(memory + length, "A: b\r\n", 6);
    memcpy(memory + length, "\r\n", 2);
    assert_int_equal(read_head(&head, false, slice_make(memory, length + 2), &used),
                     HTTP_REFUSAL_NONE);
    memcpy(memory + length, "A: b\r\n", 6);
    assert_int_equal(read_head(&head, false, slice_make(memory, length + 6), &used),
                     HTTP_REFUSAL_TOO_MANY_FIELDS);
}

static const struct {
    struct slice bytes;
    enum http_refusal refusal;
    unsigned status;
    const char *reason;
} responses[] = {
    {BYTES("HTTP/1.1 200 OK\r\n\r\n"), HTTP_REFUSAL_NONE, 200, "OK"},
    {BYTES("HTTP/1.0 404 Not There\r\nA: b\r\n\r\n"), HTTP_REFUSAL_NONE, 404, "Not There"},
    {BYTES("HTTP/1.1 200 \r\n\r\n"), HTTP_REFUSAL_NONE, 200, ""},
    {BYTES("HTTP/1.1 200\r\n\r\n"), HTTP_REFUSAL_NONE, 200, ""},
    {BYTES("HTTP/1.1 999 caf\xc3\xa9\r\n\r\n"), HTTP_REFUSAL_NONE, 999, "caf\xc3\xa9"},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\x01\x0b\x7f\x1f\r\n\r\n"), HTTP_REFUSAL_NONE, 200, "OK"},
    {BYTES("HTTP/1.1 200 OK\r\nA: \x07\r\nB: c\r\n\r\n"), HTTP_REFUSAL_NONE, 200, "OK"},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: \x01\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: \x01\r\n c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\x01\nC: d\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 O\x01K\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\n\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 20 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1 2000 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1  200 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/1.1\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/2 200 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("HTTP/2.0 200 OK\r\n\r\n"), HTTP_REFUSAL_VERSION, 0, NULL},
    {BYTES("ICY 200 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("\r\nHTTP/1.1 200 OK\r\n\r\n"), HTTP_REFUSAL_MALFORMED, 0, NULL},
    {BYTES("<html>"), HTTP_REFUSAL_MALFORMED, 0, NULL},
};

static void
reads_status_lines(void **state)
{
    struct http_head head;
    size_t used;
    (void)state;
    for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++) {
        struct slice bytes = responses[i].bytes;
        assert_row(bytes, "refusal", read_head(&head, true, bytes, &used),
                   responses[i].refusal);
        if (responses[i].refusal != HTTP_REFUSAL_NONE)
            continue;
        assert_row(bytes, "status", head.status, responses[i].status);
        assert_slice(head.reason, responses[i].reason);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_requests_that_are_none),
        cmocka_unit_test(refuses_the_same_byte_by_byte),
        cmocka_unit_test(reads_requests_that_llhttp_alone_would_not),
        cmocka_unit_test(trims_values_and_keeps_empty_ones),
        cmocka_unit_test(notes_bytes_above_ascii_in_values),
        cmocka_unit_test(reads_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(bounds_lines_fields_and_heads),
        cmocka_unit_test(bounds_all_fields_together),
        cmocka_unit_test(bounds_the_count_of_fields),
        cmocka_unit_test(reads_status_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
