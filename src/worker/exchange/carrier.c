/* SPDX-License-Identifier: Apache-2.0 */
/* What few carriers have, on the heap: an idle connection shall cost little. */
#include "worker/exchange/carrier.h"

#include <stdlib.h>

#include "base/memory.h"
#include "worker/targets/target_link.h"

static struct carrier_extras *
extras_of(struct carrier *carrier)
{
    if (carrier->extras == NULL)
        carrier->extras = memory_take(1, sizeof(*carrier->extras));
    return carrier->extras;
}

void
carrier_note_destination(struct carrier *carrier, const struct address *destination)
{
    if (destination->family != ADDRESS_NONE)
        extras_of(carrier)->destination = *destination;
}

void
carrier_pin(struct carrier *carrier, struct target_link *link)
{
    LIST_INSERT_HEAD(&extras_of(carrier)->pinned, link, pin_entry);
}

void
carrier_drop_extras(struct carrier *carrier)
{
    struct target_link *link;

    while ((link = carrier_pinned(carrier)) != NULL)
        link->kind->drop(link);
    free(carrier->extras);
    carrier->extras = NULL;
}
