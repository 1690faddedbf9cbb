/* SPDX-License-Identifier: Apache-2.0 */
/* What a restart brings back. */
#include "world.h"

#include <sys/stat.h>
#include <unistd.h>

#include "control/state_file.h"
#include "net/loop.h"

struct kept_world {
    struct world *world;
    struct loop *loop;
    struct state_file *file;
    struct key_uses *key_uses;
};

static char directory[] = "/tmp/fairlead-test-XXXXXX";

static struct kept_world
begin(void)
{
    struct kept_world kept = {
        .world = world_new(), .loop = loop_new(), .key_uses = key_uses_new(NULL, NULL)};

    kept.file = state_file_new(&(struct state_file_parts){
        kept.loop, directory, kept.world->registry, kept.world->targets, kept.key_uses});
    return kept;
}

static void
end(struct kept_world *kept)
{
    state_file_free(&kept->file);
    key_uses_free(&kept->key_uses);
    world_free(kept->world);
    loop_free(&kept->loop);
}

static void
remove_state(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/state.json", directory);
    unlink(path);
}

static void
brings_back_tasks_with_the_ids_and_health_of_their_targets(void **state)
{
    static const struct target_verdict healthy = {.health = HEALTH_HEALTHY};
    struct kept_world before = begin();
    (void)state;
    registry_put_task(before.world->registry, make_task("gone", 1, "srvweb", 1001));
    registry_put_task(before.world->registry, make_task("a", 7, "srvweb", 1002));
    registry_remove_task(before.world->registry, "docker", "gone", 0);
    struct registered_target *target = find_target(before.world, "web", 1002);
    uint64_t id = target->id;
    targets_set_health(before.world->targets, target, &healthy);
    assert_true(state_file_save(before.file));
    end(&before);

    struct kept_world after = begin();
    assert_true(state_file_load(after.file));
    target = find_target(after.world, "web", 1002);
    assert_non_null(target);
    assert_true(target->id == id);
    assert_int_equal(target->health, HEALTH_HEALTHY);
    assert_true(registry_find(after.world->registry, "docker", "a")->is_stale);
    end(&after);
    remove_state();
}

static void
forgets_health_when_the_task_is_another_generation(void **state)
{
    static const struct target_verdict healthy = {.health = HEALTH_HEALTHY};
    struct kept_world before = begin();
    (void)state;
    registry_put_task(before.world->registry, make_task("a", 7, "srvweb", 1002));
    targets_set_health(before.world->targets, find_target(before.world, "web", 1002), &healthy);
    uint64_t next_id = targets_next_id(before.world->targets);
    state_file_save(before.file);
    end(&before);

    struct kept_world after = begin();
    state_file_load(after.file);
    registry_put_task(after.world->registry, make_task("a", 8, "srvweb", 1002));
    const struct registered_target *target = find_target(after.world, "web", 1002);
    assert_int_equal(target->health, HEALTH_INITIAL);
    assert_true(target->id >= next_id);
    assert_false(registry_find(after.world->registry, "docker", "a")->is_stale);
    end(&after);
    remove_state();
}

static void
brings_back_what_was_registered_by_hand(void **state)
{
    struct kept_world before = begin();
    struct address address = at_port(700);
    (void)state;
    registry_register(before.world->registry, "web", &address, "z1");
    state_file_save(before.file);
    end(&before);

    struct kept_world after = begin();
    state_file_load(after.file);
    assert_string_equal(find_target(after.world, "web", 700)->zone, "z1");
    end(&after);
    remove_state();
}

static void
brings_back_when_keys_were_used(void **state)
{
    static const char id[] = "FAIRJ2QXWZ5KOTYB7MDA";
    struct kept_world before = begin();
    (void)state;
    key_uses_put(before.key_uses, id, UINT64_C(1764148528384150));
    state_file_save(before.file);
    end(&before);

    struct kept_world after = begin();
    state_file_load(after.file);
    assert_true(key_uses_last(after.key_uses, id) == UINT64_C(1764148528384150));
    assert_null(key_uses_at(after.key_uses, 1));
    end(&after);
    remove_state();
}

static void
keeps_out_what_hands_took_out(void **state)
{
    struct kept_world before = begin();
    struct address of_task = at_port(1001), deregistered = at_port(1002);
    (void)state;
    registry_put_task(before.world->registry, make_task("a", 7, "srvweb", 1001));
    registry_put_task(before.world->registry, make_task("b", 7, "srvweb", 1002));
    registry_hold(before.world->registry, "web", &of_task, true);
    registry_deregister(before.world->registry, "web", &deregistered);
    state_file_save(before.file);
    end(&before);

    struct kept_world after = begin();
    state_file_load(after.file);
    const struct registered_target *target = find_target(after.world, "web", 1001);
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    assert_null(find_target(after.world, "web", 1002));
    registry_put_task(after.world->registry, make_task("a", 7, "srvweb", 1001));
    assert_int_equal(target->membership, MEMBERSHIP_HELD);
    registry_hold(after.world->registry, "web", &of_task, false);
    assert_int_equal(target->membership, MEMBERSHIP_REGISTERING);
    /* Another run of the task is another matter. */
    registry_put_task(after.world->registry, make_task("b", 8, "srvweb", 1002));
    assert_non_null(find_target(after.world, "web", 1002));
    end(&after);
    remove_state();
}

static void
reads_the_lists_of_earlier_versions(void **state)
{
    struct kept_world kept = begin();
    char path[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/state.json", directory);
    FILE *file = fopen(path, "w");
    fputs("{\"version\": 1, \"by_hand\": [{\"group\": \"web\", \"address\": \"127.0.0.1\", "
          "\"port\": 700, \"zone\": \"z1\"}], \"excluded\": [{\"group\": \"web\", "
          "\"address\": \"127.0.0.1\", \"port\": 1002, \"source\": \"docker\", "
          "\"task\": \"b\", \"generation\": 7}]}",
          file);
    fclose(file);
    assert_true(state_file_load(kept.file));
    assert_string_equal(find_target(kept.world, "web", 700)->zone, "z1");
    registry_put_task(kept.world->registry, make_task("b", 7, "srvweb", 1002));
    assert_null(find_target(kept.world, "web", 1002));
    end(&kept);
    remove_state();
}

static void
begins_empty_when_the_file_is_broken(void **state)
{
    struct kept_world kept = begin();
    char path[128];
    (void)state;
    assert_true(state_file_load(kept.file));
    snprintf(path, sizeof(path), "%s/state.json", directory);
    FILE *file = fopen(path, "w");
    fputs("{\"version\": 1, \"targets\": [", file);
    fclose(file);
    assert_false(state_file_load(kept.file));
    file = fopen(path, "w");
    fputs("{\"version\": 1, \"targets\": [7, {\"id\": -1}], \"by_hand\": [{}], "
          "\"tasks\": {\"docker\": [{\"id\": 3}]}}",
          file);
    fclose(file);
    state_file_load(kept.file);
    assert_int_equal(targets_count(kept.world->targets), 0);
    end(&kept);
    remove_state();
}

static void
assert_not_believed(struct kept_world *kept)
{
    assert_false(state_file_load(kept->file));
    assert_int_equal(targets_count(kept->world->targets), 0);
}

/* What somebody else may have put there: none of it is followed, waited for or believed. */
static void
believes_no_file_that_others_can_have_put_there(void **state)
{
    static const char form[] = "{\"version\": 1, \"by_hand\": [{\"group\": \"web\", "
                               "\"address\": \"127.0.0.1\", \"port\": 700}]}";
    struct kept_world kept = begin();
    char path[128], other[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/state.json", directory);
    snprintf(other, sizeof(other), "%s/other", directory);
    FILE *file = fopen(other, "w");
    fputs(form, file);
    fclose(file);
    assert_int_equal(symlink(other, path), 0);
    assert_not_believed(&kept);
    unlink(path);
    assert_int_equal(link(other, path), 0);
    assert_not_believed(&kept);
    unlink(other);
    assert_int_equal(chmod(path, 0666), 0);
    assert_not_believed(&kept);
    assert_int_equal(chmod(path, 0600), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 1, 1), 0);
        assert_not_believed(&kept);
        assert_int_equal(chown(path, 0, 0), 0);
    }
    assert_true(state_file_load(kept.file));
    assert_int_equal(targets_count(kept.world->targets), 1);
    end(&kept);
    unlink(path);
    kept = begin();
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_not_believed(&kept);
    end(&kept);
    unlink(path);
}

static void
writes_through_no_link(void **state)
{
    struct kept_world kept = begin();
    char new_path[128], other[128];
    struct stat status;
    (void)state;
    snprintf(new_path, sizeof(new_path), "%s/state.json.new", directory);
    snprintf(other, sizeof(other), "%s/other", directory);
    assert_int_equal(symlink(other, new_path), 0);
    assert_true(state_file_save(kept.file));
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(lstat(new_path, &status), -1);
    end(&kept);
    remove_state();
}

/* Written by the timer, on the disk by a child of its own. */
static void
is_saved_a_while_after_a_change(void **state)
{
    struct kept_world kept = begin();
    char path[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/state.json", directory);
    state_file_note_change(kept.file);
    advance_ms(4000);
    for (int turns = 0; turns < 2000 && access(path, F_OK) == -1; turns++)
        loop_turn(kept.loop, 20);
    assert_int_equal(access(path, F_OK), 0);
    assert_true(state_file_load(kept.file));
    assert_true(state_file_save(kept.file));
    end(&kept);
    remove_state();
}

static int
make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL ? -1 : 0;
}

/* has_same_counters: as between two programs whose counters lie alike. */
static void
take_over(struct kept_world *after, const char *text, bool has_same_counters)
{
    json_t *state = json_loads(text, 0, NULL);
    const json_t *target;
    size_t index;
    uint32_t row = 0;

    assert_non_null(state);
    json_array_foreach (json_object_get(state, "targets"), index, target)
        row = (uint32_t)json_integer_value(json_object_get(target, "row"));
    if (has_same_counters)
        numbers_keep_target_rows(after->world->numbers, &row, 1);
    state_file_take(after->file, state, has_same_counters);
    json_decref(state);
}

static void
hands_ejections_and_rows_to_a_control_in_the_same_process(void **state)
{
    struct kept_world before = begin();

    (void)state;
    registry_put_task(before.world->registry, make_task("first", 1, "srvweb", 1001));
    registry_put_task(before.world->registry, make_task("a", 7, "srvweb", 1002));
    registry_remove_task(before.world->registry, "docker", "first", 0);
    struct registered_target *target = find_target(before.world, "web", 1002);
    uint32_t row = target->counter_row;
    target->passive.ejected_until_ms = clock_ms() + 5000;
    target->passive.ejections = 3;
    char *text = state_file_text(before.file);
    assert_non_null(text);
    assert_true(state_file_save(before.file));
    end(&before);

    for (int is_same = 0; is_same < 2; is_same++) {
        struct kept_world after = begin();
        take_over(&after, text, is_same != 0);
        target = find_target(after.world, "web", 1002);
        assert_in_range(target->passive.ejected_until_ms, clock_ms() + 1, clock_ms() + 5000);
        assert_int_equal(target->passive.ejections, 3);
        assert_true((target->counter_row == row) == (is_same != 0));
        end(&after);
    }
    free(text);

    struct kept_world restarted = begin();
    assert_true(state_file_load(restarted.file));
    target = find_target(restarted.world, "web", 1002);
    assert_int_equal(target->passive.ejected_until_ms, 0);
    end(&restarted);
    remove_state();
}

static int
remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_back_tasks_with_the_ids_and_health_of_their_targets),
        cmocka_unit_test(hands_ejections_and_rows_to_a_control_in_the_same_process),
        cmocka_unit_test(forgets_health_when_the_task_is_another_generation),
        cmocka_unit_test(brings_back_what_was_registered_by_hand),
        cmocka_unit_test(brings_back_when_keys_were_used),
        cmocka_unit_test(keeps_out_what_hands_took_out),
        cmocka_unit_test(reads_the_lists_of_earlier_versions),
        cmocka_unit_test(begins_empty_when_the_file_is_broken),
        cmocka_unit_test(believes_no_file_that_others_can_have_put_there),
        cmocka_unit_test(writes_through_no_link),
        cmocka_unit_test(is_saved_a_while_after_a_change),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
