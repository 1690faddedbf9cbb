/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request being compared with rules: its normal form, its query taken apart once, and the
 * steps that it may still cost. Only route.c and route_conditions.c know it; it lives on the
 * stack of one call.
 */
#ifndef FAIRLEAD_IPC_ROUTE_MATCH_H
#define FAIRLEAD_IPC_ROUTE_MATCH_H

#include "ipc/route.h"

/* Where a pair of the query stands, in bytes from the query's start. */
struct route_pair {
    uint32_t key, key_length, value, value_length;
};

#define ROUTE_PATH_BYTES 256 /* a longer path that needs rewriting is rewritten on the heap */

struct route_match {
    const struct snapshot *snapshot;
    struct route_request request; /* host and path in normal form */
    size_t steps;                 /* left for all of the request */
    size_t value_steps;           /* left of those that each value has for nothing */
    bool is_too_costly;
    bool query_is_split;
    uint32_t pair_count;
    char *long_path; /* NULL: none was needed */
    char short_path[ROUTE_PATH_BYTES];
    struct route_pair pairs[ROUTE_PAIRS_MAX];
};

/* Close what has been opened. The request's slices must last until then. */
void route_match_open(struct route_match *match, const struct snapshot *snapshot,
                      const struct route_request *request);
void route_match_close(struct route_match *match);

/* The first condition of the rule that does not hold, or SNAPSHOT_NO_INDEX. */
uint32_t route_match_first_mismatch(struct route_match *match, uint32_t rule);

#endif
