/* SPDX-License-Identifier: Apache-2.0 */
/* Counter rows over many reloads: kept, given back, never two owners at a time. */
#include "../../unit.h"

#include <stdio.h>

#include "control/registry/numbers.h"
#include "ipc/counters.h"

static unsigned reused;

static void
on_reuse(void *argument, enum numbers_row kind, uint32_t row)
{
    (void)argument;
    (void)row;
    assert_int_equal(kind, NUMBERS_GROUP_ROW);
    reused++;
}

static struct numbers *
begin(void)
{
    struct numbers *numbers = numbers_new();

    reused = 0;
    numbers_set_on_reuse(numbers, on_reuse, NULL);
    return numbers;
}

/* A base of so many groups, named after the first number; published, and applied if wanted. */
static void
make_base(struct numbers *numbers, unsigned first, unsigned count, bool is_applied)
{
    static uint64_t generation;
    static bool is_taken[COUNTERS_GROUP_ROWS];
    char name[32];

    memset(is_taken, 0, sizeof(is_taken));
    numbers_begin_base(numbers);
    for (unsigned i = first; i < first + count; i++) {
        snprintf(name, sizeof(name), "group-%u", i);
        uint32_t row = numbers_group_row(numbers, name);
        assert_true(row < COUNTERS_GROUP_ROWS);
        assert_false(is_taken[row] && row != COUNTERS_GROUP_ROWS - 1);
        is_taken[row] = true;
    }
    numbers_end_base(numbers);
    numbers_note_published(numbers, ++generation);
    if (is_applied)
        numbers_note_applied(numbers, generation);
}

static void
keeps_the_row_of_what_stays_or_comes_back(void **state)
{
    struct numbers *numbers = begin();

    (void)state;
    make_base(numbers, 0, 10, true);
    uint32_t row = numbers_group_row(numbers, "group-3");
    make_base(numbers, 2, 10, true);
    assert_int_equal(numbers_group_row(numbers, "group-3"), row);
    make_base(numbers, 100, 10, true);
    make_base(numbers, 0, 10, true);
    assert_int_equal(numbers_group_row(numbers, "group-3"), row);
    assert_int_equal(reused, 0);
    numbers_free(&numbers);
}

static void
gives_rows_to_others_when_all_are_taken(void **state)
{
    struct numbers *numbers = begin();

    (void)state;
    for (unsigned i = 0; i < 20; i++)
        make_base(numbers, i * 1000, 1000, true);
    assert_int_equal(reused, 20 * 1000 - COUNTERS_GROUP_ROWS);
    /* Nobody of the last base shares a row. */
    make_base(numbers, 19000, 1000, true);
    assert_true(numbers_group_row(numbers, "group-19999") < COUNTERS_GROUP_ROWS - 1);
    numbers_free(&numbers);
}

static void
gives_no_row_away_that_a_worker_still_counts_in(void **state)
{
    struct numbers *numbers = begin();

    (void)state;
    make_base(numbers, 0, COUNTERS_GROUP_ROWS, true);
    make_base(numbers, 10000, 10, false);
    assert_int_equal(reused, 0);
    assert_int_equal(numbers_group_row(numbers, "group-10003"), COUNTERS_GROUP_ROWS - 1);
    numbers_free(&numbers);
}

static void
a_rule_keeps_its_row_while_its_listener_and_priority_stay(void **state)
{
    struct numbers *numbers = begin();

    (void)state;
    numbers_begin_base(numbers);
    uint32_t row = numbers_rule_row(numbers, "http", 10);
    assert_int_not_equal(numbers_rule_row(numbers, "http", 0), row);
    assert_int_not_equal(numbers_rule_row(numbers, "other", 10), row);
    assert_int_equal(numbers_rule_row(numbers, "http", 10), row);
    assert_int_equal(numbers_row_count(numbers, NUMBERS_RULE_ROW), 3);
    assert_int_equal(numbers_row_count(numbers, NUMBERS_GROUP_ROW), 0);
    numbers_free(&numbers);
}

static void
put(void *argument, const char *text, uint32_t row)
{
    numbers_put_row(argument, NUMBERS_GROUP_ROW, text, row);
}

static void
another_control_goes_on_with_the_same_rows(void **state)
{
    struct numbers *before = begin(), *after = numbers_new();
    const uint32_t kept[] = {0, 2, COUNTERS_TARGET_ROWS};

    (void)state;
    make_base(before, 0, 3, true);
    uint32_t row = numbers_group_row(before, "group-2");
    numbers_each_row(before, NUMBERS_GROUP_ROW, put, after);
    numbers_put_row(after, NUMBERS_GROUP_ROW, "far", COUNTERS_GROUP_ROWS);
    assert_int_equal(numbers_row_count(after, NUMBERS_GROUP_ROW), 3);
    assert_int_equal(numbers_group_row(after, "group-2"), row);
    assert_int_equal(numbers_group_row(after, "group-3"), 3);
    numbers_keep_target_rows(after, kept, 3);
    assert_int_equal(numbers_take_target_row(after), 1);
    assert_int_equal(numbers_take_target_row(after), 3);
    numbers_give_back_target_row(after, 0);
    assert_int_equal(numbers_take_target_row(after), 0);
    numbers_free(&before);
    numbers_free(&after);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_row_of_what_stays_or_comes_back),
        cmocka_unit_test(gives_rows_to_others_when_all_are_taken),
        cmocka_unit_test(gives_no_row_away_that_a_worker_still_counts_in),
        cmocka_unit_test(another_control_goes_on_with_the_same_rows),
        cmocka_unit_test(a_rule_keeps_its_row_while_its_listener_and_priority_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
