/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What control opens for children that may open nothing themselves: the metrics listener for
 * the observer, the api listener for the api role, the logs' files for the logger. Kept
 * over their deaths and over reloads that do not change them.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_OBSERVER_FDS_H
#define FAIRLEAD_CONTROL_PROCESSES_OBSERVER_FDS_H

#include <stdbool.h>

#include "model/config.h"

struct observer_fds;

struct observer_fds *observer_fds_new(void);
void observer_fds_free(struct observer_fds **fds);

enum observer_fd {
    OBSERVER_FD_METRICS,
    OBSERVER_FD_API,
    OBSERVER_FD_LOG,
    OBSERVER_FD_CONNECTION_LOG,
    OBSERVER_FD_COUNT
};

/* What is open already, of the control before, by what it is configured as: takes it over; the
 * next configuration decides whether it stays. */
void observer_fds_adopt(struct observer_fds *fds, enum observer_fd which, const char *name,
                        int fd);

/* What it is configured as, and the descriptor; NULL: it is not. */
const char *observer_fds_name(struct observer_fds *fds, enum observer_fd which, int *fd);

/* Opens what the configuration asks for anew; false with lines in errors, nothing changed. */
bool observer_fds_prepare(struct observer_fds *fds, const struct config *config,
                          struct config_errors *errors);
void observer_fds_abandon(struct observer_fds *fds);
void observer_fds_commit(struct observer_fds *fds);

/* Whether the last commit left a listener as it was, with what is open on it. */
bool observer_fds_metrics_stayed(const struct observer_fds *fds);
bool observer_fds_api_stayed(const struct observer_fds *fds);

/* After the logs were rotated: opens the files by their names again. What cannot be opened
 * stays as it is, and is logged. */
void observer_fds_reopen_logs(struct observer_fds *fds);

/* True: the listener had been shut down by its child and is bound anew. */
bool observer_fds_mend_metrics(struct observer_fds *fds);
bool observer_fds_mend_api(struct observer_fds *fds);

/* -1: not configured. */
int observer_fds_metrics(const struct observer_fds *fds);
int observer_fds_api(const struct observer_fds *fds);
bool observer_fds_api_is_unix(const struct observer_fds *fds);
/* Whether there is any log to be written. */
bool observer_fds_has_log(const struct observer_fds *fds);
int observer_fds_log(const struct observer_fds *fds, enum config_log which);

#endif
