/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP ports that were given up a moment ago: workers may have their sockets open yet, which
 * look like somebody else's to who binds the port anew.
 */
#ifndef FAIRLEAD_CONTROL_PROCESSES_LEFT_PORTS_H
#define FAIRLEAD_CONTROL_PROCESSES_LEFT_PORTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct left_port;

/* Embedded by who closes sockets. */
struct left_ports {
    LIST_HEAD(, left_port) all;
};

void left_ports_init(struct left_ports *ports);
void left_ports_clear(struct left_ports *ports);

void left_ports_note(struct left_ports *ports, uint16_t port);

/* Within half a minute. */
bool left_ports_has(struct left_ports *ports, uint16_t port);

#endif
