/* SPDX-License-Identifier: Apache-2.0 */
/* What is a call, and which status its client is told. */
#include "http_unit.h"

#include "http/grpc.h"

static const struct {
    struct slice head;
    bool is_call;
} rows[] = {
    {BYTES("POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\n\r\n"), true},
    {BYTES("POST /a.B/C HTTP/1.1\r\ncontent-type: application/grpc+proto\r\n\r\n"), true},
    {BYTES("POST /a.B/C HTTP/1.1\r\ncontent-type: Application/gRPC;x=y\r\n\r\n"), true},
    {BYTES("POST /a.B/C HTTP/1.1\r\ncontent-type: application/grp\r\n\r\n"), false},
    {BYTES("POST /a.B/C HTTP/1.1\r\ncontent-type: application/grpc-web\r\n\r\n"), false},
    {BYTES("POST /a.B/C HTTP/1.1\r\ncontent-type: text/application/grpc\r\n\r\n"), false},
    {BYTES("POST /a.B/C HTTP/1.1\r\nx: application/grpc\r\n\r\n"), false},
    {BYTES("GET /a.B/C HTTP/1.1\r\ncontent-type: application/grpc\r\n\r\n"), false},
};

static void
calls_are_told_by_method_and_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http1_parser parser;
        struct http_head head;
        size_t used;
        http1_parser_start_request(&parser, &head, &default_limits);
        assert_row(rows[i].head, "result",
                   http1_parser_feed(&parser, rows[i].head.at, rows[i].head.length, &used),
                   HTTP1_HEAD_DONE);
        assert_row(rows[i].head, "is call", grpc_is_call(&head), rows[i].is_call);
    }
}

static void
assert_status(unsigned status, const char *lines)
{
    char memory[128];
    struct text fields = text_over(memory, sizeof(memory));

    grpc_write_status(&fields, status);
    assert_true(slice_equal(text_slice(&fields), slice_of(lines)));
}

static void
statuses_are_those_of_bare_http(void **state)
{
    (void)state;
    assert_status(400, "Grpc-Status: 13\r\nGrpc-Message: internal\r\n");
    assert_status(401, "Grpc-Status: 16\r\nGrpc-Message: unauthenticated\r\n");
    assert_status(404, "Grpc-Status: 12\r\nGrpc-Message: unimplemented\r\n");
    assert_status(503, "Grpc-Status: 14\r\nGrpc-Message: unavailable\r\n");
    assert_status(504, "Grpc-Status: 14\r\nGrpc-Message: unavailable\r\n");
    assert_status(405, "Grpc-Status: 2\r\nGrpc-Message: unknown\r\n");
    assert_status(599, "Grpc-Status: 2\r\nGrpc-Message: unknown\r\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_told_by_method_and_type),
        cmocka_unit_test(statuses_are_those_of_bare_http),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
