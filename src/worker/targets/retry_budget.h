/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A retry budget keeps an outage from doubling the load: a group earns a fifth of a retry with
 * each request and may save up a burst, which covers a container that dies at full rate. What a
 * target refused costs nothing: the next one gets it for the first time.
 */
#ifndef FAIRLEAD_WORKER_RETRY_BUDGET_H
#define FAIRLEAD_WORKER_RETRY_BUDGET_H

#include <stdbool.h>

#include "worker/targets/target_table.h"

#define RETRY_COST 100
#define RETRY_EARNED 20
#define RETRY_SAVED_MAX (1000 * RETRY_COST)

static inline void
retry_budget_init(struct group_state *group)
{
    group->retry_tokens = RETRY_SAVED_MAX;
}

static inline void
retry_budget_earn(struct group_state *group)
{
    if (group->retry_tokens < RETRY_SAVED_MAX)
        group->retry_tokens += RETRY_EARNED;
}

static inline bool
retry_budget_spend(struct group_state *group)
{
    if (group->retry_tokens < RETRY_COST)
        return false;
    group->retry_tokens -= RETRY_COST;
    return true;
}

#endif
