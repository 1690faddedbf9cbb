/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and taking what hangs on a carrier. */
#include "worker/exchange/pin.h"

uint32_t
pin_find_target(const struct carrier *carrier, const struct view *view,
                const struct view_group *group)
{
    const struct target_link *link = carrier_pinned(carrier);

    for (; link != NULL; link = LIST_NEXT(link, pin_entry))
        for (uint32_t i = 0; i < group->selectable_count; i++)
            if (link->is_login && view->targets[group->selectable[i]] == link->target &&
                !link->target->is_closed)
                return group->selectable[i];
    return SNAPSHOT_NO_INDEX;
}

uint32_t
pin_find_group(const struct carrier *carrier, const struct view *view,
               const struct snapshot_action *action)
{
    if (carrier_pinned(carrier) == NULL)
        return SNAPSHOT_NO_INDEX;
    for (uint32_t i = 0; i < action->weighted_groups.count; i++) {
        uint32_t row = action->weighted_groups.first + i;
        uint32_t group = snapshot_weighted_group(view->snapshot, row)->group;
        if (pin_find_target(carrier, view, &view->groups[group]) != SNAPSHOT_NO_INDEX)
            return row;
    }
    return SNAPSHOT_NO_INDEX;
}

struct target_link *
pin_take(struct exchange *exchange)
{
    struct target_link *link = carrier_pinned(exchange->carrier);

    for (; link != NULL; link = LIST_NEXT(link, pin_entry))
        if (link->target == exchange->target)
            return link->kind->resume(link, exchange) ? link : NULL;
    return NULL;
}
