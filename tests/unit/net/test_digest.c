/* SPDX-License-Identifier: Apache-2.0 */
/* Digests against the published ones: FIPS 180-4's examples and RFC 4231's. */
#include "../unit.h"

#include <stdlib.h>

#include "net/digest.h"

static void
expect(const uint8_t digest[DIGEST_BYTES], const char *text)
{
    char made[DIGEST_TEXT_SIZE];

    digest_format(digest, made);
    assert_string_equal(made, text);
}

static void
makes_the_published_digests(void **state)
{
    uint8_t digest[DIGEST_BYTES];

    (void)state;
    digest_sha256(SLICE_NONE, digest);
    expect(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_sha256(SLICE_LITERAL("abc"), digest);
    expect(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
makes_the_published_codes(void **state)
{
    uint8_t digest[DIGEST_BYTES];
    char long_key[131];

    (void)state;
    digest_hmac(SLICE_LITERAL("Jefe"), SLICE_LITERAL("what do ya want for nothing?"), digest);
    expect(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(long_key, 0xaa, sizeof(long_key));
    digest_hmac(slice_make(long_key, sizeof(long_key)),
                SLICE_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First"),
                digest);
    expect(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
takes_its_own_memory_as_a_key_and_also_none(void **state)
{
    uint8_t chain[DIGEST_BYTES], apart[DIGEST_BYTES];

    (void)state;
    digest_hmac(SLICE_NONE, SLICE_NONE, chain);
    expect(chain, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    digest_hmac(slice_make((const char *)chain, DIGEST_BYTES), SLICE_LITERAL("a"), apart);
    digest_hmac(slice_make((const char *)chain, DIGEST_BYTES), SLICE_LITERAL("a"), chain);
    assert_memory_equal(chain, apart, DIGEST_BYTES);
}

static void
compares_whole_texts(void **state)
{
    (void)state;
    assert_true(digest_is_same(SLICE_LITERAL("abc"), SLICE_LITERAL("abc")));
    assert_true(digest_is_same(SLICE_NONE, SLICE_LITERAL("")));
    assert_false(digest_is_same(SLICE_LITERAL("abc"), SLICE_LITERAL("abd")));
    assert_false(digest_is_same(SLICE_LITERAL("abc"), SLICE_LITERAL("ab")));
}

/* RFC 4648 10. */
static void
writes_base64(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        char *text = digest_base64(slice_of(pairs[i][0]));
        assert_string_equal(text, pairs[i][1]);
        free(text);
    }
}

static void
erases(void **state)
{
    static const char zeroes[6];
    char secret[6] = "secret";

    (void)state;
    digest_erase(secret, sizeof(secret));
    assert_memory_equal(secret, zeroes, sizeof(secret));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_published_digests),
        cmocka_unit_test(makes_the_published_codes),
        cmocka_unit_test(takes_its_own_memory_as_a_key_and_also_none),
        cmocka_unit_test(compares_whole_texts),
        cmocka_unit_test(writes_base64),
        cmocka_unit_test(erases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
