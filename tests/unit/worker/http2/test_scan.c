/* SPDX-License-Identifier: Apache-2.0 */
/* Borders of frames, however the bytes come; and budgets of what a client may do. */
#include "../../unit.h"

#include <string.h>

#include "worker/http2/guard.h"
#include "worker/http2/scan.h"

static const uint8_t bytes[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                               "\0\0\0\x04\0\0\0\0\0"
                               "\0\0\x03\x00\x09\x80\0\0\x05"
                               "abc"
                               "\0\x01\x02\xff\x01\x7f\xff\xff\xff";

/* In pieces of that size: the heads that are found. */
static unsigned
scan(size_t piece, struct http2_frame_head heads[4])
{
    struct http2_scan scan = {.rest = HTTP2_PREFACE_BYTES};
    const uint8_t *at = bytes;
    size_t length = sizeof(bytes) - 1;
    unsigned count = 0;

    while (length > 0) {
        bool has_head = false;
        size_t most = piece < length ? piece : length;
        size_t taken = http2_scan_next(&scan, at, most, &heads[count], &has_head);
        assert_true(taken > 0 && taken <= most);
        count += has_head;
        at += taken;
        length -= taken;
    }
    return count;
}

static void
frames_are_found_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof(bytes); piece++) {
        struct http2_frame_head heads[4] = {0};
        assert_int_equal(scan(piece, heads), 3);
        assert_int_equal(heads[0].type, 4);
        assert_int_equal(heads[0].length, 0);
        assert_int_equal(heads[1].length, 3);
        assert_int_equal(heads[1].type, 0);
        assert_int_equal(heads[1].flags, 9);
        assert_int_equal(heads[1].stream, 5);
        assert_int_equal(heads[2].length, 0x102);
        assert_int_equal(heads[2].type, 0xff);
        assert_int_equal(heads[2].stream, 0x7fffffff);
    }
}

static void
a_budget_has_a_burst_and_comes_back(void **state)
{
    struct guard guard = {.since_ms = 1000};

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        assert_true(guard_spend(&guard, 5, 2, 1000));
    assert_false(guard_spend(&guard, 5, 2, 1000));
    assert_false(guard_spend(&guard, 5, 2, 1400));
    assert_true(guard_spend(&guard, 5, 2, 2500));
    guard_earn(&guard, 3 * GUARD_UNIT);
    assert_true(guard_spend(&guard, 5, 2, 2500));
    guard = (struct guard){.since_ms = 0};
    assert_true(guard_spend(&guard, 1, 1, 1000000));
    assert_false(guard_spend(&guard, 1, 1, 1000000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_found_in_pieces_of_any_size),
        cmocka_unit_test(a_budget_has_a_burst_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
