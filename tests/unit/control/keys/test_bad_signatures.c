/* SPDX-License-Identifier: Apache-2.0 */
#include "keys_unit.h"

#include <stdio.h>

#include "control/keys/bad_signatures.h"

#define CLIENT SLICE_LITERAL("127.0.0.1")
#define KEY SLICE_LITERAL("FAIRA")

static int
begin(void **state)
{
    set_now(BEGINNING_MS);
    *state = bad_signatures_new();
    return 0;
}

static int
end(void **state)
{
    struct bad_signatures *bad = *state;

    bad_signatures_free(&bad);
    return 0;
}

static void
stops_looking_after_so_many(void **state)
{
    struct bad_signatures *bad = *state;

    for (int i = 0; i < BAD_SIGNATURES_MAX; i++) {
        assert_false(bad_signatures_are_too_many(bad, CLIENT, KEY));
        bad_signatures_note(bad, CLIENT, KEY);
    }
    assert_true(bad_signatures_are_too_many(bad, CLIENT, KEY));
    set_now(now_ms + BAD_SIGNATURES_MS - 1);
    assert_true(bad_signatures_are_too_many(bad, CLIENT, KEY));
    set_now(now_ms + 1);
    assert_false(bad_signatures_are_too_many(bad, CLIENT, KEY));
    bad_signatures_note(bad, CLIENT, KEY);
    assert_false(bad_signatures_are_too_many(bad, CLIENT, KEY));
}

static void
looks_at_others_and_at_other_keys(void **state)
{
    struct bad_signatures *bad = *state;

    for (int i = 0; i < BAD_SIGNATURES_MAX; i++)
        bad_signatures_note(bad, CLIENT, KEY);
    assert_true(bad_signatures_are_too_many(bad, CLIENT, KEY));
    assert_false(bad_signatures_are_too_many(bad, CLIENT, SLICE_LITERAL("FAIRB")));
    assert_false(bad_signatures_are_too_many(bad, CLIENT, SLICE_LITERAL("")));
    assert_false(bad_signatures_are_too_many(bad, SLICE_LITERAL("127.0.0.2"), KEY));
    assert_false(bad_signatures_are_too_many(bad, SLICE_LITERAL(""), KEY));
}

static void
tells_of_the_first_and_the_last(void **state)
{
    struct bad_signatures *bad = *state;

    for (int i = 1; i <= BAD_SIGNATURES_MAX; i++)
        assert_int_equal(bad_signatures_note(bad, CLIENT, KEY),
                         i == 1 || i == BAD_SIGNATURES_MAX);
    set_now(now_ms + BAD_SIGNATURES_MS);
    assert_true(bad_signatures_note(bad, CLIENT, KEY));
}

/* Somebody who is always somebody else: little is told of him, and little memory taken. */
static void
bounds_what_it_tells_and_keeps(void **state)
{
    struct bad_signatures *bad = *state;
    unsigned told = 0;
    char client[16];

    for (int i = 0; i < 3 * BAD_SIGNATURES_CLIENTS; i++) {
        snprintf(client, sizeof(client), "%d", i);
        told += bad_signatures_note(bad, slice_of(client), KEY);
    }
    assert_int_equal(told, 20);
    set_now(now_ms + BAD_SIGNATURES_MS);
    assert_true(bad_signatures_note(bad, CLIENT, KEY));
}

static void
forgets_who_was_quiet_longest(void **state)
{
    struct bad_signatures *bad = *state;
    char client[16];

    for (int i = 0; i < BAD_SIGNATURES_MAX; i++) {
        bad_signatures_note(bad, CLIENT, KEY);
        bad_signatures_note(bad, SLICE_LITERAL("quiet"), KEY);
    }
    for (int i = 0; i < BAD_SIGNATURES_CLIENTS - 1; i++) {
        snprintf(client, sizeof(client), "%d", i);
        bad_signatures_note(bad, slice_of(client), KEY);
        bad_signatures_note(bad, CLIENT, KEY);
    }
    assert_true(bad_signatures_are_too_many(bad, CLIENT, KEY));
    assert_false(bad_signatures_are_too_many(bad, SLICE_LITERAL("quiet"), KEY));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stops_looking_after_so_many, begin, end),
        cmocka_unit_test_setup_teardown(looks_at_others_and_at_other_keys, begin, end),
        cmocka_unit_test_setup_teardown(tells_of_the_first_and_the_last, begin, end),
        cmocka_unit_test_setup_teardown(bounds_what_it_tells_and_keeps, begin, end),
        cmocka_unit_test_setup_teardown(forgets_who_was_quiet_longest, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
