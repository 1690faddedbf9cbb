/* SPDX-License-Identifier: Apache-2.0 */
/* Counters in shared memory: mapping, protection, histogram, what a worker's death leaves. */
#include "../unit.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/counters.h"

static void
shows_readers_what_the_writer_counts(void **state)
{
    int fd = counters_create();
    int reader_fd = counters_reopen_read_only(fd);
    struct counters *written = counters_map(fd, true);
    struct counters *read = counters_map(reader_fd, false);

    (void)state;
    assert_non_null(written);
    assert_non_null(read);
    counter_add(&written->values[COUNTER_REQUESTS_BEGUN], 2);
    counter_add(&written->values[COUNTER_REQUESTS_BEGUN], 3);
    assert_int_equal(counter_read(&read->values[COUNTER_REQUESTS_BEGUN]), 5);
    assert_null(counters_map(reader_fd, true));
    counters_unmap(&written);
    counters_unmap(&read);
    assert_null(read);
    close(reader_fd);
    close(fd);
}

static void
takes_memory_only_where_something_counts(void **state)
{
    struct stat status;
    int fd = counters_create();
    struct counters *counters = counters_map(fd, true);

    (void)state;
    counter_add(&counters->routes[COUNTERS_ROUTE_ROWS - 1].codes[COUNTERS_CODES - 1], 1);
    assert_int_equal(fstat(fd, &status), 0);
    assert_true(status.st_size > 1 << 24);
    assert_true(status.st_blocks * 512 <= 1 << 16);
    counters_unmap(&counters);
    close(fd);
}

static void
refuses_other_memory(void **state)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    int counters_fd = counters_create();

    (void)state;
    assert_int_equal(ftruncate(fd, sizeof(struct counters)), 0);
    assert_null(counters_map(fd, false));
    assert_int_equal(ftruncate(counters_fd, 0), -1);
    close(counters_fd);
    close(fd);
}

static void
puts_a_response_time_into_the_first_bucket_that_holds_it(void **state)
{
    struct group_counters group = {0};
    struct target_counters target = {0};

    (void)state;
    counters_note_response_time(&group, &target, 0);
    counters_note_response_time(&group, &target, counters_bucket_bounds_us[0]);
    counters_note_response_time(&group, &target, counters_bucket_bounds_us[0] + 1);
    counters_note_response_time(&group, &target, UINT32_MAX);
    assert_int_equal(group.response_time[0], 2);
    assert_int_equal(group.response_time[1], 1);
    assert_int_equal(group.response_time[COUNTERS_BUCKETS - 1], 1);
    assert_true(group.response_time_sum_us ==
                2 * counters_bucket_bounds_us[0] + 1 + UINT32_MAX);
    for (size_t i = 0; i < COUNTERS_BUCKETS; i++)
        assert_int_equal(target.response_time[i], group.response_time[i]);
}

static void
adds_up_a_target_but_not_another_one(void **state)
{
    const struct target_counters one = {.target_id = 7,
                                        .in_flight = 1,
                                        .requests = 2,
                                        .codes_5xx = 3,
                                        .connections_open = 4,
                                        .response_time = {5, 6}};
    const struct target_counters another = {.target_id = 8, .requests = 100};
    struct target_counters sum = {.target_id = 7};

    (void)state;
    counters_add_target(&sum, &one);
    counters_add_target(&sum, &another);
    counters_add_target(&sum, &one);
    assert_int_equal(sum.in_flight, 2);
    assert_int_equal(sum.requests, 4);
    assert_int_equal(sum.codes_5xx, 6);
    assert_int_equal(sum.connections_open, 8);
    assert_int_equal(sum.response_time[0], 10);
    assert_int_equal(sum.response_time[1], 12);
}

static void
has_bounds_that_rise(void **state)
{
    (void)state;
    for (int i = 1; i < COUNTERS_BUCKETS - 1; i++)
        assert_true(counters_bucket_bounds_us[i] > counters_bucket_bounds_us[i - 1]);
}

static void
clears_gauges_and_keeps_totals(void **state)
{
    int fd = counters_create();
    struct counters *counters = counters_map(fd, true);

    (void)state;
    counter_set(&counters->values[COUNTER_EXCHANGES_ACTIVE], 4);
    counter_set(&counters->values[COUNTER_REQUESTS_BEGUN], 5);
    counters->targets[9] = (struct target_counters){
        .in_flight = 1, .target_id = 2, .requests = 3, .connections_open = 4};
    counters->groups[1].held = 1;
    counters->groups[1].requests = 6;
    counters_clear_gauges(counters);
    assert_int_equal(counters->values[COUNTER_EXCHANGES_ACTIVE], 0);
    assert_int_equal(counters->values[COUNTER_REQUESTS_BEGUN], 5);
    assert_int_equal(counters->targets[9].in_flight, 0);
    assert_int_equal(counters->targets[9].connections_open, 0);
    assert_int_equal(counters->targets[9].requests, 3);
    assert_int_equal(counters->targets[9].target_id, 2);
    assert_int_equal(counters->groups[1].held, 0);
    assert_int_equal(counters->groups[1].requests, 6);
    counters_unmap(&counters);
    close(fd);
}

static void
names_every_end_reason(void **state)
{
    (void)state;
    for (unsigned i = 0; i < END_REASON_COUNT; i++)
        assert_true(strlen(end_reason_name((enum end_reason)i)) > 0);
    assert_string_equal(end_reason_name(END_CONNECT_FAILED), "connect_failed");
    assert_string_equal(end_reason_name(END_REASON_COUNT), "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_readers_what_the_writer_counts),
        cmocka_unit_test(takes_memory_only_where_something_counts),
        cmocka_unit_test(refuses_other_memory),
        cmocka_unit_test(puts_a_response_time_into_the_first_bucket_that_holds_it),
        cmocka_unit_test(adds_up_a_target_but_not_another_one),
        cmocka_unit_test(has_bounds_that_rise),
        cmocka_unit_test(clears_gauges_and_keeps_totals),
        cmocka_unit_test(names_every_end_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
