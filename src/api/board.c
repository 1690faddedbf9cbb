/* SPDX-License-Identifier: Apache-2.0 */
#include "api/board.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/memory.h"

struct board {
    struct counters *slots[COUNTERS_SLOTS]; /* NULL: not known */
    unsigned worker_count;
};

struct board *
board_new(unsigned worker_count)
{
    struct board *board = memory_take(1, sizeof(*board));

    CHECK(worker_count < COUNTERS_SLOTS);
    board->worker_count = worker_count;
    return board;
}

void
board_free(struct board **board)
{
    if (*board == NULL)
        return;
    for (unsigned slot = 0; slot < COUNTERS_SLOTS; slot++)
        counters_unmap(&(*board)->slots[slot]);
    free(*board);
    *board = NULL;
}

void
board_set(struct board *board, uint32_t slot, struct counters *counters)
{
    CHECK(slot < COUNTERS_SLOTS);
    counters_unmap(&board->slots[slot]);
    board->slots[slot] = counters;
}

unsigned
board_worker_count(const struct board *board)
{
    return board->worker_count;
}

uint64_t
board_total(const struct board *board, enum counter counter)
{
    uint64_t sum = 0;

    for (unsigned slot = 0; slot < COUNTERS_SLOTS; slot++)
        if (board->slots[slot] != NULL)
            sum += counter_read(&board->slots[slot]->values[counter]);
    return sum;
}

uint64_t
board_rule(const struct board *board, uint32_t row)
{
    uint64_t sum = 0;

    for (unsigned slot = 1; slot < COUNTERS_SLOTS; slot++)
        if (board->slots[slot] != NULL)
            sum += counter_read(&board->slots[slot]->rules[row].requests);
    return sum;
}

static void
add_all(uint64_t *sums, const uint64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sums[i] += counter_read(&values[i]);
}

static void
add_group(struct group_counters *sum, const struct group_counters *group)
{
    sum->requests += counter_read(&group->requests);
    sum->own_5xx += counter_read(&group->own_5xx);
    sum->held += counter_read(&group->held);
    add_all(sum->target_codes, group->target_codes,
            sizeof(sum->target_codes) / sizeof(*sum->target_codes));
    add_all(sum->response_time, group->response_time, COUNTERS_BUCKETS);
}

void
board_group(const struct board *board, uint32_t row, struct group_counters *sum)
{
    *sum = (struct group_counters){0};
    for (unsigned slot = 1; slot < COUNTERS_SLOTS; slot++)
        if (board->slots[slot] != NULL)
            add_group(sum, &board->slots[slot]->groups[row]);
}

void
board_target(const struct board *board, uint32_t row, uint64_t target_id,
             struct target_counters *sum)
{
    *sum = (struct target_counters){.target_id = target_id};
    for (unsigned slot = 1; slot < COUNTERS_SLOTS; slot++)
        if (board->slots[slot] != NULL)
            counters_add_target(sum, &board->slots[slot]->targets[row]);
}
