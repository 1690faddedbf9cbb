/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of all processes, read-only, and their sums. */
#ifndef FAIRLEAD_API_BOARD_H
#define FAIRLEAD_API_BOARD_H

#include <stdint.h>

#include "ipc/counters.h"

struct board;

/* Of so many workers, which stand in the slots from 1 on: only they count requests. */
struct board *board_new(unsigned worker_count);
void board_free(struct board **board);

/* Takes over those of a slot, in place of any before. */
void board_set(struct board *board, uint32_t slot, struct counters *counters);

unsigned board_worker_count(const struct board *board);

/* Over all processes; the others below over the workers. */
uint64_t board_total(const struct board *board, enum counter counter);
uint64_t board_rule(const struct board *board, uint32_t row);

/* Gauges of a worker's own view (anomalous, mitigated) are left out. */
void board_group(const struct board *board, uint32_t row, struct group_counters *sum);

/* Of that target alone: its row may still carry the numbers of an earlier one. */
void board_target(const struct board *board, uint32_t row, uint64_t target_id,
                  struct target_counters *sum);

#endif
