/* SPDX-License-Identifier: Apache-2.0 */
#include "control/processes/left_ports.h"

#include "base/clock.h"

/* Longer than a worker has to close its own; one that takes longer is replaced. */
#define LEFT_US 30000000

void
left_ports_note(struct left_ports *ports, uint16_t port)
{
    ports->all[ports->next] = (struct left_port){port, clock_us() + LEFT_US};
    ports->next = (ports->next + 1) % LEFT_PORTS_MAX;
}

bool
left_ports_has(const struct left_ports *ports, uint16_t port)
{
    for (size_t i = 0; i < LEFT_PORTS_MAX; i++)
        if (ports->all[i].port == port && ports->all[i].until_us > clock_us())
            return true;
    return false;
}
