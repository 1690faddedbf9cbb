/* SPDX-License-Identifier: Apache-2.0 */
/* A budget for what a client may do now and then but not all the time: so often at once, and
 * so often a second. */
#ifndef FAIRLEAD_WORKER_HTTP2_GUARD_H
#define FAIRLEAD_WORKER_HTTP2_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#define GUARD_UNIT 1000 /* of one, so that milliseconds count */

struct guard {
    uint64_t spent; /* of the burst, in units */
    uint64_t since_ms;
};

/* What has been earned back, by time or by work, is spent anew. */
static inline void
guard_earn(struct guard *guard, uint64_t units)
{
    guard->spent -= units < guard->spent ? units : guard->spent;
}

/* False: nothing is left. */
static inline bool
guard_spend(struct guard *guard, unsigned burst, unsigned per_second, uint64_t now_ms)
{
    guard_earn(guard, (now_ms - guard->since_ms) * per_second);
    guard->since_ms = now_ms;
    guard->spent += GUARD_UNIT;
    return guard->spent <= (uint64_t)burst * GUARD_UNIT;
}

#endif
