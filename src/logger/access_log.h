/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access log: takes batches of records off every worker's access channel and appends lines
 * to the file that control opened. Lines are gathered and written together; a file that takes
 * no more costs lines, never a request.
 */
#ifndef FAIRLEAD_LOGGER_ACCESS_LOG_H
#define FAIRLEAD_LOGGER_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "logger/log_file.h"
#include "model/config.h"
#include "net/loop.h"

struct access_log;

struct access_log_totals {
    struct log_file_totals file; /* of all files so far */
    uint64_t malformed_batches;
};

/* The totals outlive the log. */
struct access_log *access_log_new(struct loop *loop, struct access_log_totals *totals);

/* Takes what still lies in the channels, writes all of it, and closes everything. */
void access_log_free(struct access_log **log);

/* Takes over a worker's channel; an earlier one of the same slot is read to its end first. */
void access_log_add_channel(struct access_log *log, uint32_t slot, int fd);

/* Goes on in another file (the descriptor is taken over); what is gathered goes to the old. */
void access_log_set_file(struct access_log *log, int fd);

void access_log_set_form(struct access_log *log, enum config_log_format format,
                         struct slice load_balancer);

/* Whether a worker may still send records. */
bool access_log_has_channels(const struct access_log *log);

/* Called when the last channel has ended. */
void access_log_on_last_end(struct access_log *log, void (*on_end)(void *argument),
                            void *argument);

#endif
