/* SPDX-License-Identifier: Apache-2.0 */
/* The file of keys: what was written comes back; what is doubtful is refused as a whole. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/keys/key_file.h"

#define ID "FAIRAAAAAAAAAAAAAAAA"
#define SECRET "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
#define KEY(name, id)                                                                          \
    "{\"name\":\"" name "\",\"id\":\"" id "\",\"secret\":\"" SECRET                            \
    "\",\"read_only\":false,\"created\":1}"
#define FILE_OF(keys) "{\"version\":1,\"keys\":[" keys "]}"

static char directory[] = "/tmp/fairlead-test-XXXXXX";
static char path[64], other[64];

static int
make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/keys.json", directory);
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
write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

static void
expect_refused(const char *wanted)
{
    struct access_key_list list;
    char reason[128];

    assert_false(key_file_read(path, &list, reason, sizeof(reason)));
    assert_string_equal(reason, wanted);
    assert_int_equal(list.count, 0);
    assert_null(list.at);
}

static void
has_no_keys_without_a_file(void **state)
{
    struct access_key_list list;
    char reason[128];

    (void)state;
    unlink(path);
    assert_true(key_file_read(path, &list, reason, sizeof(reason)));
    assert_int_equal(list.count, 0);
}

static void
gives_back_what_was_written(void **state)
{
    struct access_key_list list = {0}, again;
    struct access_key key;
    struct stat status;
    char reason[128];

    (void)state;
    assert_int_equal(key_file_write(path, &list), 0);
    assert_true(key_file_read(path, &again, reason, sizeof(reason)));
    assert_int_equal(again.count, 0);
    access_key_make(&key, "anna", false);
    access_key_list_add(&list, &key);
    access_key_make(&key, "ci@example.com", true);
    access_key_list_add(&list, &key);
    assert_int_equal(key_file_write(path, &list), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_true(key_file_read(path, &again, reason, sizeof(reason)));
    assert_int_equal(again.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(again.at[i].name, list.at[i].name);
        assert_string_equal(again.at[i].id, list.at[i].id);
        assert_string_equal(again.at[i].secret, list.at[i].secret);
        assert_int_equal(again.at[i].is_read_only, list.at[i].is_read_only);
        assert_int_equal(again.at[i].created_wall_us, list.at[i].created_wall_us);
    }
    access_key_list_clear(&list);
    access_key_list_clear(&again);
}

static void
refuses_what_is_no_list_of_keys(void **state)
{
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "it is no JSON"},
        {"garbage", "it is no JSON"},
        {FILE_OF(KEY("a", ID)) "x", "it is no JSON"},
        {"{\"version\":1,\"version\":1,\"keys\":[]}", "it is no JSON"},
        {"[]", "it is no list of keys of this version"},
        {"{\"version\":1}", "it is no list of keys of this version"},
        {"{\"version\":2,\"keys\":[]}", "it is no list of keys of this version"},
        {"{\"version\":1,\"keys\":{}}", "it is no list of keys of this version"},
        {FILE_OF("1"), "its key 1 is not one that was made here"},
        {FILE_OF("{}"), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a b", ID)), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("", ID)), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a", "FAIRAAAAAAAAAAAAAAA")), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a", "FAIRAAAAAAAAAAAAAAAAA")), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a", "AKIAAAAAAAAAAAAAAAAA")), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a", "FAIRAAAAAAAAAAAAAAA1")), "its key 1 is not one that was made here"},
        {FILE_OF(KEY("a\\u0000b", ID)), "it is no JSON"},
        {FILE_OF(KEY("a", ID) "," KEY("a", "FAIRAAAAAAAAAAAAAAAB")),
         "its key 2 is not one that was made here"},
        {FILE_OF(KEY("a", ID) "," KEY("b", ID)), "its key 2 is not one that was made here"},
        {FILE_OF(KEY("a", ID) ",{\"name\":\"b\",\"id\":\"FAIRAAAAAAAAAAAAAAAB\","
                              "\"secret\":\"short\",\"read_only\":false,\"created\":1}"),
         "its key 2 is not one that was made here"},
        {FILE_OF("{\"name\":\"b\",\"id\":\"" ID "\",\"secret\":\"" SECRET
                 "\",\"read_only\":0,\"created\":1}"),
         "its key 1 is not one that was made here"},
        {FILE_OF("{\"name\":\"b\",\"id\":\"" ID "\",\"secret\":\"" SECRET
                 "\",\"read_only\":false}"),
         "its key 1 is not one that was made here"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        write_file(rows[i].text, 0600);
        expect_refused(rows[i].reason);
    }
}

static void
refuses_what_others_may_read_or_write(void **state)
{
    static const struct {
        mode_t mode;
        const char *reason;
    } rows[] = {
        {0640, "other users may read it: chmod 600"},
        {0604, "other users may read it: chmod 600"},
        {0660, "other users may write it"},
        {0602, "other users may write it"},
        {0666, "other users may write it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        write_file(FILE_OF(KEY("a", ID)), rows[i].mode);
        expect_refused(rows[i].reason);
    }
}

static void
refuses_what_is_no_plain_file(void **state)
{
    (void)state;
    write_file(FILE_OF(KEY("a", ID)), 0600);
    assert_int_equal(link(path, other), 0);
    expect_refused("it has another name, too (a hard link)");
    unlink(path);
    assert_int_equal(symlink(other, path), 0);
    expect_refused("it is a symbolic link");
    unlink(path);
    unlink(other);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused("it is no regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused("it is no regular file");
    rmdir(path);
}

static void
refuses_what_is_too_large(void **state)
{
    (void)state;
    write_file("", 0600);
    assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
    expect_refused("it is too large");
}

static void
takes_as_many_keys_as_there_may_be(void **state)
{
    struct access_key_list list = {0}, again;
    struct access_key key;
    char reason[128], name[16];

    (void)state;
    for (int i = 0; i < ACCESS_KEYS_MAX; i++) {
        snprintf(name, sizeof(name), "key-%d", i);
        access_key_make(&key, name, false);
        access_key_list_add(&list, &key);
    }
    assert_int_equal(key_file_write(path, &list), 0);
    assert_true(key_file_read(path, &again, reason, sizeof(reason)));
    assert_int_equal(again.count, ACCESS_KEYS_MAX);
    access_key_list_clear(&again);
    access_key_make(&key, "more", false);
    access_key_list_add(&list, &key);
    assert_int_equal(key_file_write(path, &list), 0);
    expect_refused("it is no list of keys of this version");
    access_key_list_clear(&list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_no_keys_without_a_file),
        cmocka_unit_test(gives_back_what_was_written),
        cmocka_unit_test(refuses_what_is_no_list_of_keys),
        cmocka_unit_test(refuses_what_others_may_read_or_write),
        cmocka_unit_test(refuses_what_is_no_plain_file),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(takes_as_many_keys_as_there_may_be),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
