/* SPDX-License-Identifier: Apache-2.0 */
/* Uses are told to the minute, and bounded. */
#include "../../unit.h"

#include <stdio.h>

#include "base/clock.h"
#include "control/keys/key_uses.h"

#define NOW UINT64_C(1764148528000000)
#define SECOND UINT64_C(1000000)
#define ANNA "FAIRJ2QXWZ5KOTYB7MDA"
#define BEN "FAIRJ2QXWZ5KOTYB7MDB"

static unsigned news;

static void
on_news(void *argument)
{
    (void)argument;
    news++;
}

static int
begin(void **state)
{
    news = 0;
    clock_set_for_test(NOW, NOW);
    *state = key_uses_new(on_news, NULL);
    return 0;
}

static int
end(void **state)
{
    key_uses_free((struct key_uses **)state);
    return 0;
}

static void
use_at(struct key_uses *uses, const char *key_id, uint64_t wall_us)
{
    clock_set_for_test(NOW, wall_us);
    key_uses_note(uses, key_id);
}

static void
tells_of_a_use_once_a_minute(void **state)
{
    struct key_uses *uses = *state;

    assert_true(key_uses_last(uses, ANNA) == 0);
    use_at(uses, ANNA, NOW);
    use_at(uses, ANNA, NOW + 59 * SECOND);
    assert_int_equal(news, 1);
    assert_true(key_uses_last(uses, ANNA) == NOW);
    use_at(uses, BEN, NOW + 59 * SECOND);
    assert_int_equal(news, 2);
    use_at(uses, ANNA, NOW + 60 * SECOND);
    assert_int_equal(news, 3);
    assert_true(key_uses_last(uses, ANNA) == NOW + 60 * SECOND);
    assert_true(key_uses_last(uses, BEN) == NOW + 59 * SECOND);
}

static void
believes_a_clock_that_was_set_back(void **state)
{
    struct key_uses *uses = *state;

    use_at(uses, ANNA, NOW);
    use_at(uses, ANNA, NOW - 3600 * SECOND);
    assert_true(key_uses_last(uses, ANNA) == NOW - 3600 * SECOND);
    assert_int_equal(news, 2);
}

static void
forgets_a_key_that_is_deleted(void **state)
{
    struct key_uses *uses = *state;

    use_at(uses, ANNA, NOW);
    use_at(uses, BEN, NOW);
    key_uses_forget(uses, ANNA);
    key_uses_forget(uses, ANNA);
    assert_true(key_uses_last(uses, ANNA) == 0);
    assert_true(key_uses_last(uses, BEN) == NOW);
    assert_non_null(key_uses_at(uses, 0));
    assert_null(key_uses_at(uses, 1));
}

static void
puts_back_what_was_kept_and_nothing_else(void **state)
{
    struct key_uses *uses = *state;

    key_uses_put(uses, ANNA, NOW);
    key_uses_put(uses, "", NOW);
    key_uses_put(uses, ANNA "X", NOW);
    assert_true(key_uses_last(uses, ANNA) == NOW);
    assert_null(key_uses_at(uses, 1));
    assert_int_equal(news, 0);
}

static void
forgets_the_quietest_when_there_are_too_many(void **state)
{
    struct key_uses *uses = *state;
    char id[ACCESS_KEY_ID_LENGTH + 1];

    key_uses_put(uses, ANNA, NOW - SECOND);
    for (unsigned i = 1; i < ACCESS_KEYS_MAX; i++) {
        snprintf(id, sizeof(id), "FAIR%016u", i);
        key_uses_put(uses, id, NOW);
    }
    assert_true(key_uses_last(uses, ANNA) != 0);
    use_at(uses, BEN, NOW);
    assert_true(key_uses_last(uses, ANNA) == 0);
    assert_true(key_uses_last(uses, BEN) == NOW);
    assert_non_null(key_uses_at(uses, ACCESS_KEYS_MAX - 1));
    assert_null(key_uses_at(uses, ACCESS_KEYS_MAX));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_a_use_once_a_minute),
        TEST(believes_a_clock_that_was_set_back),
        TEST(forgets_a_key_that_is_deleted),
        TEST(puts_back_what_was_kept_and_nothing_else),
        TEST(forgets_the_quietest_when_there_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
