/* SPDX-License-Identifier: Apache-2.0 */
/* Where characters of a text end, and what a terminal may be shown. */
#include "../unit.h"

#include "base/text.h"

static void
knows_how_long_a_character_is(void **state)
{
    (void)state;
    assert_int_equal(text_character_length(""), 0);
    assert_int_equal(text_character_length("a"), 1);
    assert_int_equal(text_character_length("\xc3\xa9x"), 2);
    assert_int_equal(text_character_length("\xe2\x82\xacx"), 3);
    assert_int_equal(text_character_length("\xf0\x9f\x98\x80x"), 4);
    assert_int_equal(text_character_length("\xe9t"), 1);
    assert_int_equal(text_character_length("\xe2\x82"), 1);
    assert_int_equal(text_character_length("\xff"), 1);
}

static void
cuts_between_characters(void **state)
{
    (void)state;
    assert_int_equal(text_cut_length("abc", 10), 3);
    assert_int_equal(text_cut_length("abc", 2), 2);
    assert_int_equal(text_cut_length("a\xc3\xa9", 2), 1);
    assert_int_equal(text_cut_length("a\xc3\xa9", 3), 3);
    assert_int_equal(text_cut_length("\xf0\x9f\x98\x80", 3), 0);
    assert_int_equal(text_cut_length("", 3), 0);
}

static void
replaces_what_is_not_printable(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
         "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"a\nb\x1b[31m\x7f", "a?b?[31m?"},
        {"\xc2\x9b"
         "31m \xc2\xa0",
         "?31m \xc2\xa0"},
        {"caf\xe9", "caf?"},
        {"\xe2\x80\xa8 \xe2\x80\xae \xe2\x81\xa6 \xe2\x80\xaf \xe2\x81\xaa",
         "? ? ? \xe2\x80\xaf \xe2\x81\xaa"},
        {"\xe2\x82", "??"},
        {"\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80", "?? ??? ????"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[80];
        strcpy(text, rows[i][0]);
        text_make_printable(text);
        assert_string_equal(text, rows[i][1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_how_long_a_character_is),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(replaces_what_is_not_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
