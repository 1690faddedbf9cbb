/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include "control/keys/access_key.h"

static void
knows_names(void **state)
{
    static const char *const good[] = {"a", "anna", "ci-2@example.com", "A.b_c+9"};
    static const char *const bad[] = {"", " ", "an na", "a\n", "a/b", "a\"", "\xc3\xa4", "a:b"};
    char name[ACCESS_KEY_NAME_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_true(access_key_is_name(slice_of(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(access_key_is_name(slice_of(bad[i])));
    assert_false(access_key_is_name(SLICE_LITERAL("a\0b")));
    memset(name, 'a', sizeof(name));
    assert_true(access_key_is_name(slice_make(name, ACCESS_KEY_NAME_MAX)));
    assert_false(access_key_is_name(slice_make(name, ACCESS_KEY_NAME_MAX + 1)));
}

static void
makes_keys_that_differ(void **state)
{
    struct access_key one, other;

    (void)state;
    access_key_make(&one, "anna", true);
    access_key_make(&other, "ben", false);
    assert_true(access_key_is_sound(&one));
    assert_true(access_key_is_sound(&other));
    assert_true(one.is_read_only);
    assert_false(other.is_read_only);
    assert_string_equal(one.name, "anna");
    assert_string_not_equal(one.id, other.id);
    assert_string_not_equal(one.secret, other.secret);
    assert_int_equal(strlen(one.secret), ACCESS_KEY_SECRET_LENGTH);
    access_key_erase(&one);
    assert_string_equal(one.secret, "");
}

/* All 62 letters of a secret come up, none more than twice as often as it should. */
static void
draws_each_letter_alike(void **state)
{
    unsigned counts[128] = {0};
    struct access_key key;

    (void)state;
    for (int i = 0; i < 500; i++) {
        access_key_make(&key, "a", false);
        for (const char *at = key.secret; *at != '\0'; at++)
            counts[(unsigned char)*at]++;
    }
    for (int letter = 0; letter < 128; letter++)
        assert_int_equal(counts[letter] > 150 && counts[letter] < 650,
                         slice_is_letter((char)letter) || (letter >= '0' && letter <= '9'));
}

static void
finds_by_name_and_id(void **state)
{
    struct access_key_list list = {0};
    struct access_key key;

    (void)state;
    assert_null(access_key_list_named(&list, slice_of("anna")));
    access_key_make(&key, "anna", false);
    access_key_list_add(&list, &key);
    access_key_make(&key, "ben", false);
    access_key_list_add(&list, &key);
    assert_string_equal(access_key_list_find(&list, slice_of(key.id))->name, "ben");
    assert_string_equal(access_key_list_named(&list, slice_of("anna"))->name, "anna");
    assert_null(access_key_list_named(&list, slice_of("ann")));
    assert_null(access_key_list_find(&list, SLICE_NONE));
    struct access_key_list rest = access_key_list_copy(&list, &list.at[0]);
    assert_int_equal(rest.count, 1);
    assert_string_equal(rest.at[0].name, "ben");
    access_key_list_clear(&rest);
    access_key_list_clear(&list);
    assert_int_equal(list.count, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names),
        cmocka_unit_test(makes_keys_that_differ),
        cmocka_unit_test(draws_each_letter_alike),
        cmocka_unit_test(finds_by_name_and_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
