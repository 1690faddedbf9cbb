/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies through gather and frame: whatever the reads, the payload that goes out came in. */
#include "../../unit.h"

#include "base/random.h"
#include "http/forwarding.h"
#include "worker/http1/framing.h"
#include "worker/shared/context.h"

#define PAYLOAD 20000
#define ROUNDS 200

static char payload[PAYLOAD], wire[4 * PAYLOAD], sent[8 * PAYLOAD], back[PAYLOAD];
static char buffer[SCRATCH_HEADROOM + 4 * PAYLOAD + SCRATCH_TAILROOM];

/* The payload as a sender frames it: in chunks of random sizes, some with extensions. */
static size_t
write_wire(enum http_framing framing)
{
    struct text out = text_over(wire, sizeof(wire));

    for (size_t at = 0, length; at < PAYLOAD; at += length) {
        length = 1 + (size_t)random_below(random_below(4) == 0 ? 3000 : 30);
        length = length < PAYLOAD - at ? length : PAYLOAD - at;
        if (framing != HTTP_BODY_CHUNKED) {
            text_add_bytes(&out, payload + at, length);
            continue;
        }
        text_add_hex(&out, length, 0);
        if (random_below(5) == 0)
            text_add_literal(&out, ";a=\"b\"");
        text_add_literal(&out, "\r\n");
        text_add_bytes(&out, payload + at, length);
        text_add_literal(&out, "\r\n");
    }
    if (framing == HTTP_BODY_CHUNKED)
        text_add_literal(&out, "0\r\nTrailer: x\r\n\r\n");
    assert_false(out.is_truncated);
    return out.length;
}

/* Reads the wire in random pieces, each gathered and framed in place; returns bytes sent. */
static size_t
relay(enum http_framing from, enum http_framing to, size_t length)
{
    struct text out = text_over(sent, sizeof(sent));
    struct http1_body body;

    http1_body_start(&body, from, PAYLOAD);
    for (size_t at = 0, piece; at < length; at += piece) {
        char *bytes = buffer + SCRATCH_HEADROOM;
        size_t gathered = 0, used = 0;
        piece = 1 + (size_t)random_below(random_below(3) == 0 ? 5000 : 9);
        piece = piece < length - at ? piece : length - at;
        memcpy(bytes, wire + at, piece);
        assert_int_not_equal(framing_gather(&body, bytes, piece, &gathered, &used),
                             HTTP1_BODY_MALFORMED);
        assert_int_equal(used, piece);
        size_t framed = framing_frame(&bytes, gathered, to, http1_body_is_done(&body));
        assert_true(bytes + HTTP1_CHUNK_HEAD_MAX >= buffer + SCRATCH_HEADROOM);
        text_add_bytes(&out, bytes, framed);
    }
    assert_true(http1_body_may_end_here(&body));
    assert_false(out.is_truncated);
    return out.length;
}

static void
expect_payload(enum http_framing framing, size_t length)
{
    struct http1_body body;
    size_t gathered = 0, used = 0;

    http1_body_start(&body, framing, PAYLOAD);
    framing_gather(&body, sent, length, &gathered, &used);
    assert_int_equal(used, length);
    assert_int_equal(gathered, PAYLOAD);
    memcpy(back, sent, PAYLOAD);
    assert_memory_equal(back, payload, PAYLOAD);
    assert_true(http1_body_may_end_here(&body));
}

static void
what_goes_out_is_what_came_in(void **state)
{
    static const enum http_framing ways[][2] = {{HTTP_BODY_CHUNKED, HTTP_BODY_CHUNKED},
                                                {HTTP_BODY_LENGTH, HTTP_BODY_LENGTH},
                                                {HTTP_BODY_CHUNKED, HTTP_BODY_UNTIL_CLOSE},
                                                {HTTP_BODY_UNTIL_CLOSE, HTTP_BODY_UNTIL_CLOSE}};

    (void)state;
    random_seed_for_test(11);
    for (size_t i = 0; i < PAYLOAD; i++)
        payload[i] = (char)random_next();
    for (int round = 0; round < ROUNDS; round++) {
        size_t way = (size_t)random_below(4);
        size_t length = relay(ways[way][0], ways[way][1], write_wire(ways[way][0]));
        expect_payload(ways[way][1], length);
    }
}

static void
gathering_stops_where_the_body_ends(void **state)
{
    char bytes[] = "3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
    struct http1_body body;
    size_t gathered = 0, used = 0;

    (void)state;
    http1_body_start(&body, HTTP_BODY_CHUNKED, 0);
    assert_int_equal(framing_gather(&body, bytes, sizeof(bytes) - 1, &gathered, &used),
                     HTTP1_BODY_DONE);
    assert_int_equal(gathered, 3);
    assert_memory_equal(bytes, "abc", 3);
    assert_string_equal(bytes + used, "GET / HTTP/1.1\r\n");
}

static void
an_empty_piece_is_no_chunk(void **state)
{
    char *bytes = buffer + SCRATCH_HEADROOM;

    (void)state;
    assert_int_equal(framing_frame(&bytes, 0, HTTP_BODY_CHUNKED, false), 0);
    assert_int_equal(framing_frame(&bytes, 0, HTTP_BODY_CHUNKED, true), 5);
    assert_memory_equal(bytes, "0\r\n\r\n", 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_out_is_what_came_in),
        cmocka_unit_test(gathering_stops_where_the_body_ends),
        cmocka_unit_test(an_empty_piece_is_no_chunk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
