/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time and memory of fairlead's processes, read out of /proc every few seconds into
 * control's counters, from where the metrics page has them.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_PROCESS_USAGE_H
#define FAIRLEAD_CONTROL_PROCESSES_PROCESS_USAGE_H

#include "control/processes/counter_board.h"
#include "control/processes/process.h"
#include "net/loop.h"

struct process_usage;

/* All outlive it. */
struct process_usage_parts {
    struct loop *loop;
    struct counter_board *board;
    struct processes *processes;
};

struct process_usage *process_usage_new(const struct process_usage_parts *parts);
void process_usage_free(struct process_usage **usage);

/* Out of the text of /proc/PID/stat; false where it is something else. */
bool process_usage_parse(const char *stat, uint64_t *cpu_us, uint64_t *memory_bytes);

#endif
