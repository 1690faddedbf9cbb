/* SPDX-License-Identifier: Apache-2.0 */
#include "keys_unit.h"

#include <stdio.h>

#include "control/keys/access_key.h"
#include "control/keys/key_rates.h"

#define ANNA "FAIRANNA"
#define BOB "FAIRBOB"

static int
begin(void **state)
{
    set_now(BEGINNING_MS);
    *state = key_rates_new();
    key_rates_set(*state, 100);
    return 0;
}

static int
end(void **state)
{
    struct key_rates *rates = *state;

    key_rates_free(&rates);
    return 0;
}

/* How many calls are taken at once, of at most 1,000. */
static unsigned
take_all(struct key_rates *rates, const char *key_id)
{
    unsigned count = 0;

    while (count < 1000 && key_rates_take(rates, key_id))
        count++;
    return count;
}

static void
takes_a_burst_and_then_so_many_a_second(void **state)
{
    assert_int_equal(take_all(*state, ANNA), 200);
    set_now(now_ms + 9);
    assert_int_equal(take_all(*state, ANNA), 0);
    set_now(now_ms + 1);
    assert_int_equal(take_all(*state, ANNA), 1);
    set_now(now_ms + 1000);
    assert_int_equal(take_all(*state, ANNA), 100);
    set_now(now_ms + 2000);
    assert_int_equal(take_all(*state, ANNA), 200);
    set_now(now_ms + 1000000);
    assert_int_equal(take_all(*state, ANNA), 200);
}

static void
leaves_others_alone(void **state)
{
    assert_int_equal(take_all(*state, ANNA), 200);
    assert_int_equal(take_all(*state, BOB), 200);
    assert_int_equal(take_all(*state, NULL), 200);
    assert_int_equal(take_all(*state, NULL), 0);
}

static void
follows_another_limit(void **state)
{
    assert_int_equal(take_all(*state, ANNA), 200);
    key_rates_set(*state, 1);
    set_now(now_ms + 999);
    assert_int_equal(take_all(*state, ANNA), 0);
    set_now(now_ms + 1);
    assert_int_equal(take_all(*state, ANNA), 1);
    assert_int_equal(take_all(*state, BOB), 2);
    key_rates_set(*state, 0);
    assert_int_equal(take_all(*state, BOB), 1000);
    key_rates_set(*state, 10);
    set_now(now_ms + 2000);
    assert_int_equal(take_all(*state, BOB), 20);
}

static void
forgets_the_quietest_key(void **state)
{
    char id[ACCESS_KEY_ID_LENGTH + 1];

    assert_int_equal(take_all(*state, ANNA), 200);
    for (unsigned i = 0; i < ACCESS_KEYS_MAX; i++) {
        set_now(now_ms + (i == 0));
        snprintf(id, sizeof(id), "FAIR%u", i);
        assert_true(key_rates_take(*state, id));
    }
    set_now(now_ms + 1);
    assert_false(key_rates_take(*state, ANNA));
    assert_true(key_rates_take(*state, BOB));
    assert_int_equal(take_all(*state, ANNA), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_a_burst_and_then_so_many_a_second, begin, end),
        cmocka_unit_test_setup_teardown(leaves_others_alone, begin, end),
        cmocka_unit_test_setup_teardown(follows_another_limit, begin, end),
        cmocka_unit_test_setup_teardown(forgets_the_quietest_key, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
