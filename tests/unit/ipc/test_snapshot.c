/* SPDX-License-Identifier: Apache-2.0 */
/* Building, opening and reading snapshots; what a damaged one is refused for. */
#include "../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/snapshot_sample.h"
#include "base/memory.h"
#include "base/random.h"
#include "ipc/route.h"
#include "ipc/snapshot_layout.h"
#include "ipc/snapshot_open.h"

static int
begin(void **state)
{
    *state = snapshot_sample_new();
    return 0;
}

static int
finish(void **state)
{
    struct snapshot_sample *sample = *state;

    snapshot_sample_free(&sample);
    return 0;
}

static bool
text_is(const struct snapshot *snapshot, struct snapshot_text text, const char *expected)
{
    return slice_equal(snapshot_slice(snapshot, text), slice_of(expected));
}

static void
add_scenario(struct snapshot_sample *sample)
{
    snapshot_sample_add_group(sample, "targetweb");
    snapshot_sample_add_group(sample, "targetapp1");
    snapshot_sample_add_rule(sample, "targetapp1");
    snapshot_sample_add_condition(sample, CONDITION_PATH_PATTERN, "/app1 /app1/*");
    snapshot_sample_add_condition(sample, CONDITION_HOST_HEADER, "*.example.com");
    struct snapshot_target_source *target =
        snapshot_sample_add_target(sample, "targetapp1", 9, 32769);
    target->zone = "pub1";
    target->task = "task9";
    snapshot_sample_add_target(sample, "targetweb", 7, 80);
    snapshot_sample_add_target(sample, "targetapp1", 3, 32768);
}

static void
holds_what_was_configured(void **state)
{
    add_scenario(*state);
    snapshot_sample_config(*state)->zone = snapshot_sample_text(*state, "pub1");
    snapshot_sample_config(*state)->timeouts.client_head_ms = 1234;
    struct snapshot *snapshot = snapshot_sample_open(*state);
    const struct snapshot_listener *listener = snapshot_listener(snapshot, 0);

    assert_int_equal(snapshot_generation(snapshot), 1);
    assert_int_equal(snapshot_balancer(snapshot, 0)->timeouts.client_head_ms, 1234);
    assert_true(text_is(snapshot, snapshot_settings(snapshot)->zone, "pub1"));
    assert_int_equal(snapshot_listener_count(snapshot), 1);
    assert_true(text_is(snapshot, listener->name, "http"));
    assert_int_equal(listener->address.port, 80);
    assert_int_equal(listener->rules.count, 2);
    assert_int_equal(snapshot_rule(snapshot, 0)->priority, 10);
    assert_int_equal(snapshot_rule(snapshot, 1)->priority, 0);
    const struct snapshot_action *action =
        snapshot_action(snapshot, snapshot_rule(snapshot, 0)->action);
    assert_int_equal(action->total_weight, 1);
    assert_int_equal(snapshot_weighted_group(snapshot, action->weighted_groups.first)->group,
                     1);
    assert_int_equal(snapshot_provider_count(snapshot), 2);
    assert_true(text_is(snapshot, snapshot_provider(snapshot, 1)->name, "file"));
    snapshot_close(&snapshot);
    assert_null(snapshot);
}

static void
holds_who_may_connect(void **state)
{
    struct config_value sources[] = {{.value = snapshot_sample_text(*state, "10.0.0.0/8")},
                                     {.value = snapshot_sample_text(*state, "nobody")}};
    struct address inside, outside;

    snapshot_sample_listener(*state)->sources = sources;
    snapshot_sample_listener(*state)->source_count = 2;
    struct snapshot *snapshot = snapshot_sample_open(*state);
    const struct snapshot_listener *listener = snapshot_listener(snapshot, 0);
    assert_true(address_parse(&inside, "10.1.2.3", 4711));
    assert_true(address_parse(&outside, "11.1.2.3", 4711));
    assert_int_equal(listener->sources.count, 2);
    assert_true(snapshot_has_source(snapshot, listener->sources, &inside));
    assert_false(snapshot_has_source(snapshot, listener->sources, &outside));
    assert_int_equal(listener->proxy_sources.count, 0);
    snapshot_close(&snapshot);
}

static void
puts_cheap_conditions_first(void **state)
{
    add_scenario(*state);
    struct snapshot *snapshot = snapshot_sample_open(*state);

    assert_int_equal(snapshot_condition(snapshot, 0)->field, CONDITION_HOST_HEADER);
    assert_int_equal(snapshot_condition(snapshot, 1)->field, CONDITION_PATH_PATTERN);
    assert_int_equal(snapshot_condition(snapshot, 1)->values.count, 2);
    snapshot_close(&snapshot);
}

static void
keeps_the_targets_of_a_group_together_and_sorted_by_id(void **state)
{
    add_scenario(*state);
    struct snapshot *snapshot = snapshot_sample_open(*state);
    struct snapshot_rows targets = snapshot_targets_of(snapshot, 1);

    assert_true(text_is(snapshot, snapshot_group(snapshot, 1)->name, "targetapp1"));
    assert_int_equal(targets.count, 2);
    assert_int_equal(snapshot_target(snapshot, targets.first)->id, 3);
    uint32_t ninth = snapshot_find_target(snapshot, 1, 9);
    assert_int_equal(ninth, targets.first + 1);
    assert_true(text_is(snapshot, snapshot_target(snapshot, ninth)->name, "10.0.0.1:32769"));
    assert_true(text_is(snapshot, snapshot_target(snapshot, ninth)->task, "task9"));
    assert_int_equal(snapshot_find_target(snapshot, 1, 7), SNAPSHOT_NO_INDEX);
    assert_int_equal(snapshot_find_target(snapshot, 0, 7), 0);
    snapshot_close(&snapshot);
}

static void
leaves_out_targets_that_are_gone_or_of_no_group(void **state)
{
    snapshot_sample_add_group(*state, "web");
    snapshot_sample_add_target(*state, "web", 1, 80)->membership = MEMBERSHIP_GONE;
    snapshot_sample_add_target(*state, "web", 2, 80)->membership = MEMBERSHIP_DRAINING;
    snapshot_sample_add_target(*state, "other", 3, 80);
    struct snapshot *snapshot = snapshot_sample_open(*state);

    assert_int_equal(snapshot_target_count(snapshot), 1);
    assert_int_equal(snapshot_target(snapshot, 0)->id, 2);
    snapshot_close(&snapshot);
}

static uint32_t
flags_of_first_group(struct snapshot_sample *sample)
{
    struct snapshot *snapshot = snapshot_sample_open(sample);
    uint32_t flags = snapshot_group(snapshot, 0)->flags;

    snapshot_close(&snapshot);
    return flags;
}

static struct snapshot_roster
roster_of_first_group(struct snapshot_sample *sample)
{
    struct snapshot *snapshot = snapshot_sample_open(sample);
    struct snapshot_roster roster = *snapshot_roster(snapshot, 0);

    snapshot_close(&snapshot);
    return roster;
}

static bool
fails_open(struct snapshot_sample *sample)
{
    return roster_of_first_group(sample).fails_open != 0;
}

static void
marks_groups_that_a_rule_names(void **state)
{
    snapshot_sample_add_group(*state, "web");
    assert_int_equal(flags_of_first_group(*state), 0);
    snapshot_sample_add_rule(*state, "web");
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/*");
    assert_int_equal(flags_of_first_group(*state), GROUP_IS_USED);
}

static void
fails_open_below_the_minimum_of_healthy_targets(void **state)
{
    struct config_target_group *group = snapshot_sample_add_group(*state, "web");

    for (uint64_t id = 1; id <= 4; id++)
        snapshot_sample_add_target(*state, "web", id, 80);
    assert_false(fails_open(*state));
    group->minimum_healthy_count = 5;
    assert_true(fails_open(*state));
    group->minimum_healthy_count = 1;
    snapshot_sample_add_target(*state, "web", 5, 80)->health = HEALTH_UNHEALTHY;
    group->minimum_healthy_percentage = 80;
    assert_false(fails_open(*state));
    group->minimum_healthy_percentage = 81;
    assert_true(fails_open(*state));
}

static void
fails_open_when_all_targets_are_ejected_but_not_without_targets(void **state)
{
    snapshot_sample_add_group(*state, "web");
    snapshot_sample_add_target(*state, "web", 1, 80)->membership = MEMBERSHIP_DRAINING;
    assert_false(fails_open(*state));
    snapshot_sample_add_target(*state, "web", 2, 80)->is_ejected = true;
    assert_true(fails_open(*state));
}

static void
holds_requests_while_a_target_starts_and_none_is_ready(void **state)
{
    snapshot_sample_add_group(*state, "web");
    struct snapshot_target_source *target = snapshot_sample_add_target(*state, "web", 1, 80);
    target->health = HEALTH_INITIAL;
    assert_true(fails_open(*state));
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_HOLDS);
    snapshot_sample_add_target(*state, "web", 2, 80);
    assert_false(fails_open(*state));
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_NONE);
}

static void
asks_what_becomes_of_a_group_only_while_its_targets_do_not_say(void **state)
{
    snapshot_sample_add_group(*state, "web");
    struct snapshot_target_source *target = snapshot_sample_add_target(*state, "web", 1, 80);
    snapshot_sample_set_vacancy(*state, VACANCY_OVER);
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_NONE);
    target->membership = MEMBERSHIP_STOPPING;
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_OVER);
    target->membership = MEMBERSHIP_RECALLED;
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_NONE);
    target->health = HEALTH_UNHEALTHY;
    assert_int_equal(roster_of_first_group(*state).vacancy, VACANCY_OVER);
}

static void
would_rather_recall_than_fail_open(void **state)
{
    snapshot_sample_add_group(*state, "web");
    snapshot_sample_add_target(*state, "web", 1, 80)->membership = MEMBERSHIP_RECALLED;
    assert_false(fails_open(*state));
    struct snapshot_target_source *target = snapshot_sample_add_target(*state, "web", 2, 80);
    target->health = HEALTH_UNHEALTHY;
    assert_false(fails_open(*state));
    target[-1].health = HEALTH_UNHEALTHY;
    assert_true(fails_open(*state));
}

static uint64_t
ramps_since(struct snapshot_sample *sample, uint32_t index)
{
    struct snapshot *snapshot = snapshot_sample_open(sample);
    uint64_t since_ms = snapshot_target(snapshot, index)->healthy_since_ms;

    snapshot_close(&snapshot);
    return since_ms;
}

static void
add_joined(struct snapshot_sample *sample, uint64_t id, uint64_t joined_ms,
           uint64_t healthy_since_ms)
{
    struct snapshot_target_source *target = snapshot_sample_add_target(sample, "web", id, 80);

    target->joined_ms = joined_ms;
    target->healthy_since_ms = healthy_since_ms;
}

static void
spares_only_targets_that_join_healthy_ones(void **state)
{
    snapshot_sample_add_group(*state, "web");
    add_joined(*state, 1, 100, 200);
    add_joined(*state, 2, 100, 300);
    add_joined(*state, 3, 250, 400);
    assert_int_equal(ramps_since(*state, 0), 0);
    assert_int_equal(ramps_since(*state, 1), 0);
    assert_int_equal(ramps_since(*state, 2), 400);
}

static void
seals_its_memory(void **state)
{
    struct snapshot_files files = snapshot_sample_build(*state, 2);
    const int fds[] = {files.base_fd, files.fd};

    for (int part = 0; part < SNAPSHOT_PART_COUNT; part++) {
        assert_int_equal(pwrite(fds[part], "x", 1, 0), -1);
        assert_int_equal(ftruncate(fds[part], 0), -1);
    }
    snapshot_files_close(&files);
    assert_int_equal(files.fd, -1);
}

/* Both parts of a snapshot as bytes that can be damaged. */
struct image {
    char *bytes[SNAPSHOT_PART_COUNT];
    size_t length[SNAPSHOT_PART_COUNT];
};

static char *
bytes_of(int fd, size_t *length)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    *length = (size_t)status.st_size;
    char *bytes = memory_take(*length, 1);
    assert_int_equal(pread(fd, bytes, *length, 0), *length);
    return bytes;
}

static struct image
image_of(struct snapshot_sample *sample)
{
    struct snapshot_files files = snapshot_sample_build(sample, 1);
    struct image image;

    image.bytes[SNAPSHOT_BASE] = bytes_of(files.base_fd, &image.length[SNAPSHOT_BASE]);
    image.bytes[SNAPSHOT_CURRENT] = bytes_of(files.fd, &image.length[SNAPSHOT_CURRENT]);
    snapshot_files_close(&files);
    return image;
}

static void
image_free(struct image *image)
{
    free(image->bytes[SNAPSHOT_BASE]);
    free(image->bytes[SNAPSHOT_CURRENT]);
}

static int
seal_bytes(const char *bytes, size_t length)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_int_equal(write(fd, bytes, length), length);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, SNAPSHOT_SEALS), 0);
    return fd;
}

static struct snapshot *
open_image(const struct image *image, const char **error)
{
    struct snapshot_files files = {
        .base_fd = seal_bytes(image->bytes[SNAPSHOT_BASE], image->length[SNAPSHOT_BASE]),
        .fd = seal_bytes(image->bytes[SNAPSHOT_CURRENT], image->length[SNAPSHOT_CURRENT])};
    struct snapshot *snapshot = snapshot_open_files(&files, error);

    snapshot_files_close(&files);
    assert_true((snapshot == NULL) == (*error != NULL));
    return snapshot;
}

/* The error or NULL. */
static const char *
error_of(const struct image *image)
{
    const char *error;
    struct snapshot *snapshot = open_image(image, &error);

    snapshot_close(&snapshot);
    return error;
}

static void
refuses_what_is_no_snapshot_of_this_build(void **state)
{
    struct image image = image_of(*state);
    const char *error;
    int unsealed = memfd_create("test", MFD_CLOEXEC);

    assert_null(snapshot_base_open(unsealed, &error));
    assert_string_equal(error, "a snapshot that is not sealed");
    close(unsealed);
    assert_null(error_of(&image));
    for (int part = 0; part < SNAPSHOT_PART_COUNT; part++) {
        struct snapshot_header *header = (void *)image.bytes[part];
        struct snapshot_header before = *header;
        struct image cut = image;
        cut.length[part] = 20;
        assert_string_equal(error_of(&cut), "a snapshot without a header");
        cut.length[part] = image.length[part] - 1;
        assert_string_equal(error_of(&cut), "a snapshot of another size than its header says");
        header->part++;
        assert_string_equal(error_of(&image), "the other part of a snapshot");
        header->layout++;
        assert_string_equal(error_of(&image), "a snapshot of another build");
        header->magic++;
        assert_string_equal(error_of(&image), "not a snapshot");
        *header = before;
    }
    image_free(&image);
}

static void
refuses_targets_without_their_own_base(void **state)
{
    struct snapshot_files one = snapshot_sample_build(*state, 1);
    struct snapshot_files other = snapshot_sample_build(*state, 2);
    const char *error;
    struct snapshot_base *base = snapshot_base_open(one.base_fd, &error);

    assert_null(snapshot_open(other.fd, NULL, &error));
    assert_string_equal(error, "a snapshot without its base");
    assert_null(snapshot_open(other.fd, base, &error));
    assert_string_equal(error, "a snapshot of another base");
    snapshot_base_close(&base);
    snapshot_files_close(&one);
    snapshot_files_close(&other);
}

static void
shares_a_base_until_its_last_snapshot_goes(void **state)
{
    const char *error;

    add_scenario(*state);
    struct snapshot_files files = snapshot_sample_build(*state, 1);
    struct snapshot_base *base = snapshot_base_open(files.base_fd, &error);
    struct snapshot *one = snapshot_open(files.fd, base, &error);
    struct snapshot *other = snapshot_open(files.fd, base, &error);

    snapshot_base_close(&base);
    snapshot_files_close(&files);
    assert_ptr_equal(snapshot_rule(one, 0), snapshot_rule(other, 0));
    assert_ptr_not_equal(snapshot_target(one, 0), snapshot_target(other, 0));
    snapshot_close(&one);
    assert_true(text_is(other, snapshot_group(other, 1)->name, "targetapp1"));
    snapshot_close(&other);
}

static void
refuses_tables_that_reach_out(void **state)
{
    struct image image = image_of(*state);

    for (int i = 0; i < SNAPSHOT_PART_COUNT * SNAPSHOT_TABLE_COUNT; i++) {
        int part = i % SNAPSHOT_PART_COUNT;
        struct snapshot_header *header = (void *)image.bytes[part];
        struct snapshot_extent *table = &header->tables[i / SNAPSHOT_PART_COUNT];
        struct snapshot_extent before = *table;
        table->count = image.length[part];
        assert_non_null(error_of(&image));
        table->count = UINT64_MAX / 8;
        assert_non_null(error_of(&image));
        *table = before;
        table->offset = image.length[part] + 8;
        assert_non_null(error_of(&image));
        table->offset = before.offset + 4;
        assert_non_null(error_of(&image));
        *table = before;
    }
    assert_null(error_of(&image));
    image_free(&image);
}

/* Everything that readers do with a snapshot that was accepted; sanitizers watch. */
static void
read_all_of(const struct snapshot *snapshot)
{
    struct route_request request = {.method = SLICE_LITERAL("GET"),
                                    .host = SLICE_LITERAL("a.example.com"),
                                    .path = SLICE_LITERAL("/app1/x"),
                                    .query = SLICE_LITERAL("a=b")};

    for (uint32_t i = 0; i < snapshot_listener_count(snapshot); i++)
        assert_true(route(snapshot, i, &request) < snapshot_rule_count(snapshot));
    for (uint32_t i = 0; i < snapshot_rule_count(snapshot); i++)
        route_first_mismatch(snapshot, i, &request);
    for (uint32_t i = 0; i < snapshot_group_count(snapshot); i++)
        snapshot_find_target(snapshot, i, 9);
    for (uint32_t i = 0; i < snapshot_target_count(snapshot); i++) {
        struct slice name = snapshot_slice(snapshot, snapshot_target(snapshot, i)->name);
        assert_int_equal(name.at[name.length], '\0');
    }
}

static void
stays_safe_whatever_bytes_are_damaged(void **state)
{
    add_scenario(*state);
    struct image image = image_of(*state);
    random_seed_for_test(5);
    for (int i = 0; i < 4000; i++) {
        int part = i % SNAPSHOT_PART_COUNT;
        const char *error;
        struct image damaged = image;
        damaged.bytes[part] = memory_copy_bytes(image.bytes[part], image.length[part]);
        for (uint64_t n = random_below(4) + 1; n > 0; n--)
            damaged.bytes[part][random_below(image.length[part])] ^=
                (char)(1u << random_below(8));
        struct snapshot *snapshot = open_image(&damaged, &error);
        if (snapshot != NULL)
            read_all_of(snapshot);
        snapshot_close(&snapshot);
        free(damaged.bytes[part]);
    }
    image_free(&image);
}

#define SNAPSHOT_TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SNAPSHOT_TEST(holds_what_was_configured),
        SNAPSHOT_TEST(holds_who_may_connect),
        SNAPSHOT_TEST(puts_cheap_conditions_first),
        SNAPSHOT_TEST(keeps_the_targets_of_a_group_together_and_sorted_by_id),
        SNAPSHOT_TEST(leaves_out_targets_that_are_gone_or_of_no_group),
        SNAPSHOT_TEST(marks_groups_that_a_rule_names),
        SNAPSHOT_TEST(fails_open_below_the_minimum_of_healthy_targets),
        SNAPSHOT_TEST(fails_open_when_all_targets_are_ejected_but_not_without_targets),
        SNAPSHOT_TEST(holds_requests_while_a_target_starts_and_none_is_ready),
        SNAPSHOT_TEST(asks_what_becomes_of_a_group_only_while_its_targets_do_not_say),
        SNAPSHOT_TEST(would_rather_recall_than_fail_open),
        SNAPSHOT_TEST(spares_only_targets_that_join_healthy_ones),
        SNAPSHOT_TEST(seals_its_memory),
        SNAPSHOT_TEST(refuses_what_is_no_snapshot_of_this_build),
        SNAPSHOT_TEST(refuses_targets_without_their_own_base),
        SNAPSHOT_TEST(shares_a_base_until_its_last_snapshot_goes),
        SNAPSHOT_TEST(refuses_tables_that_reach_out),
        SNAPSHOT_TEST(stays_safe_whatever_bytes_are_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
