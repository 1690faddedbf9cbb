/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP ports that were given up a moment ago: workers may have their sockets open yet, which
 * look like somebody else's to who binds the port anew.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_LEFT_PORTS_H
#define FAIRLEAD_CONTROL_PROCESSES_LEFT_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEFT_PORTS_MAX 256

struct left_port {
    uint16_t port;
    uint64_t until_us;
};

/* The last ones, in a ring; embedded by who closes sockets, zeroed at first. */
struct left_ports {
    struct left_port all[LEFT_PORTS_MAX];
    size_t next;
};

void left_ports_note(struct left_ports *ports, uint16_t port);

/* Within half a minute. */
bool left_ports_has(const struct left_ports *ports, uint16_t port);

#endif
