/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many requests a second each target group has, out of the workers' counters: looked at
 * once a second, kept for the last ten.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_GROUP_RATES_H
#define FAIRLEAD_CONTROL_PROCESSES_GROUP_RATES_H

#include "control/processes/counter_board.h"
#include "control/registry/numbers.h"
#include "model/config.h"
#include "net/loop.h"

struct group_rates;

/* Over the last seconds, at most GROUP_RATES_SECONDS. */
struct group_rate {
    double requests, target_5xx; /* a second */
    uint64_t held;               /* requests that wait for a target now */
};

#define GROUP_RATES_SECONDS 10

/* What is handed in outlives the rates. */
struct group_rates *group_rates_new(struct loop *loop, struct counter_board *board,
                                    struct numbers *numbers);
void group_rates_free(struct group_rates **rates);

/* Another configuration: rates of groups that stay go on. */
void group_rates_set_config(struct group_rates *rates, const struct config *config);

/* All 0 for a group that it does not know. */
struct group_rate group_rates_of(const struct group_rates *rates, const char *group);

#endif
