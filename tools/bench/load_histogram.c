/* SPDX-License-Identifier: Apache-2.0 */
/* Latencies counted in buckets whose width grows with the value. */
#include "load.h"

static unsigned
bucket_of(uint64_t ns)
{
    if (ns < HISTOGRAM_STEPS)
        return (unsigned)ns;
    unsigned power = 63 - (unsigned)__builtin_clzll(ns) - 5;
    unsigned bucket = power * HISTOGRAM_STEPS / 2 + (unsigned)(ns >> power);
    return bucket < HISTOGRAM_SIZE ? bucket : HISTOGRAM_SIZE - 1;
}

/* The lowest value of a bucket: the inverse of bucket_of. */
static uint64_t
value_of(unsigned bucket)
{
    if (bucket < HISTOGRAM_STEPS)
        return bucket;
    unsigned power = bucket / (HISTOGRAM_STEPS / 2) - 1;
    return (uint64_t)(bucket - power * HISTOGRAM_STEPS / 2) << power;
}

void
histogram_add(struct histogram *histogram, uint64_t ns)
{
    histogram->counts[bucket_of(ns)]++;
    histogram->total++;
}

uint64_t
histogram_at(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)((double)(histogram->total - 1) * share) + 1;
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_SIZE; bucket++) {
        seen += histogram->counts[bucket];
        if (seen >= wanted)
            return value_of(bucket);
    }
    return 0;
}
