/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access log and the log of connections: takes batches of records off every worker's access
 * channel and appends lines to the files that control opened.
 */
#ifndef FAIRLEAD_LOGGER_ACCESS_LOG_H
#define FAIRLEAD_LOGGER_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "logger/line_log.h"

struct access_log;

struct access_log_totals {
    struct log_file_totals requests, connections; /* of all files so far */
    uint64_t malformed_batches;
};

/* The totals outlive the log. */
struct access_log *access_log_new(struct loop *loop, struct access_log_totals *totals);

/* Takes what still lies in the channels, writes all of it, and closes everything. */
void access_log_free(struct access_log **log);

/* Takes over a worker's channel; an earlier one of the same slot is read to its end first. */
void access_log_add_channel(struct access_log *log, uint32_t slot, int fd);

/* The log of requests, or of connections, for its file and form; the access log's own. */
struct line_log *access_log_requests(struct access_log *log);
struct line_log *access_log_connections(struct access_log *log);

/* Whether a worker may still send records. */
bool access_log_has_channels(const struct access_log *log);

/* Called when the last channel has ended. */
void access_log_on_last_end(struct access_log *log, void (*on_end)(void *argument),
                            void *argument);

#endif
