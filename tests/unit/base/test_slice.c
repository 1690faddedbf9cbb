/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing, cutting and matching slices. */
#include "../unit.h"

#include "base/slice.h"

/* With as many steps as it takes. */
static bool
matches(struct slice subject, struct slice pattern, bool ignore_case, bool with_escape)
{
    size_t steps = SIZE_MAX;

    return slice_matches_glob(subject, pattern, ignore_case, with_escape, &steps);
}

static void
matches_a_star_over_path_segments(void **state)
{
    (void)state;
    assert_true(matches(slice_of("/img/a/b.png"), slice_of("/img/*"), false, false));
    assert_false(matches(slice_of("/img"), slice_of("/img/*"), false, false));
    assert_true(matches(slice_of(""), slice_of("*"), false, false));
}

static void
matches_exactly_one_byte_for_a_question_mark(void **state)
{
    (void)state;
    assert_true(matches(slice_of("/a1"), slice_of("/a?"), false, false));
    assert_false(matches(slice_of("/a"), slice_of("/a?"), false, false));
    assert_true(matches(slice_of("abcbc"), slice_of("*bc"), false, false));
}

static void
takes_a_star_literally_behind_a_backslash(void **state)
{
    (void)state;
    assert_true(matches(slice_of("a*b"), slice_of("a\\*b"), false, true));
    assert_false(matches(slice_of("axb"), slice_of("a\\*b"), false, true));
}

static void
compares_hosts_ignoring_case(void **state)
{
    (void)state;
    assert_true(matches(slice_of("WWW.Example.com"), slice_of("*.example.COM"), true, false));
    assert_true(slice_equal_ignoring_case(slice_of("Host"), slice_of("hOST")));
}

static void
reads_numbers_of_digits_only_and_in_range(void **state)
{
    uint64_t number = 0;
    (void)state;
    assert_true(slice_to_number(slice_of("18446744073709551615"), UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_false(slice_to_number(slice_of("18446744073709551616"), UINT64_MAX, &number));
    assert_false(slice_to_number(slice_of("+1"), 10, &number));
    assert_false(slice_to_number(slice_of(""), 10, &number));
    assert_false(slice_to_number(slice_of("11"), 10, &number));
}

static void
returns_every_element_of_a_list(void **state)
{
    struct slice rest = slice_of("a, b ,,c");
    struct slice element;
    const char *expected[] = {"a", "b", "", "c"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(slice_next(&rest, ',', &element));
        assert_true(slice_equal(element, slice_of(expected[i])));
    }
    assert_false(slice_next(&rest, ',', &element));
}

static void
counts_the_steps_of_a_glob(void **state)
{
    size_t steps = 1000;

    (void)state;
    assert_true(slice_matches_glob(slice_of("/app/long/way"), slice_of("/app/*"), false, false,
                                   &steps));
    assert_int_equal(steps, 1000 - 5);
    steps = 1000;
    assert_false(slice_matches_glob(slice_of("xbc"), slice_of("abc"), false, false, &steps));
    assert_int_equal(steps, 1000);
    assert_true(
        slice_matches_glob(slice_of("aaaaaaaab"), slice_of("*aab"), false, false, &steps));
    assert_in_range(steps, 1000 - 27, 1000 - 8);
    steps = 10;
    assert_false(
        slice_matches_glob(slice_of("aaaaaaaab"), slice_of("*aab"), false, false, &steps));
    assert_int_equal(steps, 0);
}

static void
passes_over_what_a_star_takes(void **state)
{
    (void)state;
    assert_true(matches(slice_of("x-Tenant"), slice_of("*TENANT"), true, false));
    assert_true(matches(slice_of("ab*"), slice_of("*\\*"), false, true));
    assert_false(matches(slice_of("abc"), slice_of("*\\*"), false, true));
    assert_true(matches(slice_of("ab\\"), slice_of("*\\"), false, true));
    assert_true(matches(slice_of("abc"), slice_of("*?c"), false, false));
    assert_true(matches(slice_of("abc"), slice_of("**c"), false, false));
    assert_false(matches(slice_of("c"), slice_of("*?c"), false, false));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_a_star_over_path_segments),
        cmocka_unit_test(matches_exactly_one_byte_for_a_question_mark),
        cmocka_unit_test(takes_a_star_literally_behind_a_backslash),
        cmocka_unit_test(compares_hosts_ignoring_case),
        cmocka_unit_test(counts_the_steps_of_a_glob),
        cmocka_unit_test(passes_over_what_a_star_takes),
        cmocka_unit_test(reads_numbers_of_digits_only_and_in_range),
        cmocka_unit_test(returns_every_element_of_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
