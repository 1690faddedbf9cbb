/* SPDX-License-Identifier: Apache-2.0 */
#include "control/processes/left_ports.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* Longer than a worker has to close its own; one that takes longer is replaced. */
#define LEFT_US 30000000

struct left_port {
    uint16_t port;
    uint64_t until_us;
    LIST_ENTRY(left_port) link;
};

void
left_ports_init(struct left_ports *ports)
{
    LIST_INIT(&ports->all);
}

/* Those whose time is over at that moment. */
static void
forget(struct left_ports *ports, uint64_t now_us)
{
    struct left_port *left = LIST_FIRST(&ports->all);

    while (left != NULL) {
        struct left_port *next = LIST_NEXT(left, link);
        if (left->until_us <= now_us) {
            LIST_REMOVE(left, link);
            free(left);
        }
        left = next;
    }
}

void
left_ports_clear(struct left_ports *ports)
{
    forget(ports, UINT64_MAX);
}

void
left_ports_note(struct left_ports *ports, uint16_t port)
{
    struct left_port *left = memory_take(1, sizeof(*left));

    forget(ports, clock_us());
    *left = (struct left_port){.port = port, .until_us = clock_us() + LEFT_US};
    LIST_INSERT_HEAD(&ports->all, left, link);
}

bool
left_ports_has(struct left_ports *ports, uint16_t port)
{
    const struct left_port *left;

    forget(ports, clock_us());
    LIST_FOREACH (left, &ports->all, link) {
        if (left->port == port)
            return true;
    }
    return false;
}
