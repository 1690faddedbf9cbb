/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Least outstanding requests, over all workers, by the counters that they share. Equals are
 * taken in turn, so that an idle group is still used evenly.
 */
#include "worker/balancing/balancer.h"

static uint32_t
choose(const struct balancer_choice *choice)
{
    uint32_t best = SNAPSHOT_NO_INDEX;
    uint64_t fewest = UINT64_MAX;
    uint64_t start = balancer_next_turn(choice);

    for (uint32_t i = 0; i < choice->count; i++) {
        uint32_t place = (uint32_t)((start + i) % choice->count);
        const struct target_state *target = balancer_target(choice, place);
        if (choice->is_excluded(choice->argument, target))
            continue;
        uint64_t outstanding = target_state_outstanding(choice->worker, target);
        if (outstanding < fewest) {
            fewest = outstanding;
            best = place;
        }
    }
    return best;
}

const struct balancer balancer_least_outstanding = {"least_outstanding_requests", choose};
