/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a group, or all of them, did in the last seconds and in the last quarter of an hour, out
 * of counters that only grow and are looked at once a second.
 */
#ifndef FAIRLEAD_API_SERIES_H
#define FAIRLEAD_API_SERIES_H

#include "api/history.h"
#include "ipc/counters.h"

/* Rates and times that are shown as of now are those of this many seconds. */
#define SERIES_SECONDS 10

struct series;

/* Counters at one moment, and a gauge. */
struct series_point {
    uint64_t requests, target_5xx, own_5xx, connections;
    uint64_t response_time[COUNTERS_BUCKETS];
};

/* A second; HISTORY_NONE where it is not known, times in milliseconds. */
struct series_rates {
    double requests, target_5xx, own_5xx;
    double p50, p95, p99;
};

struct series *series_new(void);
void series_free(struct series **series);

/* A look that comes late, by SERIES_SECONDS at most, gives the seconds in between their mean.
 */
void series_add(struct series *series, uint64_t now_ms, const struct series_point *point);
struct series_rates series_now(const struct series *series);
const struct history *series_history(const struct series *series);

/* The time that so many of thousand answers took at most, in milliseconds, between the bounds
 * of its bucket; HISTORY_NONE without answers. */
double series_percentile(const uint64_t buckets[COUNTERS_BUCKETS], unsigned thousandth);

#endif
