/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics page: the sums of all processes' counters under the names of the newest snapshot,
 * by the tables counters.def, end_reasons.def and metrics.def.
 */
#ifndef FAIRLEAD_OBSERVER_METRICS_H
#define FAIRLEAD_OBSERVER_METRICS_H

#include "base/slice.h"
#include "ipc/counters.h"
#include "ipc/snapshot.h"

struct metrics;

/* log may be NULL: no lines to report. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics **metrics);

/* Takes over mapped counters of a row owner, in place of earlier ones. */
void metrics_set_counters(struct metrics *metrics, uint32_t slot, struct counters *counters);

/* Names come from this snapshot from now on; it must live until the next call. */
void metrics_set_snapshot(struct metrics *metrics, const struct snapshot *snapshot);

/* The page as it is now, at most a second old; valid until the next call. */
struct slice metrics_page(struct metrics *metrics);

#endif
