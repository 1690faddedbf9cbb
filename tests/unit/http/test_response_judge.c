/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of targets: what is trusted, what is a 502, and what costs the connection. */
#include "http_unit.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define END "\r\n"

/* Requests that the rows answer. */
static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
};

enum { TO_GET, TO_HEAD, TO_UPGRADE };

static const struct {
    struct slice bytes;
    int request;
    enum http_framing framing;
    uint64_t content_length;
    bool keep_alive;
} accepted[] = {
    {BYTES(OK "Content-Length: 5\r\n" END), TO_GET, HTTP_BODY_LENGTH, 5, true},
    {BYTES(OK "Transfer-Encoding: chunked\r\n" END), TO_GET, HTTP_BODY_CHUNKED, 0, true},
    {BYTES(OK END), TO_GET, HTTP_BODY_UNTIL_CLOSE, 0, false},
    {BYTES("HTTP/1.0 200 OK\r\n" END), TO_GET, HTTP_BODY_UNTIL_CLOSE, 0, false},
    {BYTES("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n" END), TO_GET, HTTP_BODY_LENGTH, 5, false},
    {BYTES("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n" END), TO_GET,
     HTTP_BODY_LENGTH, 5, true},
    {BYTES(OK "Content-Length: 5\r\nConnection: close\r\n" END), TO_GET, HTTP_BODY_LENGTH, 5,
     false},
    {BYTES(OK "Content-Length: 5\r\nContent-Length: 5\r\n" END), TO_GET, HTTP_BODY_LENGTH, 5,
     false},
    {BYTES(OK "Content-Length: 5\r\n" END), TO_HEAD, HTTP_BODY_NONE, 5, true},
    {BYTES(OK "Transfer-Encoding: chunked\r\n" END), TO_HEAD, HTTP_BODY_NONE, 0, true},
    {BYTES(OK END), TO_HEAD, HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 204 No Content\r\n" END), TO_GET, HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n" END), TO_GET, HTTP_BODY_NONE, 0,
     true},
    {BYTES("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n" END), TO_GET, HTTP_BODY_NONE, 5,
     false},
    {BYTES("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n" END), TO_GET,
     HTTP_BODY_NONE, 0, false},
    {BYTES("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n" END), TO_GET, HTTP_BODY_NONE, 5,
     true},
    {BYTES("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n" END), TO_GET,
     HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 100 Continue\r\n" END), TO_GET, HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 103 Early Hints\r\nLink: x\r\n" END), TO_GET, HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 101 Yes\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" END), TO_UPGRADE,
     HTTP_BODY_NONE, 0, true},
    {BYTES("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n" END), TO_GET, HTTP_BODY_LENGTH, 0, true},
};

static enum http_refusal
answer(struct http_head *response, struct slice bytes, int request_index)
{
    struct http_head request;
    size_t used = 0;

    assert_int_equal(
        read_and_judge(&request, slice_of(requests[request_index]), DESYNC_STRICTEST),
        HTTP_REFUSAL_NONE);
    assert_int_equal(read_head(response, true, bytes, &used), HTTP_REFUSAL_NONE);
    return response_judge(response, &request);
}

static void
frames_answers_by_the_rules_of_rfc_9112(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct slice bytes = accepted[i].bytes;
        assert_row(bytes, "refusal", answer(&head, bytes, accepted[i].request),
                   HTTP_REFUSAL_NONE);
        assert_row(bytes, "framing", head.framing, accepted[i].framing);
        assert_row(bytes, "length", (unsigned)head.content_length,
                   (unsigned)accepted[i].content_length);
        assert_row(bytes, "keep_alive", head.keep_alive, accepted[i].keep_alive);
    }
}

static const struct {
    struct slice bytes;
    int request;
} refused[] = {
    {BYTES(OK "Content-Length: 5\r\nContent-Length: 6\r\n" END), TO_GET},
    {BYTES(OK "Content-Length: 5, 5\r\n" END), TO_GET},
    {BYTES(OK "Content-Length: -1\r\n" END), TO_GET},
    {BYTES(OK "Content-Length:\r\n" END), TO_GET},
    {BYTES(OK "Content-Length: 99999999999999999999\r\n" END), TO_GET},
    {BYTES(OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding: cow\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding: gzip, chunked\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding: chunked, identity\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding: chunked, chunked\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding: identity\r\n" END), TO_GET},
    {BYTES(OK "Transfer-Encoding:\r\n" END), TO_GET},
    {BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" END), TO_GET},
    {BYTES(OK "Content-Length: 5\r\nContent-Length: 6\r\n" END), TO_HEAD},
    {BYTES("HTTP/1.1 000 Zero\r\n" END), TO_GET},
    {BYTES("HTTP/1.1 099 Low\r\n" END), TO_GET},
    {BYTES("HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n" END), TO_GET},
    {BYTES("HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n" END), TO_GET},
    {BYTES("HTTP/1.1 101 No\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" END), TO_GET},
    {BYTES("HTTP/1.1 101 No\r\nConnection: upgrade\r\n" END), TO_UPGRADE},
    {BYTES("HTTP/1.1 101 No\r\nUpgrade: websocket\r\n" END), TO_UPGRADE},
    {BYTES("HTTP/1.1 101 No\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
           "Content-Length: 5\r\n" END),
     TO_UPGRADE},
};

static void
refuses_answers_that_contradict_themselves(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (answer(&head, refused[i].bytes, refused[i].request) == HTTP_REFUSAL_NONE)
            fail_msg("accepted:\n%.*s", SLICE_PRINT(refused[i].bytes));
}

static void
tells_interim_answers_from_a_switch(void **state)
{
    struct http_head head = {.status = 100};
    (void)state;
    assert_true(response_is_interim(&head));
    head.status = 101;
    assert_false(response_is_interim(&head));
    head.status = 200;
    assert_false(response_is_interim(&head));
}

static void
learns_the_keep_alive_timeout(void **state)
{
    struct http_head head;
    (void)state;
    answer(&head, slice_of(OK "Content-Length: 0\r\nKeep-Alive: max=3, Timeout=15\r\n" END),
           TO_GET);
    assert_int_equal(head.keep_alive_timeout_s, 15);
    answer(&head, slice_of(OK "Content-Length: 0\r\nKeep-Alive: timeout=-1\r\n" END), TO_GET);
    assert_int_equal(head.keep_alive_timeout_s, 0);
}

static void
never_keeps_the_connection_of_an_ambiguous_request(void **state)
{
    struct http_head request, response;
    size_t used;
    (void)state;
    read_and_judge(&request,
                   slice_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                            "Content-Length: 3\r\n\r\n"),
                   DESYNC_DEFENSIVE);
    read_head(&response, true, slice_of(OK "Content-Length: 0\r\n" END), &used);
    assert_int_equal(response_judge(&response, &request), HTTP_REFUSAL_NONE);
    assert_false(response.keep_alive);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_answers_by_the_rules_of_rfc_9112),
        cmocka_unit_test(refuses_answers_that_contradict_themselves),
        cmocka_unit_test(tells_interim_answers_from_a_switch),
        cmocka_unit_test(learns_the_keep_alive_timeout),
        cmocka_unit_test(never_keeps_the_connection_of_an_ambiguous_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
