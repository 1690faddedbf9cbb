/* SPDX-License-Identifier: Apache-2.0 */
/* The worker role: forwards requests by the newest snapshot; one thread, one loop, no locks. */
#ifndef FAIRLEAD_WORKER_WORKER_H
#define FAIRLEAD_WORKER_WORKER_H

/* Runs on the channel at CHANNEL_FD until control ends it; returns the exit status. */
int worker_run(void);

#endif
