/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of the objects' table: in force only once they are committed, and the same after a
 * restart. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/objects/objects.h"

static char directory[64];

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
    static const char *const ends[] = {"", "-wal", "-shm"};

    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        char *path = memory_print("%s/objects.sqlite%s", directory, ends[i]);
        unlink(path);
        free(path);
    }
    return rmdir(directory);
}

static struct objects *
load(void)
{
    struct objects *objects = objects_new();
    char *reason = NULL;

    if (!objects_load(objects, directory, &reason))
        fail_msg("%s", reason);
    return objects;
}

static void
put(struct object_edit *edit)
{
    char *reason = NULL;

    if (!object_edit_write(edit, &reason))
        fail_msg("%s", reason);
    object_edit_commit(edit);
    object_edit_free(&edit);
}

static json_t *
group(const char *name, int port)
{
    return json_pack("{s:{s:s, s:i}}", "settings", "name", name, "port", port);
}

static json_t *
rule(const char *listener, int priority)
{
    return json_pack("{s:{s:i}, s:s}", "settings", "priority", priority, "listener", listener);
}

static void
make_some(struct objects *objects)
{
    struct object_edit *edit = object_edit_begin(objects);

    object_edit_create(edit, OBJECT_RULE, "rule/b", "anna", rule("two", 1));
    object_edit_create(edit, OBJECT_RULE, "rule/c", "anna", rule("one", 2));
    object_edit_create(edit, OBJECT_RULE, "rule/a", "anna", rule("two", 3));
    object_edit_create(edit, OBJECT_TARGET_GROUP, "group/b", "bert", group("b", 1));
    object_edit_create(edit, OBJECT_TARGET_GROUP, "group/a", "bert", group("a", 2));
    assert_int_equal(objects_count(objects), 0);
    assert_int_equal(object_edit_count(edit), 5);
    assert_true(object_edit_concerns_settings(edit));
    put(edit);
}

/* Groups first, rules by listener, each in the order in which they were made. */
static void
has_additions_in_order(const struct objects *objects)
{
    static const char *const places[] = {"group/b", "group/a", "rule/c", "rule/b", "rule/a"};
    const struct config_additions *additions = objects_additions(objects);

    assert_int_equal(additions->count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(additions->all[i].place, places[i]);
    assert_string_equal(additions->all[0].list, "target_groups");
    assert_null(additions->all[0].listener);
    assert_string_equal(additions->all[3].listener, "two");
}

static void
security_groups_are_no_settings(void **state)
{
    struct objects *objects = load();
    struct object_edit *edit;

    (void)state;
    make_some(objects);
    edit = object_edit_begin(objects);
    object_edit_create(edit, OBJECT_SECURITY_GROUP, "sg-1", "anna",
                       json_pack("{s:{}}", "settings"));
    assert_false(object_edit_concerns_settings(edit));
    put(edit);
    has_additions_in_order(objects);
    assert_int_equal(objects_count(objects), 6);
    edit = object_edit_begin(objects);
    object_edit_delete(edit, "sg-1");
    assert_false(object_edit_concerns_settings(edit));
    put(edit);
    assert_null(objects_find(objects, "sg-1"));
    objects_free(&objects);
}

/* A service's target groups are elements of the configuration's list; what else ECS has is not.
 */
static void
only_bindings_of_services_are_settings(void **state)
{
    static const enum object_kind kinds[] = {
        OBJECT_CLUSTER, OBJECT_TASK_FAMILY, OBJECT_TASK_DEFINITION,    OBJECT_CAPACITY_PROVIDER,
        OBJECT_SERVICE, OBJECT_TASK,        OBJECT_CONTAINER_INSTANCE, OBJECT_ACCOUNT_SETTING};
    struct objects *objects = load();
    struct object_edit *edit = object_edit_begin(objects);
    char id[] = "ecs/a";

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++, id[4]++)
        object_edit_create(edit, kinds[i], id, "anna", json_pack("{s:s}", "status", "ACTIVE"));
    assert_false(object_edit_concerns_settings(edit));
    object_edit_create(edit, OBJECT_SERVICE_BINDING, "service-binding/c/web/0", "anna",
                       json_pack("{s:{s:s}}", "settings", "name", "web"));
    assert_true(object_edit_concerns_settings(edit));
    put(edit);
    objects_free(&objects);
    objects = load();
    assert_int_equal(objects_find(objects, "ecs/h")->kind, OBJECT_ACCOUNT_SETTING);
    assert_int_equal(objects_additions(objects)->count, 1);
    assert_string_equal(objects_additions(objects)->all[0].list, "services");
    objects_free(&objects);
}

static void
are_the_same_after_a_restart(void **state)
{
    struct objects *objects = load();

    (void)state;
    make_some(objects);
    has_additions_in_order(objects);
    objects_free(&objects);
    objects = load();
    has_additions_in_order(objects);
    const struct object *object = objects_find(objects, "group/a");
    assert_string_equal(object->origin, "bert");
    assert_int_equal(object->revision, 1);
    assert_true(object->created_us > 0);
    objects_free(&objects);
}

static void
an_edit_that_is_dropped_was_never_there(void **state)
{
    struct objects *objects = load();

    (void)state;
    make_some(objects);
    struct object_edit *edit = object_edit_begin(objects);
    object_edit_delete(edit, "group/a");
    object_edit_change(edit, "group/b", group("b", 9));
    assert_null(object_edit_find(edit, "group/a"));
    assert_int_equal(object_edit_additions(edit)->count, 4);
    object_edit_free(&edit);
    assert_non_null(objects_find(objects, "group/a"));
    has_additions_in_order(objects);
    objects_free(&objects);
}

static void
changes_count_up_and_deletions_go(void **state)
{
    struct objects *objects = load();

    (void)state;
    make_some(objects);
    struct object_edit *edit = object_edit_begin(objects);
    object_edit_change(edit, "group/b", group("b", 9));
    object_edit_change(edit, "group/b", group("b", 10));
    object_edit_delete(edit, "rule/c");
    put(edit);
    objects_free(&objects);
    objects = load();
    assert_null(objects_find(objects, "rule/c"));
    const struct object *object = objects_find(objects, "group/b");
    assert_int_equal(object->revision, 3);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(object->document, "settings"), "port")),
                     10);
    objects_free(&objects);
}

static void
knows_what_the_configuration_does_not_see(void **state)
{
    struct objects *objects = load();

    (void)state;
    make_some(objects);
    struct object_edit *edit = object_edit_begin(objects);
    assert_int_equal(object_edit_changes(edit), 0);
    json_t *tagged = group("b", 1);
    json_object_set_new(tagged, "tags", json_pack("{s:s}", "k", "v"));
    object_edit_change(edit, "group/b", tagged);
    assert_false(object_edit_concerns_settings(edit));
    assert_int_equal(object_edit_changes(edit), 1);
    put(edit);
    objects_free(&objects);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(security_groups_are_no_settings),
        TEST(only_bindings_of_services_are_settings),
        TEST(are_the_same_after_a_restart),
        TEST(an_edit_that_is_dropped_was_never_there),
        TEST(changes_count_up_and_deletions_go),
        TEST(knows_what_the_configuration_does_not_see),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
