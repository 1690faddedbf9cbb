/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighted random: an even chance for each target, less for those whose errors stand out when
 * the group mitigates anomalies (the shares are worked out in anomaly.c) and for those in slow
 * start.
 */
#include "base/random.h"
#include "worker/balancing/balancer.h"

static uint32_t
choose(const struct balancer_choice *choice)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < choice->count; i++)
        if (!choice->is_excluded(choice->argument, balancer_target(choice, i)))
            total += balancer_share(choice, i);
    if (total == 0)
        return SNAPSHOT_NO_INDEX;
    uint64_t ticket = random_below(total);
    for (uint32_t i = 0; i < choice->count; i++) {
        if (choice->is_excluded(choice->argument, balancer_target(choice, i)))
            continue;
        uint64_t share = balancer_share(choice, i);
        if (ticket < share)
            return i;
        ticket -= share;
    }
    return SNAPSHOT_NO_INDEX;
}

const struct balancer balancer_weighted_random = {"weighted_random", choose};
