/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of HTTP/2 requests: what the judge is given, and what is refused before. */
#include "http_unit.h"

#include <stdlib.h>

#include "http/forwarding.h"
#include "http/http2_head.h"
#include "http/http2_lines.h"
#include "http/response_judge.h"
#include "http/trailers.h"

#define GET ":method=GET|:scheme=https|:authority=a.test|:path=/x?y"
#define POST ":method=POST|:scheme=https|:authority=a.test|:path=/x"

static const struct config_limits small_limits = {
    .request_line_bytes = 100, .field_bytes = 200, .head_bytes = 1000, .fields = 8};

/* Fields between bars, name and value between the first equals signs. */
static void
collect(struct http2_head *head, const struct config_limits *limits, struct slice fields)
{
    http2_head_init(head);
    while (fields.length > 0) {
        size_t end = slice_find(fields, '|');
        struct slice field = slice_make(fields.at, end);
        size_t equals = slice_find(field, '=');
        http2_head_add(head, limits, slice_make(field.at, equals),
                       slice_make(field.at + equals + 1, field.length - equals - 1));
        end += end < fields.length ? 1 : 0;
        fields = slice_make(fields.at + end, fields.length - end);
    }
}

static const struct {
    struct slice fields;
    bool has_body;
    enum http_refusal refusal;
    const char *host, *path;
    enum http_framing framing; /* after judging */
} rows[] = {
    {BYTES(GET), false, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_NONE},
    {BYTES(POST), true, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_CHUNKED},
    {BYTES(POST "|content-length=3"), true, HTTP_REFUSAL_NONE, "a.test", "/x",
     HTTP_BODY_LENGTH},
    {BYTES(POST "|content-length=0"), false, HTTP_REFUSAL_NONE, "a.test", "/x",
     HTTP_BODY_LENGTH},
    {BYTES(POST "|content-length=3"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(POST "|content-length=3|content-length=4"), true, HTTP_REFUSAL_MALFORMED, NULL, NULL,
     0},
    {BYTES(":method=GET|:scheme=https|:path=/x|host=b.test"), false, HTTP_REFUSAL_NONE,
     "b.test", "/x", HTTP_BODY_NONE},
    {BYTES(GET "|host=A.TEST"), false, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_NONE},
    {BYTES(GET "|host=b.test"), false, HTTP_REFUSAL_BAD_HOST, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x"), false, HTTP_REFUSAL_BAD_HOST, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x|:authority="), false, HTTP_REFUSAL_BAD_HOST,
     NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x|:authority=u@a.test"), false,
     HTTP_REFUSAL_BAD_HOST, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=gopher|:path=/x|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=HTTP|:path=/x|:authority=a.test"), false, HTTP_REFUSAL_NONE,
     "a.test", "/x", HTTP_BODY_NONE},
    {BYTES(":method=GET|:path=/x|:authority=a.test"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL,
     0},
    {BYTES(":scheme=https|:path=/x|:authority=a.test"), false, HTTP_REFUSAL_MALFORMED, NULL,
     NULL, 0},
    {BYTES(":method=GET|:scheme=https|:authority=a.test"), false, HTTP_REFUSAL_MALFORMED, NULL,
     NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=|:authority=a.test"), false, HTTP_REFUSAL_MALFORMED,
     NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=http://a.test/|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x#y|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x y|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=*|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=OPTIONS|:scheme=https|:path=*|:authority=a.test"), false, HTTP_REFUSAL_NONE,
     "a.test", "*", HTTP_BODY_NONE},
    {BYTES(":method=CONNECT|:authority=a.test:443"), true, HTTP_REFUSAL_METHOD, NULL, NULL, 0},
    {BYTES(":method=G T|:scheme=https|:path=/x|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|:path=/y"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|:status=200"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(":method=GET|:scheme=https|:path=/x|x=y|:authority=a.test"), false,
     HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|X=y"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|=y"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x y=z"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x=a\0b"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x=a\r\nb"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x= a"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x=a\t"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|x=\xc3\xa4"), false, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_NONE},
    {BYTES(GET "|x="), false, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_NONE},
    {BYTES(GET "|connection=x"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|keep-alive=x"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|proxy-connection=x"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|upgrade=x"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(POST "|transfer-encoding=chunked"), true, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|te=gzip"), false, HTTP_REFUSAL_MALFORMED, NULL, NULL, 0},
    {BYTES(GET "|te=trailers"), false, HTTP_REFUSAL_NONE, "a.test", "/x", HTTP_BODY_NONE},
};

static void
gives_the_judge_what_http1_would(void **state)
{
    const struct config_attributes attributes = {.desync_mitigation_mode = DESYNC_MONITOR};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http2_head collected;
        struct http_head head;
        collect(&collected, &default_limits, rows[i].fields);
        enum http_refusal refusal = http2_head_read(&collected, &head, rows[i].has_body);
        if (refusal == HTTP_REFUSAL_NONE)
            refusal = request_judge(&head, &attributes, &default_limits);
        assert_row(rows[i].fields, "refusal", refusal, rows[i].refusal);
        if (refusal == HTTP_REFUSAL_NONE) {
            assert_true(slice_equal(head.host, slice_of(rows[i].host)));
            assert_true(slice_equal(head.path, slice_of(rows[i].path)));
            assert_row(rows[i].fields, "framing", head.framing, rows[i].framing);
        }
        http2_head_free(&collected);
    }
}

static void
joins_crumbs_where_the_first_stood(void **state)
{
    static const struct slice fields = BYTES(GET "|cookie=a=1|x=y|cookie=b=2|cookie=|cookie=c");
    struct http2_head collected;
    struct http_head head;

    (void)state;
    collect(&collected, &default_limits, fields);
    assert_int_equal(http2_head_read(&collected, &head, false), HTTP_REFUSAL_NONE);
    assert_int_equal(head.field_count, 3);
    assert_int_equal(head.fields[0].id, HTTP_FIELD_COOKIE);
    assert_true(slice_equal(head.fields[0].value, SLICE_LITERAL("a=1; b=2; ; c")));
    http2_head_free(&collected);
}

static void
keeps_nothing_of_trailers(void **state)
{
    static const struct slice fields = BYTES(GET "|cookie=a=1|cookie=b=2");
    struct http2_head collected;
    struct http_head head;

    (void)state;
    collect(&collected, &default_limits, fields);
    http2_head_count(&collected, &default_limits, SLICE_LITERAL("x-late"), SLICE_LITERAL("y"));
    assert_int_equal(http2_head_read(&collected, &head, false), HTTP_REFUSAL_NONE);
    for (unsigned i = 0; i < 5000; i++)
        http2_head_count(&collected, &default_limits, SLICE_LITERAL("cookie"),
                         SLICE_LITERAL("c=3"));
    assert_int_equal(collected.refusal, HTTP_REFUSAL_HEAD_TOO_LARGE);
    assert_int_equal(head.field_count, 2);
    assert_true(slice_equal(head.fields[0].value, SLICE_LITERAL("a=1; b=2")));
    http2_head_free(&collected);
}

/* More of one field than a limit has. */
static enum http_refusal
flooded(const char *name, const char *value, unsigned times)
{
    struct http2_head collected;
    struct http_head head;
    static const struct slice get = BYTES(GET);

    collect(&collected, &small_limits, get);
    for (unsigned i = 0; i < times; i++)
        http2_head_add(&collected, &small_limits, slice_of(name), slice_of(value));
    size_t kept = collected.length;
    enum http_refusal refusal = http2_head_read(&collected, &head, false);
    assert_true(kept <= 2 * small_limits.head_bytes);
    http2_head_free(&collected);
    return refusal;
}

static void
counts_fields_and_what_they_cost(void **state)
{
    char large[256];

    (void)state;
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    assert_int_equal(flooded("x", "y", 8), HTTP_REFUSAL_NONE);
    assert_int_equal(flooded("x", "y", 9), HTTP_REFUSAL_TOO_MANY_FIELDS);
    assert_int_equal(flooded("x", large, 1), HTTP_REFUSAL_FIELD_TOO_LARGE);
    assert_int_equal(flooded(":path", large, 1), HTTP_REFUSAL_LINE_TOO_LONG);
    assert_int_equal(flooded("cookie", "a", 10), HTTP_REFUSAL_NONE);
    assert_int_equal(flooded("cookie", "a", 100), HTTP_REFUSAL_HEAD_TOO_LARGE);
    large[50] = '\0';
    assert_int_equal(flooded("cookie", large, 5), HTTP_REFUSAL_FIELD_TOO_LARGE);
    assert_int_equal(flooded("cookie", "", 50), HTTP_REFUSAL_HEAD_TOO_LARGE);
    assert_int_equal(flooded("x", "y", 100000), HTTP_REFUSAL_TOO_MANY_FIELDS);
}

static void
answers_are_read_as_fields(void **state)
{
    char text[] = "HTTP/1.1 200 OK\r\nServer: x\r\nX-Case:  two \r\nConnection: close\r\n"
                  "Transfer-Encoding: chunked\r\nKeep-Alive: 1\r\nContent-Length: 2\r\n"
                  "Set-Cookie: a=b:c\r\nEmpty: \r\n\r\nok\r\n";
    static const char *const expected[][2] = {{"server", "x"},
                                              {"x-case", " two "},
                                              {"content-length", "2"},
                                              {"set-cookie", "a=b:c"},
                                              {"empty", ""}};
    struct http2_lines *answer = malloc(sizeof(*answer));

    (void)state;
    assert_non_null(answer);
    assert_true(http2_lines_read_head(answer, text, sizeof(text) - 1));
    assert_int_equal(answer->count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < answer->count; i++) {
        assert_true(slice_equal(answer->fields[i].name, slice_of(expected[i][0])));
        assert_true(slice_equal(answer->fields[i].value, slice_of(expected[i][1])));
    }
    assert_string_equal(text + answer->head_length, "ok\r\n");
    free(answer);
}

static const struct {
    struct slice fields;
    bool has_body;
    enum http_refusal refusal; /* of reading and judging */
    unsigned status;
    enum http_framing framing;
} answers[] = {
    {BYTES(":status=200"), true, HTTP_REFUSAL_NONE, 200, HTTP_BODY_CHUNKED},
    {BYTES(":status=200|content-length=3"), true, HTTP_REFUSAL_NONE, 200, HTTP_BODY_LENGTH},
    {BYTES(":status=204"), true, HTTP_REFUSAL_NONE, 204, HTTP_BODY_NONE},
    {BYTES(":status=304|content-length=9"), true, HTTP_REFUSAL_NONE, 304, HTTP_BODY_NONE},
    {BYTES(":status=103|link=x"), true, HTTP_REFUSAL_NONE, 103, HTTP_BODY_NONE},
    {BYTES(":status=200|cookie=a|cookie=b|host=x"), true, HTTP_REFUSAL_NONE, 200,
     HTTP_BODY_CHUNKED},
    {BYTES("x=y"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=20"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=0200"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=2x0"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=099"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=600"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=101"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|:status=200"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES("x=y|:status=200"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|:path=/"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|X=y"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|x=a\r\nb"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|x=a "), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|connection=close"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|transfer-encoding=chunked"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
    {BYTES(":status=200|content-length=1|content-length=2"), true, HTTP_REFUSAL_MALFORMED, 0,
     0},
    {BYTES(":status=200|content-length=-1"), true, HTTP_REFUSAL_MALFORMED, 0, 0},
};

static void
gives_the_judge_of_answers_what_http1_would(void **state)
{
    const struct http_head request = {.method = SLICE_LITERAL("GET")};

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct http2_head head;
        struct http_head parsed;
        collect(&head, &small_limits, answers[i].fields);
        enum http_refusal refusal = http2_head_read_answer(&head, &parsed, answers[i].has_body);
        if (refusal == HTTP_REFUSAL_NONE)
            refusal = response_judge(&parsed, &request);
        assert_row(answers[i].fields, "refusal", refusal, answers[i].refusal);
        if (refusal == HTTP_REFUSAL_NONE) {
            assert_row(answers[i].fields, "status", parsed.status, answers[i].status);
            assert_row(answers[i].fields, "framing", parsed.framing, answers[i].framing);
        }
        http2_head_free(&head);
    }
}

static void
requests_are_read_as_fields(void **state)
{
    char text[] = "POST /a?b HTTP/1.1\r\nHost: a.test\r\nX-Case: y\r\nTE: trailers\r\n\r\n";
    struct http2_lines *lines = malloc(sizeof(*lines));
    struct slice method, target;

    (void)state;
    assert_non_null(lines);
    assert_true(http2_lines_read_head(lines, text, sizeof(text) - 1));
    http2_lines_split_request(lines, &method, &target);
    assert_true(slice_equal(method, SLICE_LITERAL("POST")));
    assert_true(slice_equal(target, SLICE_LITERAL("/a?b")));
    assert_true(slice_equal(lines->host, SLICE_LITERAL("a.test")));
    assert_int_equal(lines->count, 1);
    assert_true(slice_equal(lines->fields[0].name, SLICE_LITERAL("x-case")));
    free(lines);
}

static void
trailers_hold_what_may_come_so_late(void **state)
{
    static const struct {
        struct slice name, value;
        bool is_good, is_kept;
    } fields[] = {
        {SLICE_LITERAL("grpc-status"), SLICE_LITERAL("0"), true, true},
        {SLICE_LITERAL("x-sum"), SLICE_LITERAL(""), true, true},
        {SLICE_LITERAL("content-length"), SLICE_LITERAL("1"), true, false},
        {SLICE_LITERAL("content_length"), SLICE_LITERAL("1"), true, false},
        {SLICE_LITERAL("transfer-encoding"), SLICE_LITERAL("chunked"), true, false},
        {SLICE_LITERAL("host"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("authorization"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("set-cookie"), SLICE_LITERAL("a=b"), true, false},
        {SLICE_LITERAL("content-type"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("if-match"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("x-amzn-trace-id"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("x-forwarded-for"), SLICE_LITERAL("a"), true, false},
        {SLICE_LITERAL("connection"), SLICE_LITERAL("close"), true, false},
        {SLICE_LITERAL(":status"), SLICE_LITERAL("200"), false, false},
        {SLICE_LITERAL("X-Upper"), SLICE_LITERAL("a"), false, false},
        {SLICE_LITERAL(""), SLICE_LITERAL("a"), false, false},
        {SLICE_LITERAL("x-a"), SLICE_LITERAL("b\r\nc: d"), false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct trailers trailers = {0};
        assert_row(fields[i].name, "good",
                   trailers_add(&trailers, fields[i].name, fields[i].value), fields[i].is_good);
        assert_row(fields[i].name, "kept", trailers_slice(&trailers).length > 0,
                   fields[i].is_kept);
        trailers_free(&trailers);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_judge_what_http1_would),
        cmocka_unit_test(joins_crumbs_where_the_first_stood),
        cmocka_unit_test(keeps_nothing_of_trailers),
        cmocka_unit_test(counts_fields_and_what_they_cost),
        cmocka_unit_test(answers_are_read_as_fields),
        cmocka_unit_test(gives_the_judge_of_answers_what_http1_would),
        cmocka_unit_test(requests_are_read_as_fields),
        cmocka_unit_test(trailers_hold_what_may_come_so_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
