/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies: where they end, what they carry, and what is not a chunk. */
#include "http_unit.h"

#include "http/http1_body.h"

struct outcome {
    enum http1_body_result result;
    size_t taken;
    size_t length;
    char payload[256];
};

/* Feeds pieces of at most step bytes, as long as more is wanted. */
static struct outcome
follow(enum http_framing framing, uint64_t content_length, struct slice bytes, size_t step)
{
    struct outcome outcome = {.result = HTTP1_BODY_MORE};
    struct http1_body body;
    struct slice span;
    size_t used;

    http1_body_start(&body, framing, content_length);
    for (;;) {
        size_t rest = bytes.length - outcome.taken;
        struct slice piece = slice_make(bytes.at + outcome.taken, rest < step ? rest : step);
        outcome.result = http1_body_next(&body, piece, &used, &span);
        outcome.taken += used;
        if (outcome.result == HTTP1_BODY_SPAN) {
            memcpy(outcome.payload + outcome.length, span.at, span.length);
            outcome.length += span.length;
        } else if (outcome.result != HTTP1_BODY_MORE || rest == 0) {
            break;
        }
    }
    assert_int_equal(body.payload_bytes, outcome.length);
    assert_int_equal(http1_body_is_done(&body), outcome.result == HTTP1_BODY_DONE);
    assert_int_equal(http1_body_may_end_here(&body),
                     outcome.result == HTTP1_BODY_DONE || framing == HTTP_BODY_UNTIL_CLOSE);
    return outcome;
}

static const struct {
    struct slice bytes;
    enum http1_body_result result;
    const char *payload;
    size_t left; /* bytes behind the end */
} chunked[] = {
    {BYTES("0\r\n\r\n"), HTTP1_BODY_DONE, "", 0},
    {BYTES("5\r\nhello\r\n0\r\n\r\n"), HTTP1_BODY_DONE, "hello", 0},
    {BYTES("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET /"), HTTP1_BODY_DONE, "hello!", 5},
    {BYTES("A\r\n0123456789\r\n000\r\n\r\n"), HTTP1_BODY_DONE, "0123456789", 0},
    {BYTES("0000000000000001\r\na\r\n0\r\n\r\n"), HTTP1_BODY_DONE, "a", 0},
    {BYTES("1;a\r\na\r\n0;b=c\r\n\r\n"), HTTP1_BODY_DONE, "a", 0},
    {BYTES("1 ; a=\"b\\\"c;\" ;d\r\na\r\n0\r\n\r\n"), HTTP1_BODY_DONE, "a", 0},
    {BYTES("0\r\nA: b\r\nContent-Length: 5\r\n\r\n"), HTTP1_BODY_DONE, "", 0},
    {BYTES("0\r\nA:\r\n\r\n"), HTTP1_BODY_DONE, "", 0},
    /* unfinished */
    {BYTES(""), HTTP1_BODY_MORE, "", 0},
    {BYTES("5\r\nhel"), HTTP1_BODY_MORE, "hel", 0},
    {BYTES("1\r\na\r\n0\r\n"), HTTP1_BODY_MORE, "a", 0},
    {BYTES("0\r\nA: b\r\n"), HTTP1_BODY_MORE, "", 0},
    {BYTES("ffffffffffffffff\r\nabc"), HTTP1_BODY_MORE, "abc", 0},
    /* sizes that are none */
    {BYTES("\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES(";a\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES(" 5\r\nhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5 \r\nhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("+5\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("-5\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0x5\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5g\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5_0\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("00000000000000001\r\na\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("10000000000000000\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    /* line ends */
    {BYTES("5\nhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5\rXhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5;a\nhello\r\n0\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5;a\rb\r\nhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5;\0\r\nhello\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("5\r\nhelloXX0\r\n\r\n"), HTTP1_BODY_MALFORMED, "hello", 0},
    {BYTES("5\r\nhello\n0\r\n\r\n"), HTTP1_BODY_MALFORMED, "hello", 0},
    {BYTES("5\r\nhello\r0\r\n\r\n"), HTTP1_BODY_MALFORMED, "hello", 0},
    {BYTES("5\r\nhello0\r\n\r\n"), HTTP1_BODY_MALFORMED, "hello", 0},
    {BYTES("0\r\n\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\n\rX"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\n\n"), HTTP1_BODY_MALFORMED, "", 0},
    /* trailers */
    {BYTES("0\r\n: b\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nA\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nA : b\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nA: b\r\n c\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nA: b\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nA: \0\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
    {BYTES("0\r\nGET / HTTP/1.1\r\n\r\n"), HTTP1_BODY_MALFORMED, "", 0},
};

static void
takes_chunks_strictly_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(chunked) / sizeof(chunked[0]); i++)
        for (size_t step = 1; step <= chunked[i].bytes.length + 1; step++) {
            struct slice bytes = chunked[i].bytes;
            struct outcome outcome = follow(HTTP_BODY_CHUNKED, 0, bytes, step);
            assert_row(bytes, "result", outcome.result, chunked[i].result);
            assert_slice(slice_make(outcome.payload, outcome.length), chunked[i].payload);
            if (outcome.result == HTTP1_BODY_DONE)
                assert_row(bytes, "rest", (unsigned)(bytes.length - outcome.taken),
                           (unsigned)chunked[i].left);
        }
}

static void
takes_no_more_than_the_length(void **state)
{
    (void)state;
    for (size_t step = 1; step < 10; step++) {
        struct outcome outcome = follow(HTTP_BODY_LENGTH, 5, slice_of("helloGET /"), step);
        assert_int_equal(outcome.result, HTTP1_BODY_DONE);
        assert_int_equal(outcome.taken, 5);
        outcome = follow(HTTP_BODY_LENGTH, 5, slice_of("hell"), step);
        assert_int_equal(outcome.result, HTTP1_BODY_MORE);
    }
    assert_int_equal(follow(HTTP_BODY_LENGTH, 0, slice_of("x"), 1).result, HTTP1_BODY_DONE);
    assert_int_equal(follow(HTTP_BODY_NONE, 0, slice_of("x"), 1).taken, 0);
}

static void
takes_everything_until_close(void **state)
{
    struct outcome outcome = follow(HTTP_BODY_UNTIL_CLOSE, 0, slice_of("hello"), 2);
    (void)state;
    assert_int_equal(outcome.result, HTTP1_BODY_MORE);
    assert_int_equal(outcome.length, 5);
}

static void
counts_what_went_past_it(void **state)
{
    struct http1_body body;
    (void)state;
    http1_body_start(&body, HTTP_BODY_LENGTH, UINT64_MAX);
    http1_body_skip(&body, UINT64_MAX - 1);
    assert_false(http1_body_is_done(&body));
    http1_body_skip(&body, 1);
    assert_true(http1_body_is_done(&body));
    assert_true(body.payload_bytes == UINT64_MAX);
}

/* What a target may do in what is dropped, and what it may not. */
static void
chunks_of_targets_are_taken_more_leniently(void **state)
{
    static const struct {
        struct slice bytes;
        enum http1_body_result careless, strict;
    } rows[] = {
        {BYTES("0 \r\n\r\n"), HTTP1_BODY_DONE, HTTP1_BODY_MALFORMED},
        {BYTES("0\t \r\n\r\n"), HTTP1_BODY_DONE, HTTP1_BODY_MALFORMED},
        {BYTES("0 ;a\r\n\r\n"), HTTP1_BODY_DONE, HTTP1_BODY_DONE},
        {BYTES("0;\x01\r\n\r\n"), HTTP1_BODY_DONE, HTTP1_BODY_MALFORMED},
        {BYTES("0\r\nA: \x7f\r\n\r\n"), HTTP1_BODY_DONE, HTTP1_BODY_MALFORMED},
        {BYTES("0 5\r\n"), HTTP1_BODY_MALFORMED, HTTP1_BODY_MALFORMED},
        {BYTES("0 \n"), HTTP1_BODY_MALFORMED, HTTP1_BODY_MALFORMED},
        {BYTES("0;\n"), HTTP1_BODY_MALFORMED, HTTP1_BODY_MALFORMED},
        {BYTES("0\r\nA: \0\r\n\r\n"), HTTP1_BODY_MALFORMED, HTTP1_BODY_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int is_lenient = 0; is_lenient < 2; is_lenient++) {
            struct http1_body body;
            struct slice span;
            size_t used;
            http1_body_start(&body, HTTP_BODY_CHUNKED, 0);
            body.is_lenient = is_lenient == 1;
            assert_row(rows[i].bytes, "result",
                       http1_body_next(&body, rows[i].bytes, &used, &span),
                       is_lenient == 1 ? rows[i].careless : rows[i].strict);
        }
}

/* Feeds the same bytes again and again; how many rounds until it is malformed. */
static unsigned
rounds_until_malformed(struct slice start, struct slice round)
{
    struct http1_body body;
    struct slice span;
    size_t used, at;
    unsigned rounds = 0;

    http1_body_start(&body, HTTP_BODY_CHUNKED, 0);
    assert_int_equal(http1_body_next(&body, start, &used, &span), HTTP1_BODY_MORE);
    for (; rounds < 100000; rounds++) {
        for (at = 0; at < round.length; at += used)
            if (http1_body_next(&body, slice_make(round.at + at, round.length - at), &used,
                                &span) == HTTP1_BODY_MALFORMED)
                return rounds;
    }
    return rounds;
}

static void
bounds_extensions_and_trailers(void **state)
{
    (void)state;
    assert_true(rounds_until_malformed(slice_of("5;"), slice_of("aaaaaaaa")) <=
                HTTP1_CHUNK_LINE_MAX / 8);
    assert_true(rounds_until_malformed(slice_of(""), slice_of("1;aaaaaaa\r\nx\r\n")) <=
                HTTP1_EXTENSIONS_MAX / 7 + 1);
    assert_true(rounds_until_malformed(slice_of("0\r\n"), slice_of("A: bbbb\r\n")) <=
                HTTP1_TRAILERS_MAX / 9);
    assert_int_equal(rounds_until_malformed(slice_of(""), slice_of("1\r\nx\r\n")), 100000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_chunks_strictly_however_they_are_cut),
        cmocka_unit_test(takes_no_more_than_the_length),
        cmocka_unit_test(takes_everything_until_close),
        cmocka_unit_test(counts_what_went_past_it),
        cmocka_unit_test(chunks_of_targets_are_taken_more_leniently),
        cmocka_unit_test(bounds_extensions_and_trailers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
