/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed texts: only the same key opens them, and only unchanged. */
#include "../unit.h"

#include "net/seal.h"

static const uint8_t key[SEAL_KEY_BYTES] = "thirty-two bytes of a secret key";
static const uint8_t other_key[SEAL_KEY_BYTES] = "thirty-two bytes of another key!";

static void
opens_what_it_closed(void **state)
{
    const char plain[24] = "which target, since when";
    char text[SEAL_TEXT_SIZE(sizeof(plain))];
    char opened[sizeof(plain)];
    (void)state;
    size_t length = seal_close(key, plain, sizeof(plain), text);
    assert_int_not_equal(length, 0);
    assert_int_equal(seal_open(key, slice_make(text, length), opened, sizeof(opened)),
                     sizeof(opened));
    assert_memory_equal(plain, opened, sizeof(plain));
}

static void
refuses_another_key_another_length_and_every_changed_byte(void **state)
{
    const char plain[24] = "which target, since when";
    char text[SEAL_TEXT_SIZE(sizeof(plain))];
    char opened[sizeof(plain)];
    (void)state;
    size_t length = seal_close(key, plain, sizeof(plain), text);
    assert_int_equal(seal_open(other_key, slice_make(text, length), opened, sizeof(opened)),
                     -1);
    assert_int_equal(seal_open(key, slice_make(text, length), opened, sizeof(opened) - 1), -1);
    assert_int_equal(seal_open(key, slice_make(text, length - 4), opened, sizeof(opened)), -1);
    assert_int_equal(seal_open(key, slice_make(text, 0), opened, sizeof(opened)), -1);
    for (size_t i = 0; i < length; i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        assert_int_equal(seal_open(key, slice_make(text, length), opened, sizeof(opened)), -1);
        text[i] = kept;
    }
}

/* The cipher's context is kept between calls, with its last key. */
static void
goes_on_after_a_forgery_and_when_keys_change(void **state)
{
    const char plain[24] = "which target, since when";
    char text[SEAL_TEXT_SIZE(sizeof(plain))];
    char opened[sizeof(plain)];
    (void)state;
    for (int i = 0; i < 100; i++) {
        const uint8_t *with = i % 3 == 0 ? other_key : key;
        const uint8_t *without = i % 3 == 0 ? key : other_key;
        size_t length = seal_close(with, plain, sizeof(plain), text);
        assert_int_equal(seal_open(without, slice_make(text, length), opened, sizeof(opened)),
                         -1);
        memset(opened, 0, sizeof(opened));
        assert_int_equal(seal_open(with, slice_make(text, length), opened, sizeof(opened)),
                         sizeof(opened));
        assert_memory_equal(plain, opened, sizeof(plain));
    }
}

static void
seals_the_same_text_differently_each_time(void **state)
{
    const char plain[24] = "which target, since when";
    char texts[200][SEAL_TEXT_SIZE(sizeof(plain))];
    (void)state;
    for (int i = 0; i < 200; i++) {
        size_t length = seal_close(key, plain, sizeof(plain), texts[i]);
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(texts[i], texts[j], length);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_closed),
        cmocka_unit_test(refuses_another_key_another_length_and_every_changed_byte),
        cmocka_unit_test(goes_on_after_a_forgery_and_when_keys_change),
        cmocka_unit_test(seals_the_same_text_differently_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
