/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file, pipe, FIFO, socket or terminal that takes lines: whole ones or none. What a reader
 * does not take yet waits in a bounded queue; what does not fit there is lost and counted. A
 * file that refuses a line in its middle (no space) is cut back to the last whole one.
 */
#ifndef FAIRLEAD_LOGGER_LOG_FILE_H
#define FAIRLEAD_LOGGER_LOG_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "net/loop.h"

/* What waits for a slow reader at most. */
#define LOG_FILE_QUEUE_BYTES (4 * 1024 * 1024)

struct log_file;

struct log_file_totals {
    uint64_t lines, lost_lines; /* written, and lost because the file did not take them */
};

/* Takes the descriptor over, which must not wait (O_NONBLOCK); totals outlive the file. */
struct log_file *log_file_new(struct loop *loop, int fd, struct log_file_totals *totals);

/* Hands over what can be handed over at once; the rest is lost. */
void log_file_free(struct log_file **file);

/* Puts a line, which ends with a newline, into the queue. */
void log_file_add(struct log_file *file, struct slice line);

/* Writes what is queued; what is not taken now goes out when the descriptor is ready for it. */
void log_file_flush(struct log_file *file);

/* Whether it waits for its reader. */
bool log_file_is_waiting(const struct log_file *file);

/* Bytes in the queue. */
size_t log_file_queued(const struct log_file *file);

#endif
