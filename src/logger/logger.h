/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logger role: writes the access log, so that a slow disk or a reader that stands still
 * holds nobody but this process.
 */
#ifndef FAIRLEAD_LOGGER_LOGGER_H
#define FAIRLEAD_LOGGER_LOGGER_H

/* Runs on the channel at CHANNEL_FD until no worker can send records any more; returns the exit
 * status. */
int logger_run(void);

#endif
