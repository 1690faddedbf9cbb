/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing a target of a group: one file a kind (balancer_*.c), each behind the same two
 * functions. The list to choose from was made with the view; stickiness has been asked before.
 */
#ifndef FAIRLEAD_WORKER_BALANCER_H
#define FAIRLEAD_WORKER_BALANCER_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/targets/view.h"

struct worker;

/* What a choice is made from: places [0, count) of the group's selectable list. */
struct balancer_choice {
    const struct worker *worker;
    const struct view *view;
    const struct view_group *group;
    uint32_t count;
    bool is_second_try; /* of a request: has turns of its own, and takes nobody else's */
    /* A target that has been tried for this request, or whose connections are closed. */
    bool (*is_excluded)(const void *argument, const struct target_state *target);
    const void *argument;
};

struct balancer {
    const char *name; /* the ALB's algorithm type */
    /* A place in the selectable list that is not excluded, or SNAPSHOT_NO_INDEX. */
    uint32_t (*choose)(const struct balancer_choice *choice);
};

extern const struct balancer balancer_round_robin;
extern const struct balancer balancer_least_outstanding;
extern const struct balancer balancer_weighted_random;

/*
 * The index in the view's targets that the group's algorithm chooses, or SNAPSHOT_NO_INDEX when
 * everything is excluded. Prefers fairlead's own zone where the group asks for it, and spills
 * over when its targets are busier than the others.
 */
uint32_t balancer_choose(struct balancer_choice *choice);

/* A target's share in percent, 1..100: slow start ramps linearly, anomalies reduce it. */
uint32_t balancer_share(const struct balancer_choice *choice, uint32_t place);

/* The place whose turn it is, not yet by the count; the next call names the next one. */
uint64_t balancer_next_turn(const struct balancer_choice *choice);

/* The target at a place of the selectable list. */
struct target_state *balancer_target(const struct balancer_choice *choice, uint32_t place);

#endif
