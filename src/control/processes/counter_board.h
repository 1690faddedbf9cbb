/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control's side of the counters: it makes the memory of every slot (0 is its own, 1..N the
 * workers', N + 1 the logger's, N + 2 the api role's, N + 3 the observer's), keeps it over a
 * worker's death, and sums what draining and status ask for.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_COUNTER_BOARD_H
#define FAIRLEAD_CONTROL_PROCESSES_COUNTER_BOARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/counters.h"

struct counter_board;

/* NULL with errno when the system gives no memory files. */
struct counter_board *counter_board_new(unsigned worker_count);

/* The blocks of a control that this one goes on for (an upgrade), by its slots. */
struct counter_board_past {
    struct counter_board_block {
        int fd; /* writable; becomes -1 where it is taken over */
        bool is_of_worker;
        pid_t owner; /* a worker that still counts in it; 0: none */
    } * blocks;

    unsigned count;
};

/* The same, with what was counted so far: control's, the observer's and so on go on in theirs,
 * new workers in those whose workers have ended. */
struct counter_board *counter_board_go_on(unsigned worker_count,
                                          struct counter_board_past *past);

/* Of all slots, behind the observer's those of workers of before an upgrade, with whose they
 * are while he lives. */
unsigned counter_board_slot_count(const struct counter_board *board);
bool counter_board_is_of_worker(const struct counter_board *board, unsigned slot);
pid_t counter_board_owner(const struct counter_board *board, unsigned slot);
void counter_board_note_end(struct counter_board *board, pid_t owner);

void counter_board_free(struct counter_board **board);

/* Descriptors to hand to children: the owner's, and one that can only be read. */
int counter_board_writable_fd(const struct counter_board *board, unsigned slot);
int counter_board_readable_fd(const struct counter_board *board, unsigned slot);

unsigned counter_board_observer_slot(const struct counter_board *board);

/* Control's own counters, for writing. */
struct counters *counter_board_own(struct counter_board *board);

/* A worker's, for reading. */
const struct counters *counter_board_slot(const struct counter_board *board, unsigned slot);

/* After the worker of that slot has died: its gauges go to zero. */
/* Control's own note of when the target of that row was checked last, in seconds since 1970. */
void counter_board_note_check(struct counter_board *board, uint32_t row, uint64_t target_id,
                              uint64_t second);

void counter_board_clear_gauges(struct counter_board *board, unsigned slot);

/* Before a row goes to another group or route: its counters begin at zero. */
void counter_board_clear_group(struct counter_board *board, uint32_t row);
void counter_board_clear_route(struct counter_board *board, uint32_t row);

/* The same of a rule, whose requests are still counted among all; and how many rows of rules
 * there are. */
void counter_board_clear_rule(struct counter_board *board, uint32_t row);
void counter_board_set_rule_rows(struct counter_board *board, uint32_t count);

/* A target's numbers over all workers. */
void counter_board_target(const struct counter_board *board, uint32_t row, uint64_t target_id,
                          struct target_counters *sum);

/* Exchanges in flight at a target, over all workers. */
uint64_t counter_board_in_flight(const struct counter_board *board, uint32_t row,
                                 uint64_t target_id);

/* A group's numbers over all workers; its histogram is left out. */
void counter_board_group(const struct counter_board *board, uint32_t row,
                         struct group_counters *sum);

/* One process-wide counter summed over all slots. */
uint64_t counter_board_total(const struct counter_board *board, enum counter counter);

#endif
