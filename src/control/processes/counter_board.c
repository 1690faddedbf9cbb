/* SPDX-License-Identifier: Apache-2.0 */
/* Two descriptors of each slot: its owner's, and everybody else's, by which nothing can be
 * written. */
#include "control/processes/counter_board.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"

struct board_slot {
    int writable_fd, readable_fd;
    pid_t owner; /* behind the fixed slots: a worker that finishes; 0: it has ended */
    struct counters *counters; /* writable: gauges of the dead are cleared through it */
};

/* Behind the fixed slots stand those of workers of before an upgrade: what they counted stays a
 * part of every sum, and who is started after their end counts on in them. */
struct counter_board {
    unsigned worker_count, slot_count;
    struct board_slot *slots;
};

/* Takes the writable descriptor over, or makes one where it is -1. */
static bool
open_slot(struct board_slot *slot, int writable_fd)
{
    slot->readable_fd = -1;
    slot->writable_fd = writable_fd != -1 ? writable_fd : counters_create();
    if (slot->writable_fd == -1)
        return false;
    slot->readable_fd = counters_reopen_read_only(slot->writable_fd);
    slot->counters = counters_map(slot->writable_fd, true);
    return slot->readable_fd != -1 && slot->counters != NULL;
}

static void
close_slot(struct board_slot *slot)
{
    if (slot->counters != NULL)
        counters_unmap(&slot->counters);
    if (slot->writable_fd != -1)
        close(slot->writable_fd);
    if (slot->readable_fd != -1)
        close(slot->readable_fd);
}

/* Of the fixed ones. */
static bool
is_of_worker(const struct counter_board *board, unsigned slot)
{
    return slot >= 1 && slot <= board->worker_count;
}

/* The block that a fixed slot goes on in; -1: a new one. */
static int
take_past_fd(struct counter_board_past *past, unsigned slot, bool is_of_worker)
{
    for (unsigned i = 0; i < past->count; i++) {
        bool fits = is_of_worker ? past->blocks[i].is_of_worker && past->blocks[i].owner == 0
                                 : !past->blocks[i].is_of_worker && i == slot;
        if (!fits || past->blocks[i].fd == -1)
            continue;
        int fd = past->blocks[i].fd;
        past->blocks[i].fd = -1;
        return fd;
    }
    return -1;
}

/* Those that finish, and what the ended ones counted. */
static bool
keep_the_rest(struct counter_board *board, struct counter_board_past *past)
{
    for (unsigned i = 0; i < past->count && board->slot_count < COUNTERS_SLOTS; i++) {
        if (past->blocks[i].fd == -1)
            continue;
        struct board_slot *slot = &board->slots[board->slot_count++];
        if (!open_slot(slot, past->blocks[i].fd))
            return false;
        past->blocks[i].fd = -1;
        slot->owner = past->blocks[i].owner;
        if (slot->owner == 0)
            counters_clear_gauges(slot->counters);
    }
    return true;
}

struct counter_board *
counter_board_new(unsigned worker_count)
{
    return counter_board_go_on(worker_count, &(struct counter_board_past){0});
}

struct counter_board *
counter_board_go_on(unsigned worker_count, struct counter_board_past *past)
{
    struct counter_board *board = memory_take(1, sizeof(*board));
    unsigned fixed = worker_count + 4;

    board->worker_count = worker_count;
    board->slots = memory_take(fixed + past->count, sizeof(*board->slots));
    for (unsigned slot = 0; slot < fixed; slot++) {
        int fd = take_past_fd(past, slot, is_of_worker(board, slot));
        board->slot_count++;
        if (!open_slot(&board->slots[slot], fd)) {
            counter_board_free(&board);
            return NULL;
        }
        if (slot != 0 && fd != -1)
            counters_clear_gauges(board->slots[slot].counters);
    }
    if (!keep_the_rest(board, past))
        counter_board_free(&board);
    return board;
}

unsigned
counter_board_slot_count(const struct counter_board *board)
{
    return board->slot_count;
}

bool
counter_board_is_of_worker(const struct counter_board *board, unsigned slot)
{
    return is_of_worker(board, slot) || slot > counter_board_observer_slot(board);
}

pid_t
counter_board_owner(const struct counter_board *board, unsigned slot)
{
    CHECK(slot < board->slot_count);
    return board->slots[slot].owner;
}

void
counter_board_note_end(struct counter_board *board, pid_t owner)
{
    for (unsigned slot = 0; slot < board->slot_count; slot++) {
        if (board->slots[slot].owner != owner)
            continue;
        board->slots[slot].owner = 0;
        counters_clear_gauges(board->slots[slot].counters);
    }
}

void
counter_board_free(struct counter_board **board)
{
    if (*board == NULL)
        return;
    for (unsigned slot = 0; slot < (*board)->slot_count; slot++)
        close_slot(&(*board)->slots[slot]);
    free((*board)->slots);
    free(*board);
    *board = NULL;
}

unsigned
counter_board_observer_slot(const struct counter_board *board)
{
    return board->worker_count + 3;
}

static struct board_slot *
slot_of(const struct counter_board *board, unsigned slot)
{
    CHECK(slot < board->slot_count);
    return &board->slots[slot];
}

int
counter_board_writable_fd(const struct counter_board *board, unsigned slot)
{
    return slot_of(board, slot)->writable_fd;
}

int
counter_board_readable_fd(const struct counter_board *board, unsigned slot)
{
    return slot_of(board, slot)->readable_fd;
}

struct counters *
counter_board_own(struct counter_board *board)
{
    return slot_of(board, 0)->counters;
}

const struct counters *
counter_board_slot(const struct counter_board *board, unsigned slot)
{
    return slot_of(board, slot)->counters;
}

void
counter_board_clear_gauges(struct counter_board *board, unsigned slot)
{
    counters_clear_gauges(slot_of(board, slot)->counters);
}

static void
clear_counters(uint64_t *counters, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes / sizeof(*counters); i++)
        counter_set(&counters[i], 0);
}

void
counter_board_clear_group(struct counter_board *board, uint32_t row)
{
    for (unsigned slot = 0; slot < board->slot_count; slot++)
        clear_counters((uint64_t *)&board->slots[slot].counters->groups[row],
                       sizeof(struct group_counters));
}

void
counter_board_clear_route(struct counter_board *board, uint32_t row)
{
    for (unsigned slot = 0; slot < board->slot_count; slot++)
        clear_counters((uint64_t *)&board->slots[slot].counters->routes[row],
                       sizeof(struct route_counters));
}

void
counter_board_clear_rule(struct counter_board *board, uint32_t row)
{
    for (unsigned slot = 0; slot < board->slot_count; slot++) {
        uint64_t *requests = &board->slots[slot].counters->rules[row].requests;
        counter_add(&counter_board_own(board)->evaluations_elsewhere, counter_read(requests));
        counter_set(requests, 0);
    }
}

void
counter_board_set_rule_rows(struct counter_board *board, uint32_t count)
{
    counter_set(&counter_board_own(board)->rule_rows, count);
}

void
counter_board_note_check(struct counter_board *board, uint32_t row, uint64_t target_id,
                         uint64_t second)
{
    struct target_counters *target = &counter_board_own(board)->targets[row];

    counter_set(&target->target_id, target_id);
    counter_set(&target->last_check_s, second);
}

/* A row may still carry the numbers of an earlier target. */
void
counter_board_target(const struct counter_board *board, uint32_t row, uint64_t target_id,
                     struct target_counters *sum)
{
    *sum = (struct target_counters){.target_id = target_id};
    for (unsigned slot = 1; slot < board->slot_count; slot++)
        counters_add_target(sum, &board->slots[slot].counters->targets[row]);
}

uint64_t
counter_board_in_flight(const struct counter_board *board, uint32_t row, uint64_t target_id)
{
    struct target_counters sum;

    counter_board_target(board, row, target_id, &sum);
    return sum.in_flight;
}

void
counter_board_group(const struct counter_board *board, uint32_t row, struct group_counters *sum)
{
    *sum = (struct group_counters){0};
    for (unsigned slot = 1; slot < board->slot_count; slot++) {
        const struct group_counters *group = &board->slots[slot].counters->groups[row];
        sum->requests += counter_read(&group->requests);
        sum->held += counter_read(&group->held);
        sum->fail_open_requests += counter_read(&group->fail_open_requests);
        sum->non_sticky_requests += counter_read(&group->non_sticky_requests);
        for (size_t i = 0; i < sizeof(sum->target_codes) / sizeof(*sum->target_codes); i++)
            sum->target_codes[i] += counter_read(&group->target_codes[i]);
    }
}

uint64_t
counter_board_total(const struct counter_board *board, enum counter counter)
{
    uint64_t sum = 0;

    for (unsigned slot = 0; slot < board->slot_count; slot++)
        sum += counter_read(&board->slots[slot].counters->values[counter]);
    return sum;
}
