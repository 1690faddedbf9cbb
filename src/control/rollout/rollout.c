/* SPDX-License-Identifier: Apache-2.0 */
/* Made and freed by control; rolls and stops are begun by who orders them. */
#include "control/rollout/rollout.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/rollout/roll.h"

struct rollout *
rollout_new(const struct rollout_parts *parts)
{
    struct rollout *rollout = memory_take(1, sizeof(*rollout));

    rollout->parts = *parts;
    LIST_INIT(&rollout->rolls);
    return rollout;
}

void
rollout_free(struct rollout **rollout)
{
    struct roll *roll;

    if (*rollout == NULL)
        return;
    while ((roll = LIST_FIRST(&(*rollout)->rolls)) != NULL)
        roll_forget(roll);
    free(*rollout);
    *rollout = NULL;
}

void
rollout_set_config(struct rollout *rollout, const struct config *config)
{
    rollout->config = config;
}

void
rollout_stop(struct rollout *rollout)
{
    rollout->is_stopping = true;
}
