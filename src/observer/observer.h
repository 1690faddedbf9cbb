/* SPDX-License-Identifier: Apache-2.0 */
/* The observer role: health checks and the metrics page. */
#ifndef FAIRLEAD_OBSERVER_OBSERVER_H
#define FAIRLEAD_OBSERVER_OBSERVER_H

/* Runs on the channel at CHANNEL_FD until control ends it; returns the exit status. */
int observer_run(void);

#endif
