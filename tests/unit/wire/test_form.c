/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdlib.h>

#include "wire/form.h"

#define MOST 4

static void
expect_refused(struct slice text, const char *reason)
{
    struct form form;
    const char *error;

    assert_false(form_read(&form, text, MOST, &error));
    assert_string_equal(error, reason);
    assert_int_equal(form.count, 0);
    assert_null(form.memory);
}

static void
reads_names_and_values(void **state)
{
    struct form form;
    const char *error;

    (void)state;
    assert_true(form_read(&form, slice_of("a=1&b=x+y%26%3D&a=2=3&c"), MOST, &error));
    assert_int_equal(form.count, 4);
    assert_string_equal(form_value(&form, "a", 0), "1");
    assert_string_equal(form_value(&form, "a", 1), "2=3");
    assert_null(form_value(&form, "a", 2));
    assert_string_equal(form_value(&form, "b", 0), "x y&=");
    assert_string_equal(form_value(&form, "c", 0), "");
    assert_null(form_value(&form, "", 0));
    form_clear(&form);
    assert_null(form_value(&form, "a", 0));
}

static void
passes_over_empty_members(void **state)
{
    static const char *const texts[] = {"", "&", "&&&&&&&&"};
    struct form form;
    const char *error;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_true(form_read(&form, slice_of(texts[i]), MOST, &error));
        assert_int_equal(form.count, 0);
        form_clear(&form);
    }
    assert_true(form_read(&form, SLICE_NONE, MOST, &error));
    form_clear(&form);
    assert_true(form_read(&form, slice_of("&&a=1&&=2&"), MOST, &error));
    assert_int_equal(form.count, 2);
    assert_string_equal(form_value(&form, "", 0), "2");
    form_clear(&form);
}

static void
reads_as_many_as_allowed(void **state)
{
    struct form form;
    const char *error;

    (void)state;
    assert_true(form_read(&form, slice_of("a&b&c&d"), MOST, &error));
    form_clear(&form);
    expect_refused(slice_of("a&b&c&d&e"), "has too many members");
}

static void
refuses_a_byte_0(void **state)
{
    (void)state;
    expect_refused(slice_of("a=b%00c"), "has a byte 0");
    expect_refused(slice_of("%00=b"), "has a byte 0");
    expect_refused(SLICE_LITERAL("a=\0"), "has a byte 0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_values),
        cmocka_unit_test(passes_over_empty_members),
        cmocka_unit_test(reads_as_many_as_allowed),
        cmocka_unit_test(refuses_a_byte_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
