/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields log in a connection. */
#include "http_unit.h"

#include "http/http1_parser.h"
#include "http/login.h"

static const struct config_limits limits = {.request_line_bytes = 1024,
                                            .field_bytes = 1024,
                                            .head_bytes = 4096,
                                            .response_head_bytes = 4096,
                                            .fields = 16};

static const struct {
    struct slice fields;
    bool is_of_connection;
} rows[] = {
    {BYTES("Authorization: NTLM TlRM\r\n"), true},
    {BYTES("authorization: ntlm TlRM\r\n"), true},
    {BYTES("Authorization: Negotiate YII=\r\n"), true},
    {BYTES("Authorization: NEGOTIATE\tYII=\r\n"), true},
    {BYTES("Proxy-Authorization: Negotiate YII=\r\n"), true},
    {BYTES("WWW-Authenticate: NTLM\r\n"), true},
    {BYTES("Www-Authenticate: Negotiate, NTLM\r\n"), true},
    {BYTES("WWW-Authenticate: Basic realm=\"a, b\" ,, NTLM\r\n"), true},
    {BYTES("WWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\nWWW-Authenticate: NTLM x\r\n"),
     true},
    {BYTES("Proxy-Authenticate: Basic realm=\"a\", nEGOTIATE YII=\r\n"), true},
    {BYTES("Authorization: Basic TlRMOk5UTE0=\r\n"), false},
    {BYTES("Authorization: NTLMv9 x\r\n"), false},
    {BYTES("Authorization: Bearer Negotiate\r\n"), false},
    {BYTES("Authorization:\r\n"), false},
    {BYTES("WWW-Authenticate: Basic realm=\"NTLM\"\r\n"), false},
    {BYTES("X-Authenticate: NTLM\r\nCookie: NTLM\r\n"), false},
    {BYTES(""), false},
};

static void
knows_schemes_in_any_case_and_in_lists(void **state)
{
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http1_parser parser;
        struct http_head head;
        size_t used;
        int length = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%.*s\r\n",
                              (int)rows[i].fields.length, rows[i].fields.at);
        http1_parser_start_request(&parser, &head, &limits);
        assert_row(rows[i].fields, "result",
                   http1_parser_feed(&parser, text, (size_t)length, &used), HTTP1_HEAD_DONE);
        assert_row(rows[i].fields, "is of connection", login_is_of_connection(&head),
                   rows[i].is_of_connection);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_schemes_in_any_case_and_in_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
