/* SPDX-License-Identifier: Apache-2.0 */
/* What the algorithms have in common: shares, the zone preference and its spill-over. */
#include "worker/balancing/balancer.h"

#include "base/clock.h"
#include "worker/shared/context.h"

/* The own zone is left when its targets carry this many times the others' load, and a few more.
 */
#define SPILL_FACTOR 2
#define SPILL_SLACK 4

/* By enum config_algorithm. */
static const struct balancer *const balancers[] = {
    [ALGORITHM_ROUND_ROBIN] = &balancer_round_robin,
    [ALGORITHM_LEAST_OUTSTANDING] = &balancer_least_outstanding,
    [ALGORITHM_WEIGHTED_RANDOM] = &balancer_weighted_random,
};

struct target_state *
balancer_target(const struct balancer_choice *choice, uint32_t place)
{
    return choice->view->targets[choice->group->selectable[place]];
}

/*
 * Second tries follow first tries in step: in a group of two with a dead target they would take
 * every turn of the living one, and each first try would be the dead one's.
 */
uint64_t
balancer_next_turn(const struct balancer_choice *choice)
{
    struct group_state *state = choice->group->state;

    return choice->is_second_try ? state->second_tries++ : state->round_robin++;
}

uint32_t
balancer_share(const struct balancer_choice *choice, uint32_t place)
{
    const struct snapshot_target *row =
        snapshot_target(choice->view->snapshot, choice->group->selectable[place]);
    const struct target_state *target = balancer_target(choice, place);
    uint64_t ramp_ms = choice->group->group->slow_start_ms;
    uint64_t share = target->anomaly_share;

    if (ramp_ms > 0 && row->healthy_since_ms != 0 &&
        clock_ms() < row->healthy_since_ms + ramp_ms) {
        uint64_t elapsed_ms =
            clock_ms() > row->healthy_since_ms ? clock_ms() - row->healthy_since_ms : 0;
        share = share * elapsed_ms / ramp_ms;
    }
    return share == 0 ? 1 : (uint32_t)share;
}

/* Whether the own zone's targets should have this request to themselves. */
static bool
own_zone_has_room(const struct balancer_choice *choice)
{
    const struct view_group *group = choice->group;
    uint64_t local = 0, remote = 0;
    uint32_t remote_count = group->selectable_count - group->local_count;

    if (group->local_count == 0 || remote_count == 0)
        return false;
    for (uint32_t i = 0; i < group->selectable_count; i++) {
        uint64_t outstanding =
            target_state_outstanding(choice->worker, balancer_target(choice, i));
        *(i < group->local_count ? &local : &remote) += outstanding;
    }
    return local * remote_count <=
           remote * group->local_count * SPILL_FACTOR +
               (uint64_t)SPILL_SLACK * group->local_count * remote_count;
}

uint32_t
balancer_choose(struct balancer_choice *choice)
{
    const struct view_group *group = choice->group;
    const struct balancer *balancer = balancers[group->group->algorithm];
    uint32_t place = SNAPSHOT_NO_INDEX;

    choice->count = group->selectable_count;
    if ((group->group->flags & GROUP_ZONE_PREFERENCE) != 0 && own_zone_has_room(choice)) {
        choice->count = group->local_count;
        place = balancer->choose(choice);
        choice->count = group->selectable_count;
    }
    if (place == SNAPSHOT_NO_INDEX && choice->count > 0)
        place = balancer->choose(choice);
    return place == SNAPSHOT_NO_INDEX ? SNAPSHOT_NO_INDEX : group->selectable[place];
}
