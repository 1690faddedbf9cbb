/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket on which systemd (or who speaks as it does) hears from a service of Type=notify:
 * sd_notify(3). By libsystemd, or by a few lines of our own where it was built without.
 */
#ifndef FAIRLEAD_NET_NOTIFY_SOCKET_H
#define FAIRLEAD_NET_NOTIFY_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* "READY=1\nSTATUS=serving". False: nobody listens, or it could not be sent. */
bool notify_socket_send(const char *text);

/* How long this process may be silent before it is ended; 0: for ever. */
uint64_t notify_socket_watchdog_us(void);

#endif
