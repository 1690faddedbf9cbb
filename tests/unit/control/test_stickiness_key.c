/* SPDX-License-Identifier: Apache-2.0 */
/* The key of before, or another one that is kept; never none. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/stickiness_key.h"

static char directory[] = "/tmp/fairlead-test-XXXXXX";
static char path[64], other[64];

static int
make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/stickiness.key", directory);
    snprintf(other, sizeof(other), "%s/other", directory);
    return 0;
}

static int
remove_directory(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(directory);
}

static void
write_bytes(const char *name, size_t length)
{
    FILE *file = fopen(name, "w");

    for (size_t i = 0; i < length; i++)
        fputc('k', file);
    fclose(file);
    chmod(name, 0600);
}

/* Loads twice: what was made must be kept. */
static void
assert_kept_key(bool is_of_file)
{
    struct config config = {.state_dir = directory};
    uint8_t key[STICKINESS_KEY_BYTES], again[STICKINESS_KEY_BYTES];
    struct stat status;

    assert_true(stickiness_key_load(&config, key));
    assert_true(stickiness_key_load(&config, again));
    assert_memory_equal(key, again, sizeof(key));
    assert_int_equal(key[0] == 'k' && key[31] == 'k', is_of_file);
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_int_equal(status.st_size, STICKINESS_KEY_BYTES);
    unlink(path);
}

static void
makes_a_key_and_keeps_it(void **state)
{
    (void)state;
    assert_kept_key(false);
    write_bytes(path, STICKINESS_KEY_BYTES);
    assert_kept_key(true);
}

static void
makes_a_broken_one_again(void **state)
{
    static const size_t lengths[] = {0, 1, 31, 33, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        write_bytes(path, lengths[i]);
        assert_kept_key(false);
    }
}

static void
makes_one_where_others_can_have_put_it(void **state)
{
    (void)state;
    write_bytes(other, STICKINESS_KEY_BYTES);
    assert_int_equal(symlink(other, path), 0);
    assert_kept_key(false);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_kept_key(false);
    write_bytes(path, STICKINESS_KEY_BYTES);
    chmod(path, 0666);
    assert_kept_key(false);
}

static void
leaves_an_operators_file_alone(void **state)
{
    struct config config = {.state_dir = directory, .stickiness_key_path = path};
    uint8_t key[STICKINESS_KEY_BYTES];
    struct stat status;

    (void)state;
    assert_int_equal(symlink(other, path), 0); /* as mounted secrets are */
    assert_true(stickiness_key_load(&config, key));
    assert_int_equal(key[0], 'k');
    write_bytes(other, 7);
    assert_false(stickiness_key_load(&config, key));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 7);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(stickiness_key_load(&config, key));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_key_and_keeps_it),
        cmocka_unit_test(makes_a_broken_one_again),
        cmocka_unit_test(makes_one_where_others_can_have_put_it),
        cmocka_unit_test(leaves_an_operators_file_alone),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
