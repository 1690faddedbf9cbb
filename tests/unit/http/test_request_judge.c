/* SPDX-License-Identifier: Apache-2.0 */
/* Every case of issue 3's framing list, and the desync mitigation modes. */
#include "http_unit.h"

#define GET "GET / HTTP/1.1\r\nHost: h\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define END "\r\n"

static const enum http_refusal PASS = HTTP_REFUSAL_NONE;

/* Refused the same in every mode. */
static const struct {
    struct slice bytes;
    enum http_refusal refusal;
    enum desync_reason reason;
} refused[] = {
    /* Content-Length */
    {BYTES(POST "Content-Length: 5\r\nContent-Length: 6\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_MULTIPLE_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 6\r\n" END),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_MULTIPLE_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 5\r\nContent-Length: x\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 5, 5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: +5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: -5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 5 5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 0x5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 5e0\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length:\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 9223372036854775808\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    {BYTES(POST "Content-Length: 18446744073709551621\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_CONTENT_LENGTH},
    /* Transfer-Encoding */
    {BYTES(POST "Transfer-Encoding: chunked, chunked\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_MULTIPLE_TRANSFER_ENCODING_CHUNKED},
    {BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" END),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_MULTIPLE_TRANSFER_ENCODING_CHUNKED},
    {BYTES(POST "Transfer-Encoding: chunked, gzip, chunked\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_MULTIPLE_TRANSFER_ENCODING_CHUNKED},
    {BYTES(POST "Transfer-Encoding: chunked, identity\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" END),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding:\r\nContent-Length: 5\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: ,chunked\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: chunked;a=b\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: \"chunked\"\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: chunked chunked\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: gzip, chunked\r\n" END), HTTP_REFUSAL_CODING,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: identity\r\nContent-Length: 5\r\n" END),
     HTTP_REFUSAL_CODING, DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES(POST "Transfer-Encoding: xchunked\r\n" END), HTTP_REFUSAL_CODING,
     DESYNC_REASON_BAD_TRANSFER_ENCODING},
    {BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_UNDEFINED_TRANSFER_ENCODING_SEMANTICS},
    {BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n" END),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_UNDEFINED_TRANSFER_ENCODING_SEMANTICS},
    /* Host */
    {BYTES("GET / HTTP/1.1\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES(GET "Host: h\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES(GET "hOST: other\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost:\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: a b\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: a,b\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: u@h\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: h:x\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: h:65536\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: h:1:2\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: :80\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: [::1]x\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: [a/b]\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: a%2\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NON_COMPLIANT_HEADER},
    {BYTES("GET http://u@h/ HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET http://u:p@h/ HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET http:///a HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    {BYTES("GET http://h/ HTTP/1.1\r\n" END), HTTP_REFUSAL_BAD_HOST, DESYNC_REASON_NONE},
    {BYTES("GET http://h/ HTTP/1.1\r\nHost: a b\r\n" END), HTTP_REFUSAL_BAD_HOST,
     DESYNC_REASON_NONE},
    /* targets and methods */
    {BYTES("GET a HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_BAD_URI},
    {BYTES("GET h:80 HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_URI},
    {BYTES("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_MALFORMED,
     DESYNC_REASON_BAD_URI},
    {BYTES("GET * HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NONE},
    {BYTES("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_METHOD,
     DESYNC_REASON_NONE},
    {BYTES("TRACE / HTTP/1.1\r\nHost: h\r\n" END), HTTP_REFUSAL_METHOD, DESYNC_REASON_NONE},
    {BYTES(POST "Expect: 200-maybe\r\n" END), HTTP_REFUSAL_EXPECTATION, DESYNC_REASON_NONE},
    {BYTES(POST "Expect: 100-continue, tea\r\n" END), HTTP_REFUSAL_EXPECTATION,
     DESYNC_REASON_NONE},
    {BYTES(POST "Expect: 100-continue;q=1\r\n" END), HTTP_REFUSAL_EXPECTATION,
     DESYNC_REASON_NONE},
    {BYTES(POST "Connection: a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,"
                "a\r\n" END),
     HTTP_REFUSAL_MALFORMED, DESYNC_REASON_NONE},
};

static void
refuses_in_every_mode_what_has_no_safe_reading(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        for (int mode = DESYNC_MONITOR; mode <= DESYNC_STRICTEST; mode++) {
            struct slice bytes = refused[i].bytes;
            assert_row(bytes, "refusal",
                       read_and_judge(&head, bytes, (enum config_desync_mode)mode),
                       refused[i].refusal);
            assert_row(bytes, "reason", head.desync, refused[i].reason);
        }
}

/* What the modes make a difference for; closes: close_after in monitor and in defensive mode.
 */
static const struct {
    struct slice bytes;
    enum desync_reason reason;
    enum http_refusal defensive;
    bool closes_in_monitor, closes_in_defensive;
    enum http_framing framing;
} classified[] = {
    {BYTES(GET "Content-Length: 0\r\n" END), DESYNC_REASON_GET_HEAD_ZERO_CONTENT_LENGTH,
     HTTP_REFUSAL_NONE, false, false, HTTP_BODY_LENGTH},
    {BYTES("HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n" END),
     DESYNC_REASON_GET_HEAD_ZERO_CONTENT_LENGTH, HTTP_REFUSAL_NONE, false, false,
     HTTP_BODY_LENGTH},
    {BYTES(GET "A: \xff\r\n" END), DESYNC_REASON_NON_COMPLIANT_HEADER, HTTP_REFUSAL_NONE, false,
     false, HTTP_BODY_NONE},
    {BYTES("GET / HTTP/1.9\r\nHost: h\r\n" END), DESYNC_REASON_NON_COMPLIANT_VERSION,
     HTTP_REFUSAL_NONE, false, false, HTTP_BODY_NONE},
    {BYTES(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END),
     DESYNC_REASON_BOTH_TE_CL_PRESENT, HTTP_REFUSAL_NONE, true, true, HTTP_BODY_CHUNKED},
    {BYTES(POST "Content-Length: 5\r\nContent-Length: 5\r\n" END),
     DESYNC_REASON_DUPLICATE_CONTENT_LENGTH, HTTP_REFUSAL_NONE, false, true, HTTP_BODY_LENGTH},
    {BYTES(GET "Content-Length: 5\r\n" END), DESYNC_REASON_UNDEFINED_CONTENT_LENGTH_SEMANTICS,
     HTTP_REFUSAL_NONE, false, true, HTTP_BODY_LENGTH},
    {BYTES(GET "Transfer-Encoding: chunked\r\n" END),
     DESYNC_REASON_UNDEFINED_TRANSFER_ENCODING_SEMANTICS, HTTP_REFUSAL_NONE, false, true,
     HTTP_BODY_CHUNKED},
    {BYTES(POST "Transfer_Encoding: chunked\r\n" END), DESYNC_REASON_SUSPICIOUS_HEADER,
     HTTP_REFUSAL_NONE, false, true, HTTP_BODY_NONE},
    {BYTES(POST "content.length: 5\r\n" END), DESYNC_REASON_SUSPICIOUS_HEADER,
     HTTP_REFUSAL_NONE, false, true, HTTP_BODY_NONE},
    {BYTES(POST "Content-Length: 5\r\nTransferEncoding: chunked\r\n" END),
     DESYNC_REASON_SUSPICIOUS_TE_CL_PRESENT, HTTP_REFUSAL_DESYNC, false, false,
     HTTP_BODY_LENGTH},
    {BYTES(POST "Transfer-Encoding: chunked\r\nContent_Length: 5\r\n" END),
     DESYNC_REASON_SUSPICIOUS_TE_CL_PRESENT, HTTP_REFUSAL_DESYNC, false, false,
     HTTP_BODY_CHUNKED},
};

static void
acts_as_the_table_of_modes_says(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(classified) / sizeof(classified[0]); i++) {
        struct slice bytes = classified[i].bytes;
        assert_row(bytes, "monitor", read_and_judge(&head, bytes, DESYNC_MONITOR), PASS);
        assert_row(bytes, "closing in monitor", head.close_after,
                   classified[i].closes_in_monitor);
        assert_row(bytes, "framing", head.framing, classified[i].framing);
        assert_row(bytes, "defensive", read_and_judge(&head, bytes, DESYNC_DEFENSIVE),
                   classified[i].defensive);
        assert_row(bytes, "closing in defensive", head.close_after,
                   classified[i].closes_in_defensive);
        assert_row(bytes, "strictest", read_and_judge(&head, bytes, DESYNC_STRICTEST),
                   HTTP_REFUSAL_DESYNC);
        assert_row(bytes, "reason", head.desync, classified[i].reason);
    }
}

/* Plain requests pass even the strictest mode, and are not classified. */
static const struct {
    struct slice bytes;
    enum http_framing framing;
    uint64_t content_length;
    bool keep_alive;
} plain[] = {
    {BYTES(GET END), HTTP_BODY_NONE, 0, true},
    {BYTES(POST "Content-Length: 5\r\n" END), HTTP_BODY_LENGTH, 5, true},
    {BYTES(POST "Content-Length: 0\r\n" END), HTTP_BODY_LENGTH, 0, true},
    {BYTES(POST "Content-Length:\t0005 \r\n" END), HTTP_BODY_LENGTH, 5, true},
    {BYTES(POST "Content-Length: 9223372036854775807\r\n" END), HTTP_BODY_LENGTH, INT64_MAX,
     true},
    {BYTES(POST "Transfer-Encoding:\tChunked\t\r\n" END), HTTP_BODY_CHUNKED, 0, true},
    {BYTES(POST "Connection: close\r\n" END), HTTP_BODY_NONE, 0, false},
    {BYTES(POST "Connection: keep-alive, Close\r\n" END), HTTP_BODY_NONE, 0, false},
    {BYTES("GET / HTTP/1.0\r\n" END), HTTP_BODY_NONE, 0, false},
    {BYTES("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n" END), HTTP_BODY_NONE, 0, true},
    {BYTES("DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n" END), HTTP_BODY_LENGTH, 2,
     true},
};

static void
passes_plain_requests_in_the_strictest_mode(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        struct slice bytes = plain[i].bytes;
        assert_row(bytes, "refusal", read_and_judge(&head, bytes, DESYNC_STRICTEST), PASS);
        assert_row(bytes, "reason", head.desync, DESYNC_REASON_NONE);
        assert_row(bytes, "framing", head.framing, plain[i].framing);
        assert_true(head.content_length == plain[i].content_length);
        assert_row(bytes, "keep_alive", head.keep_alive, plain[i].keep_alive);
        assert_false(head.close_after);
    }
}

static const struct {
    struct slice bytes;
    const char *host, *host_name, *path, *query; /* query NULL: none */
} targets[] = {
    {BYTES(GET END), "h", "h", "/", NULL},
    {BYTES("GET //a?b?c HTTP/1.1\r\nHost: H:80\r\n" END), "H:80", "H", "//a", "b?c"},
    {BYTES("GET /? HTTP/1.1\r\nHost: h:\r\n" END), "h:", "h", "/", ""},
    {BYTES("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n" END), "[::1]:8080", "[::1]", "/", NULL},
    {BYTES("GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n" END), "10.0.0.1", "10.0.0.1", "/", NULL},
    {BYTES("GET / HTTP/1.1\r\nHost: a_b.c-d~%41\r\n" END), "a_b.c-d~%41", "a_b.c-d~%41", "/",
     NULL},
    {BYTES("GET http://a:81/b?c HTTP/1.1\r\nHost: h\r\n" END), "a:81", "a", "/b", "c"},
    {BYTES("GET HTTPS://a HTTP/1.1\r\nHost: h\r\n" END), "a", "a", "/", NULL},
    {BYTES("GET http://a?c HTTP/1.1\r\nHost: h\r\n" END), "a", "a", "/", "c"},
    {BYTES("GET http://a/b HTTP/1.0\r\n" END), "a", "a", "/b", NULL},
    {BYTES("OPTIONS * HTTP/1.1\r\nHost: h\r\n" END), "h", "h", "*", NULL},
    {BYTES("OPTIONS http://a HTTP/1.1\r\nHost: h\r\n" END), "a", "a", "*", NULL},
    {BYTES("OPTIONS http://a/ HTTP/1.1\r\nHost: h\r\n" END), "a", "a", "/", NULL},
    {BYTES("GET / HTTP/1.0\r\n" END), "", "", "/", NULL},
};

static void
finds_host_path_and_query_in_every_form_of_target(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        struct slice bytes = targets[i].bytes;
        assert_row(bytes, "refusal", read_and_judge(&head, bytes, DESYNC_STRICTEST), PASS);
        assert_slice(head.host, targets[i].host);
        assert_slice(head.host_name, targets[i].host_name);
        assert_slice(head.path, targets[i].path);
        assert_row(bytes, "having a query", head.query.at != NULL, targets[i].query != NULL);
        if (targets[i].query != NULL)
            assert_slice(head.query, targets[i].query);
    }
}

static bool
is_dropped(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (slice_equal_ignoring_case(head->fields[i].name, slice_of(name)))
            return head->fields[i].is_dropped;
    fail_msg("no field %s", name);
    return false;
}

static void
drops_hop_by_hop_fields_and_those_that_connection_names(void **state)
{
    struct http_head head;
    (void)state;
    assert_int_equal(
        read_and_judge(&head,
                       slice_of(GET "Connection: X-a, close\r\nX-A: 1\r\nTE: trailers\r\n"
                                    "Keep-Alive: 5\r\nProxy-Connection: x\r\nTrailer: y\r\n"
                                    "Upgrade: z\r\nHTTP2-Settings: q\r\nX-B: 2\r\nX-C: 3\r\n"
                                    "Connection: x-C,X-Forwarded-For\r\n"
                                    "X-Forwarded-For: 10.0.0.1\r\n" END),
                       DESYNC_STRICTEST),
        HTTP_REFUSAL_NONE);
    static const char *const dropped[] = {
        "X-A",     "TE",      "Keep-Alive", "Proxy-Connection",
        "Trailer", "Upgrade", "Connection", "HTTP2-Settings",
        "X-C"};
    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        assert_true(is_dropped(&head, dropped[i]));
    assert_false(is_dropped(&head, "X-B"));
    assert_false(is_dropped(&head, "Host"));
    assert_false(is_dropped(&head, "X-Forwarded-For"));
}

static void
drops_names_of_other_bytes_only_where_asked_to(void **state)
{
    struct config_attributes attributes = default_attributes;
    struct slice bytes = slice_of(GET "X_A: 1\r\nX-B9: 2\r\n" END);
    struct http_head head;
    size_t used;
    (void)state;

    read_head(&head, false, bytes, &used);
    assert_int_equal(request_judge(&head, &attributes, &default_limits), HTTP_REFUSAL_NONE);
    assert_false(is_dropped(&head, "X_A"));
    attributes.drop_invalid_header_fields = true;
    read_head(&head, false, bytes, &used);
    assert_int_equal(request_judge(&head, &attributes, &default_limits), HTTP_REFUSAL_NONE);
    assert_true(is_dropped(&head, "X_A"));
    assert_false(is_dropped(&head, "X-B9"));
}

static void
drops_lookalikes_of_framing_fields_in_every_mode(void **state)
{
    struct http_head head;
    (void)state;
    assert_int_equal(
        read_and_judge(&head, slice_of(POST "Content_Length: 5\r\n" END), DESYNC_MONITOR),
        HTTP_REFUSAL_NONE);
    assert_true(is_dropped(&head, "Content_Length"));
}

static const struct {
    struct slice bytes;
    bool wants_continue;
} expectations[] = {
    {BYTES(POST "Content-Length: 5\r\nExpect: 100-Continue\r\n" END), true},
    {BYTES(POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n" END), true},
    {BYTES(POST "Content-Length: 0\r\nExpect: 100-continue\r\n" END), false},
    {BYTES(POST "Expect: 100-continue\r\n" END), false},
    {BYTES(POST "Content-Length: 5\r\nExpect: 100-continue, 100-Continue\r\n" END), true},
    {BYTES(POST "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n" END),
     true},
    {BYTES(POST "Content-Length: 5\r\nExpect: , 100-continue ,\r\n" END), true},
    {BYTES(POST "Content-Length: 5\r\nExpect:\r\n" END), false},
    {BYTES(POST "Content-Length: 5\r\nExpect: ,\r\n" END), false},
    {BYTES("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n" END), false},
    {BYTES("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: maybe\r\n" END), false},
};

static void
continues_only_where_a_body_waits(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        struct slice bytes = expectations[i].bytes;
        assert_row(bytes, "refusal", read_and_judge(&head, bytes, DESYNC_STRICTEST), PASS);
        assert_row(bytes, "continue", head.wants_continue, expectations[i].wants_continue);
    }
}

static const struct {
    struct slice bytes;
    bool wants_upgrade;
} upgrades[] = {
    {BYTES(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n" END), true},
    {BYTES(GET "Connection: keep-alive, Upgrade\r\nUpgrade: a/1, b\r\n" END), true},
    {BYTES(GET "Upgrade: websocket\r\n" END), false},
    {BYTES(GET "Connection: upgrade\r\n" END), false},
    {BYTES(GET "Connection: upgrade\r\nUpgrade:\r\n" END), false},
    {BYTES(GET "Connection: upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n" END), false},
    {BYTES(GET
           "Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n" END),
     false},
    {BYTES(GET "Connection: upgrade\r\nUpgrade: websocket, H2C\r\n" END), false},
    {BYTES(GET "Connection: upgrade\r\nUpgrade: HTTP/2.0\r\n" END), false},
    {BYTES("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" END), false},
    {BYTES(POST "Content-Length: 5\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" END),
     false},
};

static void
upgrades_to_anything_but_http(void **state)
{
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(upgrades) / sizeof(upgrades[0]); i++) {
        struct slice bytes = upgrades[i].bytes;
        assert_row(bytes, "refusal", read_and_judge(&head, bytes, DESYNC_STRICTEST), PASS);
        assert_row(bytes, "upgrade", head.wants_upgrade, upgrades[i].wants_upgrade);
    }
}

static void
refuses_bodies_over_the_limit(void **state)
{
    struct config_limits limits = default_limits;
    struct http_head head;
    size_t used;
    (void)state;
    limits.body_bytes = 5;
    read_head(&head, false, slice_of(POST "Content-Length: 5\r\n" END), &used);
    assert_int_equal(request_judge(&head, &default_attributes, &limits), HTTP_REFUSAL_NONE);
    read_head(&head, false, slice_of(POST "Content-Length: 6\r\n" END), &used);
    assert_int_equal(request_judge(&head, &default_attributes, &limits),
                     HTTP_REFUSAL_BODY_TOO_LARGE);
}

static void
knows_which_methods_may_be_tried_again(void **state)
{
    struct http_head head = {.method = slice_of("PUT")};
    (void)state;
    assert_true(request_is_idempotent(&head));
    head.method = slice_of("POST");
    assert_false(request_is_idempotent(&head));
    head.method = slice_of("get");
    assert_false(request_is_idempotent(&head));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_in_every_mode_what_has_no_safe_reading),
        cmocka_unit_test(acts_as_the_table_of_modes_says),
        cmocka_unit_test(passes_plain_requests_in_the_strictest_mode),
        cmocka_unit_test(finds_host_path_and_query_in_every_form_of_target),
        cmocka_unit_test(drops_hop_by_hop_fields_and_those_that_connection_names),
        cmocka_unit_test(drops_names_of_other_bytes_only_where_asked_to),
        cmocka_unit_test(drops_lookalikes_of_framing_fields_in_every_mode),
        cmocka_unit_test(continues_only_where_a_body_waits),
        cmocka_unit_test(upgrades_to_anything_but_http),
        cmocka_unit_test(refuses_bodies_over_the_limit),
        cmocka_unit_test(knows_which_methods_may_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
