/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at the counters once a second, whether or not anybody asks, so that there is a history
 * when somebody does: of all requests, of each group, and what each target does now.
 */
#ifndef FAIRLEAD_API_SAMPLER_H
#define FAIRLEAD_API_SAMPLER_H

#include <stdbool.h>

#include "api/board.h"
#include "api/series.h"
#include "ipc/snapshot.h"

/* Of so many groups there are series: 30 MB. Those that have requests only later have none. */
#define SAMPLER_GROUPS_MAX 1024

struct sampler;

/* Of a target, over the last few seconds; below 0: not known yet. */
struct sampler_target {
    double requests, errors_5xx; /* a second */
    double p50, p95, p99;        /* milliseconds; below 0 also without answers */
    uint64_t in_flight, connections;
};

/* Of a group, or of all. */
struct sampler_group {
    const struct series *series; /* NULL: nothing has happened yet, or there are too many */
    uint64_t in_flight, connections, held;
};

struct sampler *sampler_new(const struct board *board);
void sampler_free(struct sampler **sampler);

/* From now on; what it looked at under the one before goes on. */
void sampler_set_snapshot(struct sampler *sampler, const struct snapshot *snapshot);

/* A second has passed. */
void sampler_look(struct sampler *sampler, uint64_t now_ms);

struct sampler_group sampler_all(const struct sampler *sampler);

/* By the group's and the target's row in the snapshot. */
struct sampler_group sampler_group(const struct sampler *sampler, uint32_t index);
struct sampler_target sampler_target(const struct sampler *sampler, uint32_t index);

#endif
