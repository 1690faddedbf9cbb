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

/* What the next control is handed of a board, as copies. */
static struct counter_board_past
hand_over(struct counter_board *board, struct counter_board_block *blocks)
{
    struct counter_board_past past = {.blocks = blocks,
                                      .count = counter_board_slot_count(board)};

    for (unsigned slot = 0; slot < past.count; slot++)
        blocks[slot] = (struct counter_board_block){
            .fd = dup(counter_board_writable_fd(board, slot)),
            .is_of_worker = counter_board_is_of_worker(board, slot),
            .owner = counter_board_owner(board, slot)};
    return past;
}

static void
count(struct counter_board *board, unsigned slot, uint64_t requests, uint64_t in_flight)
{
    struct counters *counters = counters_map(counter_board_writable_fd(board, slot), true);

    assert_non_null(counters);
    counter_add(&counters->values[COUNTER_REQUESTS_BEGUN], requests);
    counter_set(&counters->targets[7].target_id, 70);
    counter_set(&counters->targets[7].in_flight, in_flight);
    counters_unmap(&counters);
}

static void
goes_on_with_what_was_counted(void **state)
{
    struct counter_board *before = counter_board_new(2);
    struct counter_board_block blocks[16];

    (void)state;
    count(before, 0, 1, 0);
    count(before, 1, 10, 3);
    count(before, 2, 100, 4);
    struct counter_board_past past = hand_over(before, blocks);
    blocks[2].owner = 4711; /* the other worker has ended */
    struct counter_board *after = counter_board_go_on(2, &past);
    assert_non_null(after);
    for (unsigned i = 0; i < past.count; i++)
        assert_int_equal(blocks[i].fd, -1);
    assert_int_equal(counter_board_total(after, COUNTER_REQUESTS_BEGUN), 111);
    assert_int_equal(counter_board_in_flight(after, 7, 70), 4);
    count(after, 2, 1000, 5);
    assert_int_equal(counter_board_total(after, COUNTER_REQUESTS_BEGUN), 1111);
    assert_int_equal(counter_board_in_flight(after, 7, 70), 9);
    counter_board_note_end(after, 4711);
    assert_int_equal(counter_board_total(after, COUNTER_REQUESTS_BEGUN), 1111);
    assert_int_equal(counter_board_in_flight(after, 7, 70), 5);
    counter_board_free(&after);
    counter_board_free(&before);
}

static void
needs_no_more_memory_when_workers_have_ended(void **state)
{
    struct counter_board *board = counter_board_new(2);
    struct counter_board_block blocks[16];
    unsigned slots = 0;

    (void)state;
    for (int upgrades = 0; upgrades < 10; upgrades++) {
        struct counter_board_past past = hand_over(board, blocks);
        for (unsigned slot = 1; slot <= 2; slot++)
            blocks[slot].owner = (pid_t)(1000 + slot);
        count(board, 1, 1, 0);
        struct counter_board *next = counter_board_go_on(2, &past);
        counter_board_note_end(next, 1001);
        counter_board_note_end(next, 1002);
        counter_board_free(&board);
        board = next;
        assert_true(slots == 0 || counter_board_slot_count(board) == slots);
        slots = counter_board_slot_count(board);
        assert_int_equal(counter_board_total(board, COUNTER_REQUESTS_BEGUN), upgrades + 1);
    }
    counter_board_free(&board);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_handed_to_others_cannot_be_written_by_them),
        cmocka_unit_test(sums_what_owners_write),
        cmocka_unit_test(goes_on_with_what_was_counted),
        cmocka_unit_test(needs_no_more_memory_when_workers_have_ended),
        cmocka_unit_test(reads_what_proc_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
