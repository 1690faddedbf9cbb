/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write which counters, and what is summed over all of them. */
#include "../../unit.h"

#include <unistd.h>

#include <sys/mman.h>

#include "control/processes/counter_board.h"
#include "control/processes/process_usage.h"

static void
what_is_handed_to_others_cannot_be_written_by_them(void **state)
{
    struct counter_board *board = counter_board_new(2);

    (void)state;
    for (unsigned slot = 0; slot <= 2; slot++) {
        int fd = counter_board_readable_fd(board, slot);
        struct counters *mapped = counters_map(fd, false);
        assert_non_null(mapped);
        assert_int_equal(mprotect(mapped, sizeof(*mapped), PROT_READ | PROT_WRITE), -1);
        assert_null(counters_map(fd, true));
        counters_unmap(&mapped);
    }
    counter_board_free(&board);
}

static void
sums_what_owners_write(void **state)
{
    struct counter_board *board = counter_board_new(2);
    struct counters *workers[3] = {NULL};

    (void)state;
    for (unsigned slot = 1; slot <= 2; slot++) {
        workers[slot] = counters_map(counter_board_writable_fd(board, slot), true);
        assert_non_null(workers[slot]);
        counter_add(&workers[slot]->values[COUNTER_REQUESTS_BEGUN], slot);
        counter_set(&workers[slot]->targets[7].target_id, slot == 1 ? 70 : 71);
        counter_add(&workers[slot]->targets[7].in_flight, slot);
    }
    assert_int_equal(counter_board_total(board, COUNTER_REQUESTS_BEGUN), 3);
    assert_int_equal(counter_board_in_flight(board, 7, 71), 2);
    counter_board_clear_gauges(board, 2);
    assert_int_equal(counter_board_in_flight(board, 7, 71), 0);
    assert_int_equal(counter_board_in_flight(board, 7, 70), 1);
    counters_unmap(&workers[1]);
    counters_unmap(&workers[2]);
    counter_board_free(&board);
}

static void
reads_what_proc_tells(void **state)
{
    static const char stat[] =
        "12 (a (b) c) S 1 12 12 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 5000 10000000 3 "
        "18446744073709551615 1 1 0 0 0 0 0 0 0";
    uint64_t cpu_us = 0, memory_bytes = 0;

    (void)state;
    assert_true(process_usage_parse(stat, &cpu_us, &memory_bytes));
    assert_int_equal(cpu_us, UINT64_C(200) * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
    assert_int_equal(memory_bytes, 3 * sysconf(_SC_PAGESIZE));
    assert_false(process_usage_parse("", &cpu_us, &memory_bytes));
    assert_false(process_usage_parse("12 (a) S 1 2", &cpu_us, &memory_bytes));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_handed_to_others_cannot_be_written_by_them),
        cmocka_unit_test(sums_what_owners_write),
        cmocka_unit_test(reads_what_proc_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
