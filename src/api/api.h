/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The api role: the console's page and its JSON. It parses what people send and shows them what
 * snapshot, counters and control tell; it can change nothing by itself.
 */
#ifndef FAIRLEAD_API_API_H
#define FAIRLEAD_API_API_H

/* Runs on the channel at CHANNEL_FD until control ends it; returns the exit status. */
int api_run(void);

#endif
