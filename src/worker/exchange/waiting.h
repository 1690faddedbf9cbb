/* SPDX-License-Identifier: Apache-2.0 */
/* A new view lets go on what waited for it: held requests and those in doubt. */
#ifndef FAIRLEAD_WORKER_WAITING_H
#define FAIRLEAD_WORKER_WAITING_H

struct worker;

/* Runs what is held in groups that have a ready target (or expect none) now, and what doubted
 * its target. */
void waiting_release(struct worker *worker);

#endif
