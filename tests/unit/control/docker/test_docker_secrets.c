/* SPDX-License-Identifier: Apache-2.0 */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/docker/docker_secrets.h"

struct stand {
    char folder[40];
};

static const char *const names[] = {"password", "db/user", "nul", "long", "fifo"};

static char *
path_of(const struct stand *stand, const char *name)
{
    return memory_print("%s/%s", stand->folder, name);
}

static void
write_file(const struct stand *stand, const char *name, const char *bytes, size_t length)
{
    char *path = path_of(stand, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static int
set_up(void **state)
{
    struct stand *stand = memory_take(1, sizeof(*stand));
    static char longer[70000];

    strcpy(stand->folder, "/tmp/fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    char *inner = path_of(stand, "db"), *fifo = path_of(stand, "fifo");
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    write_file(stand, "password", "s3cret\n", 7);
    write_file(stand, "db/user", "app", 3);
    write_file(stand, "nul", "a\0b", 3);
    memset(longer, 'x', sizeof(longer));
    write_file(stand, "long", longer, sizeof(longer));
    free(inner);
    free(fifo);
    *state = stand;
    return 0;
}

static int
tear_down(void **state)
{
    struct stand *stand = *state;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *path = path_of(stand, names[i]);
        assert_int_equal(unlink(path), 0);
        free(path);
    }
    char *inner = path_of(stand, "db");
    assert_int_equal(rmdir(inner), 0);
    assert_int_equal(rmdir(stand->folder), 0);
    free(inner);
    free(stand);
    return 0;
}

/* The value of the variable A; NULL: with the error. */
static char *
read_secret(const char *folder, const char *value_from, char **error)
{
    json_t *container =
        json_pack("{s:[{s:s, s:s}]}", "secrets", "name", "A", "valueFrom", value_from);
    json_t *values = docker_secrets_read(folder, container, error);
    char *value = memory_copy_text(json_string_value(json_object_get(values, "A")));

    assert_true((values == NULL) == (*error != NULL));
    json_decref(values);
    json_decref(container);
    return value;
}

static void
reads_values_by_name(void **state)
{
    static const struct {
        const char *value_from, *value;
    } secrets[] = {
        {"password", "s3cret"},
        {"db/user", "app"},
        {"arn:aws:ssm:us-east-1:000000000000:parameter/db/user", "app"},
    };
    struct stand *stand = *state;

    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
        char *error = NULL;
        char *value = read_secret(stand->folder, secrets[i].value_from, &error);
        assert_string_equal(value, secrets[i].value);
        free(value);
    }
}

static void
refuses_what_is_none(void **state)
{
    static const struct {
        const char *value_from, *word;
    } secrets[] = {
        {"missing", "No such file"},
        {"../password", "no plain name"},
        {"db/../password", "no plain name"},
        {"/etc/passwd", "no plain name"},
        {".hidden", "no plain name"},
        {"db/.hidden", "no plain name"},
        {"", "no plain name"},
        {"arn:aws:secretsmanager:us-east-1:000000000000:secret:x", "no plain name"},
        {"arn:aws:ssm:us-east-1:000000000000:parameter//etc/passwd", "no plain name"},
        {"db", "Invalid argument"},
        {"fifo", "Invalid argument"},
        {"nul", "no text"},
        {"long", "longer than"},
    };
    struct stand *stand = *state;

    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++) {
        char *error = NULL;
        assert_null(read_secret(stand->folder, secrets[i].value_from, &error));
        assert_non_null(strstr(error, secrets[i].word));
        free(error);
    }
}

static void
needs_a_folder_only_for_secrets(void **state)
{
    json_t *container = json_object();
    char *error = NULL;
    (void)state;

    json_t *values = docker_secrets_read(NULL, container, &error);
    assert_int_equal(json_object_size(values), 0);
    assert_null(error);
    assert_null(read_secret(NULL, "password", &error));
    assert_non_null(strstr(error, "api.secrets_dir"));
    free(error);
    json_decref(values);
    json_decref(container);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_values_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_none, set_up, tear_down),
        cmocka_unit_test(needs_a_folder_only_for_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
