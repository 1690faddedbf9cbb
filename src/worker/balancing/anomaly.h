/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anomaly mitigation (ALB: Automatic Target Weights, weighted_random only): a target whose rate
 * of 5xx and connection errors stands out among at least three gets a smaller share for a
 * while.
 */
#ifndef FAIRLEAD_WORKER_ANOMALY_H
#define FAIRLEAD_WORKER_ANOMALY_H

struct worker;

/* Works the shares out anew; called each second, acts each ANOMALY_WINDOW_S seconds. */
void anomaly_update(struct worker *worker);

#endif
