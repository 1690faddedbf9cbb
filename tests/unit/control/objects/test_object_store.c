/* SPDX-License-Identifier: Apache-2.0 */
/* What the store keeps over ends of every kind, and which files it refuses. */
#include "../../unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/objects/object_store.h"

static char directory[64];

static char *
path_of(const char *name)
{
    return memory_print("%s/%s", directory, name);
}

static int
make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof(directory), "/tmp/fairlead-test-XXXXXX");
    return mkdtemp(directory) == NULL ? -1 : 0;
}

static int
remove_directory(void **state)
{
    static const char *const names[] = {"objects.sqlite", "objects.sqlite-wal",
                                        "objects.sqlite-shm", "backup"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *path = path_of(names[i]);
        unlink(path);
        free(path);
    }
    return rmdir(directory);
}

static struct object_store *
open_store(void)
{
    char *reason = NULL;
    struct object_store *store = object_store_open(directory, &reason);

    if (store == NULL)
        fail_msg("%s", reason);
    return store;
}

static void
is_refused(const char *why)
{
    char *reason = NULL;

    assert_null(object_store_open(directory, &reason));
    if (strstr(reason, why) == NULL)
        fail_msg("%s", reason);
    assert_non_null(strstr(reason, "/objects.sqlite"));
    free(reason);
}

static struct object_change
creation(const char *id)
{
    return (struct object_change){
        .kind = OBJECT_CREATE,
        .object = {
            .id = id, .kind = "target-group", .json = "{}", .origin = "anna", .created_us = 5}};
}

static void
write_all(struct object_store *store, const struct object_change *changes, size_t count)
{
    char *reason = NULL;

    if (!object_store_write(store, changes, count, &reason))
        fail_msg("%s", reason);
}

static void
is_not_written(struct object_store *store, const struct object_change *changes, size_t count)
{
    char *reason = NULL;

    assert_false(object_store_write(store, changes, count, &reason));
    assert_non_null(reason);
    free(reason);
}

static void
add_object(void *argument, const struct stored_object *object)
{
    char *text = argument;

    sprintf(text + strlen(text), "%u %s %s %s %s %u\n", (unsigned)object->number, object->id,
            object->kind, object->json, object->origin, (unsigned)object->revision);
    assert_int_equal(object->created_us, 5);
}

static void
holds(struct object_store *store, const char *expected)
{
    char text[4096] = "";
    char *reason = NULL;

    assert_true(object_store_each(store, add_object, text, &reason));
    assert_string_equal(text, expected);
}

static void
keeps_objects_over_a_restart(void **state)
{
    const struct object_change changes[] = {
        creation("b"),
        creation("a"),
        {.kind = OBJECT_CHANGE, .object = {.id = "a", .json = "{\"port\": 80}"}},
        {.kind = OBJECT_DELETE, .object.id = "b"},
        creation("c"),
        {.kind = OBJECT_DELETE, .object.id = "c"},
    };
    const struct object_change later = creation("d");
    struct object_store *store = open_store();

    (void)state;
    holds(store, "");
    write_all(store, changes, sizeof(changes) / sizeof(*changes));
    object_store_close(&store);
    store = open_store();
    write_all(store, &later, 1);
    holds(store, "2 a target-group {\"port\": 80} anna 2\n"
                 "4 d target-group {} anna 1\n");
    object_store_close(&store);
}

static void
makes_all_changes_or_none(void **state)
{
    const struct object_change first = creation("a");
    const struct object_change bad[][2] = {
        {creation("b"), creation("a")},
        {creation("b"), {.kind = OBJECT_DELETE, .object.id = "nobody"}},
        {creation("b"), {.kind = OBJECT_CHANGE, .object = {.id = "c", .json = "{}"}}},
    };
    struct object_store *store = open_store();

    (void)state;
    write_all(store, &first, 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        is_not_written(store, bad[i], 2);
        holds(store, "1 a target-group {} anna 1\n");
    }
    object_store_close(&store);
}

/* The process ends without a word, as by kill -9, right after it was told yes. */
static void
keeps_what_it_acknowledged_when_the_process_dies(void **state)
{
    const struct object_change change = creation("a");
    int status;

    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        char *reason;
        struct object_store *own = object_store_open(directory, &reason);
        _exit(own != NULL && object_store_write(own, &change, 1, &reason) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    struct object_store *store = open_store();
    holds(store, "1 a target-group {} anna 1\n");
    object_store_close(&store);
}

static void
is_for_nobody_else_to_read(void **state)
{
    struct object_store *store = open_store();
    char *path = path_of("objects.sqlite");
    struct stat status;

    (void)state;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    free(path);
    object_store_close(&store);
}

static void
overwrite(const char *text, off_t offset)
{
    char *path = path_of("objects.sqlite");
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    assert_int_equal(pwrite(fd, text, strlen(text), offset), strlen(text));
    close(fd);
    free(path);
}

static void
refuses_a_damaged_file_and_leaves_it(void **state)
{
    const struct object_change change = creation("a");
    struct object_store *store = open_store();

    (void)state;
    write_all(store, &change, 1);
    object_store_close(&store);
    overwrite("nonsense nonsense nonsense nonsense", 4096 + 8);
    is_refused("is damaged");
    is_refused("put a backup in its place");
}

static void
refuses_what_is_no_database(void **state)
{
    (void)state;
    overwrite("this is a text that somebody has put here, long enough to be looked at\n", 0);
    is_refused("is damaged");
}

static void
refuses_a_newer_store(void **state)
{
    struct object_store *store = open_store();

    (void)state;
    object_store_close(&store);
    overwrite("\x63", 63); /* the lowest byte of user_version */
    is_refused("is of a newer fairlead (version 99");
}

static void
refuses_another_programs_database(void **state)
{
    struct object_store *store = open_store();

    (void)state;
    object_store_close(&store);
    overwrite("abcd", 68); /* application_id */
    is_refused("is no store of fairlead's");
}

static void
refuses_a_link(void **state)
{
    char *path = path_of("objects.sqlite");

    (void)state;
    assert_int_equal(symlink("/dev/null", path), 0);
    is_refused("cannot be opened");
    free(path);
}

static void
copies_itself_while_open(void **state)
{
    const struct object_change change = creation("a");
    struct object_store *store = open_store();
    char *copy = path_of("backup"), *path = path_of("objects.sqlite");
    char *reason = NULL;

    (void)state;
    write_all(store, &change, 1);
    assert_true(object_store_backup(store, copy, &reason));
    assert_false(object_store_backup(store, copy, &reason));
    free(reason);
    object_store_close(&store);
    assert_int_equal(rename(copy, path), 0);
    assert_int_equal(chmod(path, 0600), 0);
    store = open_store();
    holds(store, "1 a target-group {} anna 1\n");
    object_store_close(&store);
    free(copy);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_objects_over_a_restart),
        TEST(makes_all_changes_or_none),
        TEST(keeps_what_it_acknowledged_when_the_process_dies),
        TEST(is_for_nobody_else_to_read),
        TEST(refuses_a_damaged_file_and_leaves_it),
        TEST(refuses_what_is_no_database),
        TEST(refuses_a_newer_store),
        TEST(refuses_another_programs_database),
        TEST(refuses_a_link),
        TEST(copies_itself_while_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
