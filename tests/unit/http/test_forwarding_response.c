/* SPDX-License-Identifier: Apache-2.0 */
/* The answers that clients see: targets' and our own. */
#include "http_unit.h"

#include "base/clock.h"
#include "http/forwarding.h"

#define WALL_US (UINT64_C(1772619330) * 1000000)
#define DATE "Date: Wed, 04 Mar 2026 10:15:30 GMT\r\n"
#define D "Date: then\r\n"

static char written[4096];

static const struct {
    const char *response;
    struct forwarding_answer answer;
    enum http_framing framing;
    const char *expected;
} answers[] = {
    {"HTTP/1.1 200 Fine\r\n" D "Server: s\r\nSet-Cookie: a\r\nset-cookie: b\r\n"
     "Content-Length: 5\r\nConnection: x\r\nX: y\r\nKeep-Alive: timeout=5\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = true, .shape = {.server_header = true}},
     HTTP_BODY_LENGTH,
     "HTTP/1.1 200 Fine\r\n" D "Server: s\r\nSet-Cookie: a\r\nset-cookie: b\r\n"
     "Content-Length: 5\r\n\r\n"},
    {"HTTP/1.0 200\r\nServer: s\r\nContent-Length: 0\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = false},
     HTTP_BODY_LENGTH,
     "HTTP/1.1 200 \r\n" DATE "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    {"HTTP/1.1 200 OK\r\n" D "Transfer-Encoding: chunked\r\nTrailer: z\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = true},
     HTTP_BODY_CHUNKED,
     "HTTP/1.1 200 OK\r\n" D "Transfer-Encoding: chunked\r\n\r\n"},
    {"HTTP/1.1 200 OK\r\n" D "Transfer-Encoding: chunked\r\n\r\n",
     {.client_minor_version = 0, .keep_alive = false},
     HTTP_BODY_UNTIL_CLOSE,
     "HTTP/1.1 200 OK\r\n" D "Connection: close\r\n\r\n"},
    {"HTTP/1.0 200 OK\r\n" D "\r\n",
     {.client_minor_version = 1, .keep_alive = true},
     HTTP_BODY_CHUNKED,
     "HTTP/1.1 200 OK\r\n" D "Transfer-Encoding: chunked\r\n\r\n"},
    {"HTTP/1.1 200 OK\r\n" D "Content-Length: 5\r\n\r\n",
     {.client_minor_version = 0, .keep_alive = true},
     HTTP_BODY_LENGTH,
     "HTTP/1.1 200 OK\r\n" D "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n"},
    {"HTTP/1.1 200 OK\r\n" D "Content-Length: 5\r\n\r\n",
     {.client_minor_version = 1,
      .keep_alive = true,
      .is_head_request = true,
      .extra_fields = {"Set-Cookie: AWSALB=x\r\n", 22}},
     HTTP_BODY_NONE,
     "HTTP/1.1 200 OK\r\n" D "Content-Length: 5\r\nSet-Cookie: AWSALB=x\r\n\r\n"},
    {"HTTP/1.1 200 OK\r\n" D "Transfer-Encoding: chunked\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = true, .is_head_request = true},
     HTTP_BODY_NONE,
     "HTTP/1.1 200 OK\r\n" D "\r\n"},
    {"HTTP/1.1 304 Same\r\n" D "Content-Length: 5\r\nETag: e\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = true},
     HTTP_BODY_NONE,
     "HTTP/1.1 304 Same\r\n" D "ETag: e\r\nContent-Length: 5\r\n\r\n"},
    {"HTTP/1.1 204 None\r\n" D "Content-Length: 5\r\n\r\n",
     {.client_minor_version = 1, .keep_alive = true},
     HTTP_BODY_NONE,
     "HTTP/1.1 204 None\r\n" D "\r\n"},
};

static void
read_answer(struct http_head *response, const char *bytes, bool is_head_request)
{
    struct http_head request = {.method = slice_of(is_head_request ? "HEAD" : "GET"),
                                .wants_upgrade = true};
    size_t used = 0;

    assert_int_equal(read_head(response, true, slice_of(bytes), &used), HTTP_REFUSAL_NONE);
    assert_int_equal(response_judge(response, &request), HTTP_REFUSAL_NONE);
}

static void
makes_framing_and_connection_anew(void **state)
{
    struct http_head response;
    enum http_framing framing;
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct text out = text_over(written, sizeof(written) - 1);
        read_answer(&response, answers[i].response, answers[i].answer.is_head_request);
        assert_true(forwarding_write_response(&out, &response, &answers[i].answer, &framing));
        written[out.length] = '\0';
        assert_string_equal(written, answers[i].expected);
        assert_int_equal(framing, answers[i].framing);
    }
}

static void
passes_interim_answers_on(void **state)
{
    struct text out = text_over(written, sizeof(written) - 1);
    struct http_head response;
    (void)state;
    read_answer(&response, "HTTP/1.1 103 Hints\r\nLink: l\r\nConnection: close\r\n\r\n", false);
    assert_true(forwarding_write_interim(&out, &response));
    read_answer(&response,
                "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n"
                "Connection: Upgrade\r\n\r\n",
                false);
    assert_true(forwarding_write_interim(&out, &response));
    assert_slice(text_slice(&out),
                 "HTTP/1.1 103 Hints\r\nLink: l\r\n\r\n"
                 "HTTP/1.1 101 Go\r\nSec-WebSocket-Accept: a\r\nConnection: upgrade\r\n"
                 "Upgrade: websocket\r\n\r\n");
}

static void
writes_pages_in_the_form_of_the_alb(void **state)
{
    struct forwarding_page page = {.status = 502, .shape = {.server_header = true}};
    struct text out = text_over(written, sizeof(written) - 1);
    (void)state;
    assert_true(forwarding_write_page(&out, &page));
    assert_slice(text_slice(&out),
                 "HTTP/1.1 502 Bad Gateway\r\nServer: fairlead\r\n" DATE
                 "Content-Type: text/html\r\nContent-Length: 122\r\nConnection: close\r\n\r\n"
                 "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
                 "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n");
}

static void
writes_pages_with_their_own_body(void **state)
{
    struct forwarding_page page = {.status = 299,
                                   .keep_alive = true,
                                   .content_type = SLICE_LITERAL("text/plain"),
                                   .body = SLICE_LITERAL("hi"),
                                   .extra_fields = SLICE_LITERAL("A: b\r\n")};
    struct text out = text_over(written, sizeof(written) - 1);
    (void)state;
    assert_true(forwarding_write_page(&out, &page));
    page.is_head_request = true;
    page.body = SLICE_LITERAL("");
    page.content_type = SLICE_NONE;
    assert_true(forwarding_write_page(&out, &page));
    assert_slice(text_slice(&out),
                 "HTTP/1.1 299 \r\n" DATE "Content-Type: text/plain\r\nContent-Length: 2\r\n"
                 "Connection: keep-alive\r\nA: b\r\n\r\nhi"
                 "HTTP/1.1 299 \r\n" DATE "Content-Length: 0\r\n"
                 "Connection: keep-alive\r\nA: b\r\n\r\n");
}

static void
writes_chunk_heads(void **state)
{
    char head[HTTP1_CHUNK_HEAD_MAX];
    (void)state;
    assert_slice(slice_make(head, http1_write_chunk_head(head, 0x1a2b)), "1a2b\r\n");
    assert_slice(slice_make(head, http1_write_chunk_head(head, UINT64_MAX)),
                 "ffffffffffffffff\r\n");
}

static int
set_up(void **state)
{
    (void)state;
    clock_set_for_test(1, WALL_US);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_framing_and_connection_anew),
        cmocka_unit_test(passes_interim_answers_on),
        cmocka_unit_test(writes_pages_in_the_form_of_the_alb),
        cmocka_unit_test(writes_pages_with_their_own_body),
        cmocka_unit_test(writes_chunk_heads),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
