/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include "wire/percent.h"

static void
expect_encoded(struct slice bytes, const char *wanted)
{
    char memory[128];
    struct text out = text_over(memory, sizeof(memory));

    percent_encode(&out, bytes);
    assert_true(slice_equal(text_slice(&out), slice_of(wanted)));
    assert_true(percent_is_encoded(text_slice(&out), ""));
}

static void
expect_decoded(const char *text, bool plus_is_space, const char *wanted)
{
    char memory[128];
    size_t length = percent_decode(memory, slice_of(text), plus_is_space);

    assert_true(slice_equal(slice_make(memory, length), slice_of(wanted)));
}

static void
encodes_all_but_unreserved_bytes(void **state)
{
    (void)state;
    expect_encoded(SLICE_LITERAL("AZaz09-._~"), "AZaz09-._~");
    expect_encoded(SLICE_LITERAL(" /?%+=&*"), "%20%2F%3F%25%2B%3D%26%2A");
    expect_encoded(SLICE_LITERAL("\0\x7f\xff\n"), "%00%7F%FF%0A");
    expect_encoded(SLICE_NONE, "");
}

static void
knows_what_it_writes(void **state)
{
    static const char *const not_encoded[] = {"a b", "a+b", "%2f",  "%2",
                                              "%",   "%zz", "\xc3", "a\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(not_encoded) / sizeof(*not_encoded); i++)
        assert_false(percent_is_encoded(slice_of(not_encoded[i]), "/"));
    assert_true(percent_is_encoded(SLICE_LITERAL("/a/%2F"), "/"));
    assert_false(percent_is_encoded(SLICE_LITERAL("/a/%2F"), ""));
    assert_false(percent_is_encoded(SLICE_LITERAL("a\0b"), "/"));
}

static void
decodes_both_cases_and_leaves_what_is_broken(void **state)
{
    (void)state;
    expect_decoded("%2f%2F%41", false, "//A");
    expect_decoded("a+b", false, "a+b");
    expect_decoded("a+b%2B", true, "a b+");
    expect_decoded("100%", false, "100%");
    expect_decoded("%4", false, "%4");
    expect_decoded("%zz%", false, "%zz%");
    expect_decoded("%%41", false, "%A");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_all_but_unreserved_bytes),
        cmocka_unit_test(knows_what_it_writes),
        cmocka_unit_test(decodes_both_cases_and_leaves_what_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
