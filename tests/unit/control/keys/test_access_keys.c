/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the list: in force once the disk has them, and nothing is lost where it has not.
 */
#include "../../unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/keys/access_keys.h"

#define TURNS 500
#define TURN_MS 20

static char directory[] = "/tmp/fairlead-test-XXXXXX";
static char path[64], new_path[64];

struct outcome {
    bool is_done;
    char error[512]; /* "": none */
};

struct stand {
    struct loop *loop;
    struct access_keys *keys;
};

static void
on_done(void *argument, const char *error)
{
    struct outcome *outcome = argument;

    assert_false(outcome->is_done);
    outcome->is_done = true;
    snprintf(outcome->error, sizeof(outcome->error), "%s", error == NULL ? "" : error);
}

static int
begin(void **state)
{
    struct stand *stand = calloc(1, sizeof(*stand));

    *state = stand;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/keys.json", directory);
    snprintf(new_path, sizeof(new_path), "%s/keys.json.new", directory);
    stand->loop = loop_new();
    stand->keys = access_keys_new(stand->loop, directory);
    access_keys_load(stand->keys);
    return 0;
}

static int
end(void **state)
{
    struct stand *stand = *state;

    access_keys_free(&stand->keys);
    loop_free(&stand->loop);
    unlink(path);
    rmdir(new_path);
    assert_int_equal(access(new_path, F_OK), -1);
    assert_int_equal(rmdir(directory), 0);
    memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
    free(stand);
    return 0;
}

static void
wait_for(const struct stand *stand, const struct outcome *outcome)
{
    for (int i = 0; i < TURNS && !outcome->is_done; i++)
        loop_turn(stand->loop, TURN_MS);
    assert_true(outcome->is_done);
}

/* How adding a key of that name ended. */
static struct outcome
add(const struct stand *stand, const char *name)
{
    struct outcome outcome = {0};
    struct access_key key;
    const char *reason;

    access_key_make(&key, name, false);
    assert_true(access_keys_is_ready(stand->keys, &reason));
    access_keys_add(stand->keys, &key, on_done, &outcome);
    wait_for(stand, &outcome);
    return outcome;
}

static size_t
count(const struct stand *stand)
{
    return access_keys_list(stand->keys)->count;
}

static void
open_again(struct stand *stand)
{
    access_keys_free(&stand->keys);
    stand->keys = access_keys_new(stand->loop, directory);
    access_keys_load(stand->keys);
}

static void
keeps_what_was_changed(void **state)
{
    struct stand *stand = *state;
    struct outcome outcome = {0};

    assert_int_equal(count(stand), 0);
    assert_string_equal(add(stand, "anna").error, "");
    assert_string_equal(add(stand, "ben").error, "");
    open_again(stand);
    assert_int_equal(count(stand), 2);
    access_keys_remove(stand->keys, &access_keys_list(stand->keys)->at[0], on_done, &outcome);
    wait_for(stand, &outcome);
    assert_string_equal(outcome.error, "");
    assert_int_equal(count(stand), 1);
    open_again(stand);
    assert_int_equal(count(stand), 1);
    assert_string_equal(access_keys_list(stand->keys)->at[0].name, "ben");
}

static void
has_a_change_in_force_once_it_is_kept(void **state)
{
    struct stand *stand = *state;
    struct outcome outcome = {0};
    struct access_key key;
    const char *reason;

    access_key_make(&key, "anna", false);
    access_keys_add(stand->keys, &key, on_done, &outcome);
    assert_int_equal(count(stand), 0);
    assert_false(access_keys_is_ready(stand->keys, &reason));
    assert_string_equal(reason, "another change of keys is on its way to the disk; try again");
    wait_for(stand, &outcome);
    assert_int_equal(count(stand), 1);
    assert_true(access_keys_is_ready(stand->keys, &reason));
}

static void
tells_nobody_who_does_not_wait_any_more(void **state)
{
    struct stand *stand = *state;
    struct outcome outcome = {0};
    struct access_key key;
    const char *reason;

    access_key_make(&key, "anna", false);
    access_keys_add(stand->keys, &key, on_done, &outcome);
    access_keys_forget(stand->keys, &outcome);
    for (int i = 0; i < TURNS && !access_keys_is_ready(stand->keys, &reason); i++)
        loop_turn(stand->loop, TURN_MS);
    assert_int_equal(count(stand), 1);
    assert_false(outcome.is_done);
}

/* As on a disk without room: no byte may be written. */
static void
changes_nothing_where_nothing_can_be_written(void **state)
{
    struct stand *stand = *state;
    struct rlimit before, none;

    assert_string_equal(add(stand, "anna").error, "");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    struct outcome outcome = add(stand, "ben");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(strstr(outcome.error, "keys.json: File too large; nothing has changed"));
    assert_int_equal(count(stand), 1);
    assert_int_equal(access(new_path, F_OK), -1);
    open_again(stand);
    assert_int_equal(count(stand), 1);
    assert_string_equal(add(stand, "ben").error, "");
    assert_int_equal(count(stand), 2);
}

/* The child finds what its parent could not see. */
static void
changes_nothing_where_it_cannot_be_kept(void **state)
{
    struct stand *stand = *state;

    assert_int_equal(mkdir(path, 0700), 0); /* where the file should go */
    struct outcome outcome = add(stand, "anna");
    assert_non_null(strstr(outcome.error, "nothing has changed"));
    assert_int_equal(count(stand), 0);
    assert_int_equal(access(new_path, F_OK), -1);
    assert_int_equal(rmdir(path), 0);
    assert_string_equal(add(stand, "anna").error, "");
}

static void
leaves_a_file_alone_that_it_cannot_use(void **state)
{
    struct stand *stand = *state;
    const char *reason;
    char text[16] = "";

    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("garbage", file);
    fclose(file);
    chmod(path, 0600);
    open_again(stand);
    assert_int_equal(count(stand), 0);
    assert_false(access_keys_is_ready(stand->keys, &reason));
    assert_non_null(strstr(reason, "keys.json: it is no JSON; no key is valid"));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, "garbage");
    unlink(path);
    assert_string_equal(add(stand, "anna").error, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_what_was_changed, begin, end),
        cmocka_unit_test_setup_teardown(has_a_change_in_force_once_it_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(tells_nobody_who_does_not_wait_any_more, begin, end),
        cmocka_unit_test_setup_teardown(changes_nothing_where_nothing_can_be_written, begin,
                                        end),
        cmocka_unit_test_setup_teardown(changes_nothing_where_it_cannot_be_kept, begin, end),
        cmocka_unit_test_setup_teardown(leaves_a_file_alone_that_it_cannot_use, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
