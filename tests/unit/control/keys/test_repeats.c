/* SPDX-License-Identifier: Apache-2.0 */
/* The memory against repetition: nothing twice while it is valid, nothing kept beyond. */
#include "../../unit.h"

#include <stdio.h>

#include "base/clock.h"
#include "control/keys/repeats.h"

#define SECOND UINT64_C(1000000)
#define NOW_S UINT64_C(1800000000)

static uint64_t now_us;

static void
set_now(uint64_t us)
{
    now_us = us;
    clock_set_for_test(us, NOW_S * SECOND + us);
}

static int
begin(void **state)
{
    set_now(1000 * SECOND);
    *state = repeats_new();
    return 0;
}

static int
end(void **state)
{
    struct repeats *repeats = *state;

    repeats_free(&repeats);
    return 0;
}

/* Until when one signed now is valid. */
static uint64_t
until(void)
{
    return NOW_S + now_us / SECOND + 900;
}

static enum repeats_verdict
nonce(struct repeats *repeats, const char *key_id, const char *text)
{
    return repeats_note(repeats, &(struct repeats_call){.key_id = slice_of(key_id),
                                                        .nonce = slice_of(text),
                                                        .valid_until_s = until()});
}

static enum repeats_verdict
signature(struct repeats *repeats, const char *text, const char *invocation_id)
{
    return repeats_note(repeats,
                        &(struct repeats_call){.key_id = SLICE_LITERAL("FAIR"),
                                               .signature = slice_of(text),
                                               .invocation_id = slice_of(invocation_id),
                                               .valid_until_s = until()});
}

static void
takes_a_nonce_once_for_a_key(void **state)
{
    struct repeats *repeats = *state;

    assert_int_equal(nonce(repeats, "FAIRA", "n1"), REPEATS_FIRST);
    assert_int_equal(nonce(repeats, "FAIRA", "n1"), REPEATS_AGAIN);
    assert_int_equal(nonce(repeats, "FAIRA", "n2"), REPEATS_FIRST);
    assert_int_equal(nonce(repeats, "FAIRB", "n1"), REPEATS_FIRST);
    assert_int_equal(nonce(repeats, "FAIRB", "n1"), REPEATS_AGAIN);
    assert_int_equal(nonce(repeats, "FAIRAn", "1"), REPEATS_FIRST);
    assert_int_equal(repeats_count(repeats), 4);
}

static void
takes_a_signature_once_where_nothing_tells_calls_apart(void **state)
{
    struct repeats *repeats = *state;

    assert_int_equal(signature(repeats, "s1", ""), REPEATS_FIRST);
    assert_int_equal(signature(repeats, "s1", ""), REPEATS_AGAIN);
    assert_int_equal(signature(repeats, "s2", ""), REPEATS_FIRST);
}

static void
takes_other_invocations_of_a_signature_for_two_seconds(void **state)
{
    struct repeats *repeats = *state;

    assert_int_equal(signature(repeats, "s", "one"), REPEATS_FIRST);
    assert_int_equal(signature(repeats, "s", "one"), REPEATS_AGAIN);
    assert_int_equal(signature(repeats, "s", "two"), REPEATS_FIRST);
    set_now(now_us + 2 * SECOND);
    assert_int_equal(signature(repeats, "s", "three"), REPEATS_FIRST);
    assert_int_equal(signature(repeats, "s", "two"), REPEATS_AGAIN);
    set_now(now_us + 1);
    assert_int_equal(signature(repeats, "s", "four"), REPEATS_AGAIN);
    assert_int_equal(signature(repeats, "s", "three"), REPEATS_AGAIN);
    assert_int_equal(signature(repeats, "other", "four"), REPEATS_FIRST);
}

static void
takes_so_many_of_them_and_no_more(void **state)
{
    struct repeats *repeats = *state;
    char id[16];

    for (int i = 0; i < REPEATS_ALIKE_MAX; i++) {
        snprintf(id, sizeof(id), "%d", i);
        assert_int_equal(signature(repeats, "s", id), REPEATS_FIRST);
    }
    assert_int_equal(signature(repeats, "s", "more"), REPEATS_AGAIN);
}

static void
remembers_as_long_as_a_signature_is_valid(void **state)
{
    struct repeats *repeats = *state;
    const struct repeats_call early = {.key_id = SLICE_LITERAL("FAIR"),
                                       .nonce = SLICE_LITERAL("early"),
                                       .valid_until_s = until()};
    const struct repeats_call ahead = {.key_id = SLICE_LITERAL("FAIR"),
                                       .nonce = SLICE_LITERAL("ahead"),
                                       .valid_until_s = until() + 900};

    assert_int_equal(repeats_note(repeats, &early), REPEATS_FIRST);
    assert_int_equal(repeats_note(repeats, &ahead), REPEATS_FIRST);
    for (int i = 0; i <= 900; i += 30) {
        set_now((1000 + (uint64_t)i) * SECOND);
        assert_int_equal(repeats_note(repeats, &early), REPEATS_AGAIN);
    }
    set_now((1000 + 900 + 60) * SECOND);
    assert_int_equal(nonce(repeats, "FAIR", "x"), REPEATS_FIRST);
    assert_int_equal(repeats_count(repeats), 2); /* early is forgotten */
    set_now((1000 + 1800) * SECOND);
    assert_int_equal(repeats_note(repeats, &ahead), REPEATS_AGAIN);
    set_now((1000 + 86400) * SECOND);
    assert_int_equal(nonce(repeats, "FAIR", "y"), REPEATS_FIRST);
    assert_int_equal(repeats_count(repeats), 1);
}

static void
remembers_also_when_the_clock_is_set_back(void **state)
{
    struct repeats *repeats = *state;

    assert_int_equal(nonce(repeats, "FAIR", "n"), REPEATS_FIRST);
    set_now(now_us - 600 * SECOND);
    assert_int_equal(nonce(repeats, "FAIR", "n"), REPEATS_AGAIN);
    assert_int_equal(nonce(repeats, "FAIR", "m"), REPEATS_FIRST);
    assert_int_equal(nonce(repeats, "FAIR", "m"), REPEATS_AGAIN);
}

static void
lets_calls_wait_when_it_is_full(void **state)
{
    struct repeats *repeats = *state;
    char text[16];

    for (int i = 0; i < REPEATS_MAX - 1; i++) {
        snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(nonce(repeats, "FAIR", text), REPEATS_FIRST);
    }
    assert_int_equal(signature(repeats, "s", ""), REPEATS_FULL); /* it would count twice */
    assert_int_equal(nonce(repeats, "FAIR", "last"), REPEATS_FIRST);
    assert_int_equal(nonce(repeats, "FAIR", "more"), REPEATS_FULL);
    assert_int_equal(nonce(repeats, "FAIR", "0"), REPEATS_AGAIN);
    assert_int_equal(repeats_count(repeats), REPEATS_MAX);
    set_now(now_us + 1000 * SECOND);
    assert_int_equal(nonce(repeats, "FAIR", "more"), REPEATS_FIRST);
    assert_int_equal(repeats_count(repeats), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_a_nonce_once_for_a_key, begin, end),
        cmocka_unit_test_setup_teardown(takes_a_signature_once_where_nothing_tells_calls_apart,
                                        begin, end),
        cmocka_unit_test_setup_teardown(takes_other_invocations_of_a_signature_for_two_seconds,
                                        begin, end),
        cmocka_unit_test_setup_teardown(takes_so_many_of_them_and_no_more, begin, end),
        cmocka_unit_test_setup_teardown(remembers_as_long_as_a_signature_is_valid, begin, end),
        cmocka_unit_test_setup_teardown(remembers_also_when_the_clock_is_set_back, begin, end),
        cmocka_unit_test_setup_teardown(lets_calls_wait_when_it_is_full, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
