/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Round robin: one target after the other, each worker for itself from a place of its own.
 * While a target ramps up, smooth weighted round robin: the one that has waited longest for its
 * share.
 */
#include "worker/balancing/balancer.h"

static uint32_t
choose_smoothly(const struct balancer_choice *choice)
{
    uint32_t best = SNAPSHOT_NO_INDEX;
    int64_t total = 0;

    for (uint32_t i = 0; i < choice->count; i++) {
        struct target_state *target = balancer_target(choice, i);
        if (choice->is_excluded(choice->argument, target))
            continue;
        int64_t share = balancer_share(choice, i);
        target->smooth_weight += share;
        total += share;
        if (best == SNAPSHOT_NO_INDEX ||
            target->smooth_weight > balancer_target(choice, best)->smooth_weight)
            best = i;
    }
    if (best != SNAPSHOT_NO_INDEX)
        balancer_target(choice, best)->smooth_weight -= total;
    return best;
}

static uint32_t
choose(const struct balancer_choice *choice)
{
    if (choice->group->is_ramping)
        return choose_smoothly(choice);
    for (uint32_t tried = 0; tried < choice->count; tried++) {
        uint32_t place = (uint32_t)(balancer_next_turn(choice) % choice->count);
        if (!choice->is_excluded(choice->argument, balancer_target(choice, place)))
            return place;
    }
    return SNAPSHOT_NO_INDEX;
}

const struct balancer balancer_round_robin = {"round_robin", choose};
